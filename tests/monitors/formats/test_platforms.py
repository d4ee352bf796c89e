"""Platforms that host many vendors' pages, each with a hand-made body of its own making."""

import json

import pytest

from monitors.core.states import State
from monitors.formats import formats
from monitors.formats.base import PostKind, UnreadableFeed


def read(name, document):
    body = document if isinstance(document, str) else json.dumps(document)
    return formats()[name].parse(body.encode())


def states(snapshot):
    return {component.name: component.state for component in snapshot.components}


ROOTLY_PAGE = {"name": "Acme", "url": "https://s.example.com", "time_zone": "UTC", "updated_at": "2026-03-19T12:00:00Z"}


@pytest.mark.parametrize(
    ("indicator", "state", "unknown"),
    [("none", State.OPERATIONAL, ()), ("maintenance", State.MAINTENANCE, ()), ("odd", State.UNKNOWN, ("odd",))],
)
def test_rootly_s_verdict_is_that_of_the_page(indicator, state, unknown):
    snapshot = read("rootly", {"page": ROOTLY_PAGE, "status": {"indicator": indicator}, "incidents": []})
    assert (snapshot.headline, snapshot.components, snapshot.unknown_words) == (state, None, unknown)
    assert snapshot.lists_open == {PostKind.INCIDENT}


def test_rootly_s_incidents_have_updates_in_order_of_time():
    row = {
        "id": "b1", "name": "Slow API", "status": "monitoring", "impact": "minor", "created_at": "2026-03-19T10:00:00Z",
        "incident_updates": [
            {"id": "2", "status": "monitoring", "body": "<p>Fixed?</p>", "created_at": "2026-03-19T11:00:00Z"},
            {"id": "1", "status": "investigating", "body": "Looking", "created_at": "2026-03-19T10:00:00Z"},
        ],
    }  # fmt: skip
    planned = {"id": "b2", "title": "DB", "status": "scheduled", "scheduled_for": "2026-03-21T10:00:00Z"}
    post, maintenance = read("rootly", {"page": ROOTLY_PAGE, "incidents": [row, planned]}).posts
    assert (post.phase, post.impact, [u.body for u in post.updates]) == (
        "monitoring",
        State.DEGRADED,
        ["Looking", "Fixed?"],
    )
    assert (maintenance.kind, maintenance.title, maintenance.scheduled_for.day) == ("maintenance", "DB", 21)


def statuscast(*rows):
    items = "".join(
        f'<li><span class="status-list-component-name">{name}</span>'
        f'<span class="status-list-component-status-text component-{word}">Some words</span></li>'
        for name, word in rows
    )
    return f"<html><head><title>Status</title></head><body><ul>{items}</ul></body></html>"


def test_a_page_of_statuscast_says_its_states_in_classes():
    page = statuscast(("Voice", "available"), ("SMS", "degraded"), ("Fax", "unavailable"), ("Web", "sleeping"))
    snapshot = read("statuscast", page)
    assert states(snapshot) == {
        "Voice": State.OPERATIONAL, "SMS": State.DEGRADED, "Fax": State.MAJOR_OUTAGE, "Web": State.UNKNOWN,
    }  # fmt: skip
    assert snapshot.unknown_words == ("sleeping",)


def test_two_components_of_one_name_are_two():
    snapshot = read("statuscast", statuscast(("API", "available"), ("API", "maintenance")))
    assert [(c.external_id, c.state) for c in snapshot.components] == [
        ("API", State.OPERATIONAL),
        ("API (2)", State.MAINTENANCE),
    ]


def test_a_page_without_components_cannot_be_read():
    with pytest.raises(UnreadableFeed, match="lists no component"):
        read("statuscast", statuscast())
