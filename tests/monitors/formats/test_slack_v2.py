import json

from monitors.core.states import State
from monitors.formats.base import Phase, PostKind
from monitors.formats.slack_v2 import parse

NOTES = [
    {"date_created": "2026-03-01T10:20:00-08:00", "body": "Still looking. "},
    {"date_created": "2026-03-01T10:00:00-08:00", "body": "We&nbsp;are looking.<br />Sorry."},
]
INCIDENT = {
    "id": 7, "title": "Search is slow ", "type": "incident", "status": "active", "url": "https://example.com/7",
    "services": ["Search"], "date_created": "2026-03-01T09:58:00-08:00", "date_updated": "2026-03-01T10:20:00-08:00",
    "notes": NOTES,
}  # fmt: skip


def current(*incidents):
    status = "active" if incidents else "ok"
    return json.dumps({"status": status, "active_incidents": list(incidents)}).encode()


def test_notes_are_put_in_order_of_time_whatever_theirs_is():
    (post,) = parse(current(INCIDENT)).posts
    assert [update.body for update in post.updates] == ["We are looking.\nSorry.", "Still looking."]
    assert (post.external_id, post.title, post.impact, post.resolved_at) == (
        "7",
        "Search is slow",
        State.DEGRADED,
        None,
    )


def test_a_service_that_no_open_incident_names_is_operational():
    states = {c.name: c.state for c in parse(current(INCIDENT)).components}
    assert {name for name, state in states.items() if state is not State.OPERATIONAL} == {"Search"}
    assert len(states) == 11


def test_a_notice_takes_nothing_down():
    (post,) = parse(current({**INCIDENT, "type": "notice"})).posts
    assert (post.kind, post.impact) == (PostKind.NOTICE, State.OPERATIONAL)


def test_history_closes_an_incident_at_its_last_change():
    (post,) = parse(json.dumps([{**INCIDENT, "status": "resolved"}]).encode()).posts
    assert (post.phase, post.resolved_at.isoformat()) == (Phase.RESOLVED, "2026-03-01T18:20:00+00:00")


def test_a_word_that_no_table_has_is_kept_and_unknown():
    snapshot = parse(current({**INCIDENT, "type": "meltdown"}))
    assert (snapshot.posts[0].impact, snapshot.unknown_words) == (State.UNKNOWN, ("meltdown",))
