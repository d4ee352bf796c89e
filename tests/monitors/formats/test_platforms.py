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


def gatus(name, group, *checks):
    results = [
        {"status": 200, "success": success, "timestamp": f"2026-01-01T0{hour}:00:00Z"} for hour, success in checks
    ]
    return {"name": name, "group": group, "key": f"{group}_{name}", "results": results}


def test_the_newest_check_of_gatus_says_how_an_endpoint_is():
    rows = [gatus("api", "core", (1, False), (2, True)), gatus("dns", "", (2, False), (1, True)), gatus("new", "core")]
    snapshot = read("gatus", rows)
    assert [(c.external_id, c.group_id, c.is_group, c.state) for c in snapshot.components] == [
        ("group-core", None, True, State.UNKNOWN),
        ("core_api", "group-core", False, State.OPERATIONAL),
        ("_dns", None, False, State.MAJOR_OUTAGE),
        ("core_new", "group-core", False, State.UNKNOWN),
    ]


OPENSTATUS = {
    "title": "Acme", "status": "degraded", "updatedAt": "2026-05-01T12:00:00Z",
    "pageComponentGroups": [{"id": 4, "name": "Core"}],
    "pageComponents": [{"id": 1, "name": "API", "groupId": 4}, {"id": 2, "name": "Web", "status": "operational"}],
    "maintenances": [{"id": 9, "name": "DB", "message": "Short", "from": "2026-05-03T10:00:00Z", "to": "2026-05-03T11:00:00Z"}],
    "statusReports": [{"id": 7, "title": "Slow", "status": "monitoring", "pageComponents": [{"id": 1}], "statusReportUpdates": [
        {"id": 2, "status": "monitoring", "message": "Better", "date": "2026-05-01T11:00:00Z"},
        {"id": 1, "status": "investigating", "message": "Looking", "date": "2026-05-01T10:00:00Z"},
    ]}],
}  # fmt: skip


def test_openstatus_gives_reports_maintenances_and_groups():
    snapshot = read("openstatus", OPENSTATUS)
    assert [(c.external_id, c.group_id, c.state) for c in snapshot.components] == [
        ("group-4", None, State.UNKNOWN),
        ("1", "group-4", State.UNKNOWN),
        ("2", None, State.OPERATIONAL),
    ]
    report, maintenance = snapshot.posts
    assert (report.external_id, report.phase, report.components) == ("report-7", "monitoring", (("1", State.UNKNOWN),))
    assert [update.body for update in report.updates] == ["Looking", "Better"]
    assert (maintenance.phase, maintenance.scheduled_until.hour) == ("scheduled", 11)
    assert (snapshot.headline, snapshot.unknown_words) == (State.DEGRADED, ())


def kener(guid, title, words):
    return (
        '<?xml version="1.0"?><rss version="2.0"><channel><title>Acme</title><item>'
        f'<title>{title}</title><guid isPermaLink="false">{guid}</guid><link>https://s.example.com/incidents/1</link>'
        f"<pubDate>Fri, 01 May 2026 10:00:00 GMT</pubDate><description><![CDATA[{words}]]></description></item></channel></rss>"
    )


@pytest.mark.parametrize(
    ("guid", "title", "words", "seen"),
    [
        ("incident-1", "[Incident] API down", "Status: IDENTIFIED<br>Affected: API", ("incident", "API down", "identified")),
        ("incident-1", "[Incident] API down", "Status: RESOLVED", ("incident", "API down", "resolved")),
        ("maintenance-3", "[Maintenance] DB", "Status: IN_PROGRESS", ("maintenance", "DB", "in_progress")),
        ("incident-2", "[Incident] API down", "No label", ("incident", "API down", "unknown")),
    ],
)  # fmt: skip
def test_kener_s_items_keep_their_guid(guid, title, words, seen):
    (post,) = read("kener_rss", kener(guid, title, words)).posts
    assert (post.external_id, (post.kind, post.title, post.phase)) == (guid, seen)
    assert (post.resolved_at is not None) == (post.phase == "resolved")


@pytest.mark.parametrize(
    ("classes", "state", "unknown"),
    [
        ("system-status type-none", State.OPERATIONAL, ()),
        ("box type-major system-status", State.MAJOR_OUTAGE, ()),
        ("system-status type-scheduled", State.MAINTENANCE, ()),
        ("system-status type-cosmic", State.UNKNOWN, ("cosmic",)),
    ],
)
def test_statuspal_s_html_says_one_verdict(classes, state, unknown):
    page = f'<html><body><div class="{classes}"><p class="system-status--description">Words</p></div></body></html>'
    snapshot = read("statuspal", page)
    assert (snapshot.headline, states(snapshot), snapshot.unknown_words) == (state, {"All systems": state}, unknown)


def test_html_without_statuspal_s_verdict_cannot_be_read():
    with pytest.raises(UnreadableFeed, match="no system status"):
        read("statuspal", '<html><body><p class="system-status--description type-none">x</p></body></html>')


def section(name, word):
    return (
        f"<button class='section-toggle x'><div class='mx-3'>{name}</div><div><div class='section-status-badge p-1'>"
        f"<svg><title>no</title></svg>\n{word}\n</div></div></button>"
    )


def test_better_stack_s_html_says_a_word_for_each_section():
    page = f"<html><body><button>Menu</button><h1>Some services are down</h1>{section('Network', 'Downtime')}{section('Web', 'Operational')}{section('New', 'Asleep')}</body></html>"
    snapshot = read("betterstack", page)
    assert states(snapshot) == {"Network": State.MAJOR_OUTAGE, "Web": State.OPERATIONAL, "New": State.UNKNOWN}
    assert (snapshot.headline, snapshot.unknown_words) == (State.PARTIAL_OUTAGE, ("Asleep",))


def test_html_that_is_not_better_stack_s_cannot_be_read():
    with pytest.raises(UnreadableFeed, match="not one of Better Stack's"):
        read("betterstack", "<html><body><h1>Sign in</h1></body></html>")
