"""Statuspage's documents and their quirks, in bodies of our own making."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from monitors.core.states import State
from monitors.formats import formats
from monitors.formats.base import Phase, PostKind, UnreadableFeed
from monitors.formats.statuspage_months import span
from monitors.formats.statuspage_v2 import parse

PAGE = {
    "id": "abcdefghijkl",
    "name": "Example",
    "url": "https://status.example.com",
    "time_zone": "America/Los_Angeles",
}
OLD_STATUS = {"indicator": "minor", "description": "Partially Degraded Service"}


def document(**parts):
    return json.dumps({"page": PAGE} | parts).encode()


def update(number, status, minute, body="We are looking.", **more):
    at = f"2026-01-24T15:{minute:02}:00.000-08:00"
    return {
        "id": f"u{number}",
        "status": status,
        "body": body,
        "created_at": at,
        "updated_at": at,
        "display_at": at,
    } | more


def incident(**more):
    base = {
        "id": "i1", "name": "SMS Delivery Delays", "status": "investigating", "impact": "minor",
        "created_at": "2026-01-24T15:09:00.000-08:00", "started_at": "2026-01-24T15:09:00.000-08:00",
        "updated_at": None, "resolved_at": None, "shortlink": "https://stspg.io/x", "components": [],
        "incident_updates": [update(1, "investigating", 9)],
    }  # fmt: skip
    return base | more


def component(id_, status="operational", **more):
    base = {"id": id_, "name": id_.upper(), "status": status, "position": 1, "group": False, "group_id": None}
    return base | {"description": None} | more


def one(body):
    (post,) = parse(body).posts
    return post


@pytest.mark.parametrize(
    ("parts", "lists_open", "has_components"),
    [
        ({"status": OLD_STATUS, "components": [], "incidents": [], "scheduled_maintenances": []}, {"incident", "maintenance"}, True),
        ({"status": OLD_STATUS, "components": [], "incidents": []}, {"incident"}, True),
        ({"status": OLD_STATUS}, set(), False),
        ({"components": []}, set(), True),
        ({"incidents": []}, {"incident"}, False),
        ({"incidents": [incident()]}, {"incident"}, False),
        ({"incidents": [incident(), incident(id="i2", status="resolved")]}, set(), False),
        ({"incidents": [incident(id=f"i{n}") for n in range(50)]}, set(), False),
        ({"scheduled_maintenances": []}, set(), False),
    ],
)  # fmt: skip
def test_a_document_is_known_by_its_keys(parts, lists_open, has_components):
    snapshot = parse(document(**parts))
    assert {kind.value for kind in snapshot.lists_open} == lists_open
    assert (snapshot.components is not None) == has_components


def test_incident_io_leaves_out_lists_that_are_empty():
    body = {"page": PAGE | {"id": "01JMDK9XYNY6RXSED6SDWW50WY"}, "status": {"indicator": "none"}, "components": []}
    assert parse(json.dumps(body).encode()).lists_open == {PostKind.INCIDENT, PostKind.MAINTENANCE}


@pytest.mark.parametrize(
    ("word", "state", "unknown"),
    [
        ("operational", State.OPERATIONAL, ()),
        ("under_maintenance", State.MAINTENANCE, ()),
        ("degraded_performance", State.DEGRADED, ()),
        ("partial_outage", State.PARTIAL_OUTAGE, ()),
        ("major_outage", State.MAJOR_OUTAGE, ()),
        ("sparkling", State.UNKNOWN, ("sparkling",)),
    ],
)
def test_a_word_for_a_component_becomes_a_state(word, state, unknown):
    snapshot = parse(document(components=[component("a", word)]))
    (read,) = snapshot.components
    assert (read.state, read.word, snapshot.unknown_words) == (state, word, unknown)


@pytest.mark.parametrize(
    ("word", "state"),
    [("none", State.OPERATIONAL), ("maintenance", State.MAINTENANCE), ("minor", State.DEGRADED),
     ("major", State.PARTIAL_OUTAGE), ("critical", State.MAJOR_OUTAGE), (None, State.UNKNOWN), ("odd", State.UNKNOWN)],
)  # fmt: skip
def test_a_word_for_an_impact_becomes_a_state(word, state):
    assert one(document(incidents=[incident(impact=word)])).impact is state


def test_groups_hold_their_children():
    body = document(
        components=[component("g", group=True), component("a", group_id="g"), component("a", "major_outage")]
    )
    assert [(c.external_id, c.is_group, c.group_id) for c in parse(body).components] == [
        ("g", True, None),
        ("a", False, None),
    ]


def test_updates_come_oldest_first_by_the_time_that_is_shown():
    updates = [
        update(3, "resolved", 50),
        update(2, "identified", 20, display_at="2026-01-24T15:05:00-08:00"),  # dated back before the first
        update(1, "investigating", 9, affected_components=None),
        update(1, "investigating", 9),  # the same twice
    ]
    post = one(document(incidents=[incident(status="resolved", incident_updates=updates)]))
    assert [u.external_id for u in post.updates] == ["u2", "u1", "u3"]
    assert post.began_at == datetime(2026, 1, 24, 23, 5, tzinfo=UTC)
    assert post.resolved_at == datetime(2026, 1, 24, 23, 50, tzinfo=UTC)


@pytest.mark.parametrize(("later_s", "is_edited"), [(0, False), (1, False), (86400, True)])
def test_an_edited_update_says_when(later_s, is_edited):
    edited = datetime(2026, 1, 24, 23, 9, tzinfo=UTC) + timedelta(seconds=later_s)
    updates = [update(1, "investigating", 9, updated_at=edited.isoformat())]
    (read,) = one(document(incidents=[incident(incident_updates=updates)])).updates
    assert read.edited_at == (edited if is_edited else None)


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ("<p>Down.<br />Up &amp; running.</p>\r\n<p>Bye</p>", "Down.\nUp & running.\n\nBye"),
        ("One\r\nTwo", "One\nTwo"),
        ("latency < 5 s, <3", "latency < 5 s, <3"),
        ('See <a href="https://x.example.com/a">here</a>', "See here (https://x.example.com/a)"),
        ('<a href="javascript:alert(1)">x</a><script>alert(1)</script>', "x"),
        ("&amp;lt;script&amp;gt;", "&lt;script&gt;"),
        ("a\u202eb\u200b\x00\x07c", "abc"),
    ],
)
def test_words_become_plain_text(body, text):
    (read,) = one(document(incidents=[incident(incident_updates=[update(1, "investigating", 9, body)])])).updates
    assert read.body == text


@pytest.mark.parametrize(
    ("list_", "more", "kind", "title"),
    [
        ("scheduled_maintenances", {"impact": "major"}, PostKind.MAINTENANCE, "Server Juice"),
        ("scheduled_maintenances", {"name": "[Scheduled] [scheduled] Server Juice"}, PostKind.MAINTENANCE, "Server Juice"),
        ("incidents", {"impact": "maintenance"}, PostKind.INCIDENT, "Server Juice"),
        ("incidents", {"scheduled_for": "2026-01-25T00:00:00Z"}, PostKind.MAINTENANCE, "Server Juice"),
        ("incidents", {"impact": "none"}, PostKind.INCIDENT, "Server Juice"),
    ],
)  # fmt: skip
def test_a_maintenance_is_told_by_its_list_and_not_by_its_impact(list_, more, kind, title):
    post = one(document(**{list_: [incident(**({"name": "Server Juice"} | more))]}))
    assert (post.kind, post.title) == (kind, title)


def test_a_maintenance_begins_when_it_is_planned():
    planned = {
        "scheduled_for": "2026-01-25T00:00:00Z",
        "scheduled_until": "2026-01-25T02:00:00Z",
        "status": "in_progress",
    }
    post = one(document(scheduled_maintenances=[incident(**planned)]))
    assert (post.phase, post.began_at, post.scheduled_until.hour) == (
        Phase.IN_PROGRESS,
        datetime(2026, 1, 25, tzinfo=UTC),
        2,
    )


def test_a_named_component_has_the_worst_that_was_said_of_it():
    said = [("investigating", "operational", "major_outage"), ("resolved", "major_outage", "operational")]
    updates = [
        update(
            n, status, 9 + n, affected_components=[{"code": "a", "name": "G - A", "old_status": old, "new_status": new}]
        )
        for n, (status, old, new) in enumerate(said)
    ]
    post = one(document(incidents=[incident(components=[component("a"), component("b")], incident_updates=updates)]))
    assert dict(post.components) == {"a": State.MAJOR_OUTAGE, "b": State.UNKNOWN}


def test_what_is_open_is_kept_before_what_is_over():
    many = [incident(id=f"r{n}", status="resolved") for n in range(600)]
    posts = parse(document(incidents=[*many, incident(created_at="2001-01-01T00:00:00Z")])).posts
    assert (len(posts), posts[0].external_id) == (500, "i1")


def test_absurd_dates_are_no_dates():
    post = one(
        document(
            incidents=[
                incident(created_at="1970-01-01T00:00:00Z", started_at="9999-01-01T00:00:00Z", incident_updates=[])
            ]
        )
    )
    assert (post.posted_at, post.began_at) == (None, None)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-8"])
def test_the_encoding_is_told_by_the_mark(encoding):
    body = json.dumps({"page": PAGE, "incidents": [incident(name="Störung ✧")]}, ensure_ascii=False).encode(encoding)
    assert one(body).title == "Störung ✧"


@pytest.mark.parametrize(
    "item",
    [{"id": None}, {"id": ""}, {"id": "x" * 101}, {"name": ""}, {"name": None}, {"status": None}, {"incident_updates": {}}],
)  # fmt: skip
def test_a_record_without_what_it_needs_makes_the_document_unreadable(item):
    with pytest.raises(UnreadableFeed):
        parse(document(incidents=[incident(**item)]))


@pytest.mark.parametrize("item", [{"status": None}, {"status": []}, {"status": 1.5}, {"name": None}, {"id": {}}])
def test_a_component_without_what_it_needs_makes_the_document_unreadable(item):
    with pytest.raises(UnreadableFeed):
        parse(document(components=[component("a") | item]))


PACIFIC = "Pacific Time (US & Canada)"


def utc(*parts):
    return datetime(*parts, tzinfo=UTC)


@pytest.mark.parametrize(
    ("timestamp", "filed", "zone", "expected"),
    [
        ("Sep 24, 13:40 - 19:24 PDT", (2026, 9), PACIFIC, (utc(2026, 9, 24, 20, 40), utc(2026, 9, 25, 2, 24))),
        ("Sep 17, 18:00 - Sep 24, 18:00 PDT", (2026, 9), PACIFIC, (utc(2026, 9, 18, 1), utc(2026, 9, 25, 1))),
        ("Sep 24, 20:49 PDT", (2026, 9), PACIFIC, (utc(2026, 9, 25, 3, 49), None)),
        # Filed under the month in which it ended: it began the year before.
        ("Dec 29, 10:00 - Jan 6, 11:00 PST", (2026, 1), PACIFIC, (utc(2025, 12, 29, 18), utc(2026, 1, 6, 19))),
        ("Aug 30, 10:00 - Sep 1, 11:00 PDT", (2026, 9), PACIFIC, (utc(2026, 8, 30, 17), utc(2026, 9, 1, 18))),
        # One label for a span that crosses the change of clocks: the start is in winter time.
        ("Mar 7, 07:50 - Mar 10, 04:12 PDT", (2026, 3), PACIFIC, (utc(2026, 3, 7, 15, 50), utc(2026, 3, 10, 11, 12))),
        # The hour that comes twice: the label says which.
        ("Nov 1, 01:30 - 01:40 PDT", (2026, 11), PACIFIC, (utc(2026, 11, 1, 8, 30), utc(2026, 11, 1, 8, 40))),
        ("Nov 1, 01:30 - 01:40 PST", (2026, 11), PACIFIC, (utc(2026, 11, 1, 9, 30), utc(2026, 11, 1, 9, 40))),
        ("Sep 24, 13:40 - 19:24 PDT", (2026, 9), "Nowhere", (utc(2026, 9, 24, 20, 40), utc(2026, 9, 25, 2, 24))),
        ("Sep 24, 13:40 - 19:24", (2026, 9), "", (utc(2026, 9, 24, 13, 40), utc(2026, 9, 24, 19, 24))),
        ("Feb 30, 13:40 - 19:24 UTC", (2026, 2), "UTC", (None, None)),
        ("soon", (2026, 2), "UTC", (None, None)),
        ("", (2026, 2), "UTC", (None, None)),
    ],
)  # fmt: skip
def test_a_span_of_the_history_is_placed_in_time(timestamp, filed, zone, expected):
    marked = timestamp.replace("24,", "<var data-var='date'>24</var>,")
    assert span(marked, filed, zone) == expected


def history(**record):
    base = {
        "code": "c1",
        "name": "Delay",
        "message": "<p>Done.</p>",
        "impact": "minor",
        "timestamp": "Sep 24, 13:40 - 19:24 PDT",
    }
    months = [{"name": "September", "year": 2026, "starts_on": 2, "days": 30, "incidents": [base | record]}]
    months.append({"name": "August", "year": 2026, "starts_on": 2, "days": 31, "incidents": []})
    return json.dumps({"page_status": {"page": {"name": "Example", "time_zone": PACIFIC}}, "months": months}).encode()


@pytest.mark.parametrize("name", ["statuspage_history", "statuspage_v2"])
def test_a_history_has_the_last_words_only(name):
    snapshot = formats()[name].parse(history())
    (post,) = snapshot.posts
    assert (post.phase, post.updates_complete, [u.body for u in post.updates]) == (Phase.RESOLVED, False, ["Done."])
    assert (snapshot.components, snapshot.lists_open) == (None, frozenset())


@pytest.mark.parametrize(
    ("record", "kind", "phase", "title"),
    [
        ({}, PostKind.INCIDENT, Phase.RESOLVED, "Delay"),
        ({"timestamp": "Sep 24, 13:40 PDT"}, PostKind.INCIDENT, Phase.UNKNOWN, "Delay"),
        ({"name": "[Scheduled] Work"}, PostKind.MAINTENANCE, Phase.COMPLETED, "Work"),
        ({"name": "[Scheduled] [Scheduled] Work", "timestamp": "Sep 24, 13:40 PDT"}, PostKind.MAINTENANCE, Phase.UNKNOWN, "Work"),
    ],
)  # fmt: skip
def test_a_record_of_the_history_is_told_by_its_prefix(record, kind, phase, title):
    (post,) = formats()["statuspage_history"].parse(history(**record)).posts
    assert (post.kind, post.phase, post.title) == (kind, phase, title)


def test_a_page_past_the_end_says_nothing():
    months = [{"name": name, "year": 1996, "incidents": []} for name in ("March", "February", "January")]
    body = json.dumps({"page_status": {"page": {"name": "x", "time_zone": PACIFIC}}, "months": months}).encode()
    assert formats()["statuspage_history"].parse(body).posts == ()
