import json

from monitors.core.states import State
from monitors.formats.base import Phase
from monitors.formats.google_incidents import parse

INCIDENT = {
    "id": "abc", "begin": "2026-07-01T10:00:00+00:00", "created": "2026-07-01T12:00:00+00:00",
    "external_desc": "Storage is slow", "status_impact": "SERVICE_DISRUPTION",
    "affected_products": [{"title": "Old Name", "id": "p1", "current_title": "Cloud Storage"}],
    "updates": [
        {"created": "2026-07-01T13:00:00+00:00", "modified": "2026-07-03T09:00:00+00:00",
         "when": "2026-07-01T13:00:00+00:00", "text": "Better now", "status": "AVAILABLE"},
        {"created": "2026-07-01T12:00:00+00:00", "when": "2026-07-01T12:00:00+00:00", "text": "We look",
         "status": "SERVICE_DISRUPTION"},
    ],
}  # fmt: skip


def read(**changes):
    return parse(json.dumps([{**INCIDENT, **changes}]).encode())


def test_only_the_end_says_that_an_incident_is_over_however_available_its_last_update_is():
    (post,) = read().posts
    assert (post.phase, post.resolved_at, post.updates[-1].phase) == (Phase.INVESTIGATING, None, Phase.INVESTIGATING)
    (post,) = read(end="2026-07-01T12:55:00+00:00").posts
    assert (post.phase, post.updates[-1].phase) == (Phase.RESOLVED, Phase.RESOLVED)


def test_a_product_is_impaired_while_an_open_incident_names_it():
    assert [(c.name, c.state) for c in read().components] == [("Cloud Storage", State.DEGRADED)]
    ended = read(end="2026-07-01T12:55:00+00:00")
    assert [(c.name, c.state) for c in ended.components] == [("Cloud Storage", State.OPERATIONAL)]


def test_when_it_began_was_posted_and_was_edited_are_three_times():
    (post,) = read().posts
    assert (post.began_at.hour, post.posted_at.hour, post.updates[-1].edited_at.day) == (10, 12, 3)
