"""Formats that say little: what each of their bodies comes to, in one table."""

import json

import pytest

from monitors.core.states import State
from monitors.formats import formats
from monitors.formats.base import UnreadableFeed

CASES = [
    ("algolia_api", {"status": {"c1": "operational", "c2": "major_outage"}}, {"c1": 0, "c2": 4}),
    ("stripe_current", {"UptimeStatus": "degraded", "message": "Slow"}, {"API": 2}),
    ("psn_json", {"regionName": "SCEE", "status": [{"statusType": "Outage"}]}, {"PlayStation Network (SCEE)": 4}),
    ("psn_json", {"regionName": "SCEE", "status": []}, {"PlayStation Network (SCEE)": 0}),
    (
        "paypal_api",
        {
            "result": [
                {"name": "Checkout", "category": {"name": "Pay"}, "status": {"production": "Service Degradation"}}
            ]
        },
        {"Pay": -1, "Checkout": 2},
    ),
    ("lambstatus", [{"componentID": "1", "name": "Voice", "status": "Partial Outage", "order": 0}], {"Voice": 3}),
    ("sorry", {"response": [{"id": 1, "name": "SMTP", "state": "partially-degraded"}]}, {"SMTP": 2}),
    ("cstate", {"summaryStatus": "ok", "systems": [{"name": "DNS", "status": "ok"}]}, {"DNS": 0}),
    (
        "uptimerobot",
        {"status": "ok", "data": [{"monitorId": 1, "name": "API", "statusClass": "danger"}]},
        {"API": 4},
    ),
    (
        "heroku_v4",
        {"status": [{"system": "Apps", "status": "yellow"}], "incidents": [], "scheduled": []},
        {"Apps": 2},
    ),
    (
        "cachet",
        {"data": [{"id": 1, "name": "Web", "status": 3}, {"id": 2, "name": "API", "status": 1}]},
        {"Web": 3, "API": 0},
    ),
    (
        "cachet",
        {"data": [{"id": "1", "type": "components", "attributes": {"name": "Web", "status": {"value": 6}}}]},
        {"Web": 1},
    ),
    (
        "statuspal",
        {
            "status_page": {"name": "Example"},
            "services": [{"id": 1, "name": "Web", "current_incident_type": "major", "children": []}],
        },
        {"Web": 4},
    ),
    (
        "salesforce_trust",
        [{"key": "EU1", "status": "MINOR_INCIDENT_CORE", "isActive": True, "Incidents": [], "Maintenances": []}],
        {"EU1": 3},
    ),
    (
        "firehydrant",
        {"config": {"companyName": "x"}, "conditions": {}, "components": [{"id": "1", "name": "DB"}], "incidents": []},
        {"DB": 0},
    ),
    (
        "apple_js",
        {"services": [{"serviceName": "Mail", "events": []}]},
        {"Mail": 0},
    ),
    ("broadcom_api", {"page": {"state": "under-maintenance", "state_text": None}}, {"Broadcom services": 1}),
    ("broadcom_api", {"page": {"state": "degraded", "state_text": "Slow"}}, {"Broadcom services": 2}),
    ("statushub", {"counters": {"count_status_1": 9, "count_status_2": 0, "count_status_3": 0}}, {"Services": 0}),
    ("statushub", {"counters": {"count_status_1": 9, "count_status_2": 1, "count_status_3": 0}}, {"Services": 2}),
    ("statushub", {"counters": {"count_status_1": 9, "count_status_2": 1, "count_status_3": 1}}, {"Services": 3}),
    ("statushub", {"counters": {"count_status_1": 0, "count_status_2": 0, "count_status_3": 4}}, {"Services": 4}),
    (
        "statuscake",
        {"TestData": [{"TestID": 1, "WebsiteName": "API", "Status": "Down"}, {"WebsiteName": "Web", "Status": "Up"}]},
        {"API": 4, "Web": 0},
    ),
]


@pytest.mark.parametrize(("name", "document", "states"), CASES, ids=[f"{case[0]}-{n}" for n, case in enumerate(CASES)])
def test_a_body_says_these_states(name, document, states):
    snapshot = formats()[name].parse(json.dumps(document).encode())
    assert {component.name: component.state for component in snapshot.components} == {
        name: State(state) for name, state in states.items()
    }


def test_one_event_of_apple_under_two_services_is_one_post():
    event = {"messageId": "9", "statusType": "Outage", "eventStatus": "ongoing", "epochStartDate": 1767225600000}
    services = [{"serviceName": name, "events": [event]} for name in ("Mail", "Photos")]
    body = f"jsonCallback({json.dumps({'services': services})});"
    (post,) = formats()["apple_js"].parse(body.encode()).posts
    assert post.components == (("Mail", State.MAJOR_OUTAGE), ("Photos", State.MAJOR_OUTAGE))


def test_cachet_tells_an_incident_by_its_latest_status():
    row = {
        "id": 1, "name": "Slow", "status": 1, "latest_status": 4, "message": "Looking", "component_id": 2,
        "occurred_at": "2026-01-01 10:00:00", "created_at": "2026-01-01 10:05:00",
        "updates": [{"id": 5, "status": 4, "message": "Done", "created_at": "2026-01-01 11:00:00"}],
    }  # fmt: skip
    (post,) = formats()["cachet"].parse(json.dumps({"data": [row]}).encode()).posts
    assert (post.phase, post.resolved_at.isoformat()) == ("resolved", "2026-01-01T11:00:00+00:00")


def html(words):
    return f"<!doctype html><html><body><script>var data = {words};</script></body></html>".encode()


@pytest.mark.parametrize(
    ("words", "state"),
    [
        ('{"global_is_operational": true, "x": 1}', State.OPERATIONAL),
        ('{"global_is_operational":false}', State.DEGRADED),
    ],
)
def test_a_page_of_uptime_com_says_only_whether_all_is_well(words, state):
    snapshot = formats()["uptimecom_html"].parse(html(words))
    assert (snapshot.headline, [component.state for component in snapshot.components]) == (state, [state])


@pytest.mark.parametrize(
    "words",
    ["{}", '{"global_is_operational": null}', '[{"global_is_operational": true}, {"global_is_operational": false}]'],
)
def test_a_page_of_uptime_com_without_one_verdict_says_nothing(words):
    with pytest.raises(UnreadableFeed, match="whether all is operational"):
        formats()["uptimecom_html"].parse(html(words))


def test_counters_of_nothing_say_nothing():
    with pytest.raises(UnreadableFeed, match="all zero"):
        formats()["statushub"].parse(b'{"counters": {"count_status_1": 0, "count_status_2": 0, "count_status_3": 0}}')


@pytest.mark.parametrize(
    ("start", "began"),
    [(1624726800000, "2021-06-26T17:00:00+00:00"), (646419600, "2021-06-26T17:00:00+00:00"), (None, None)],
)
def test_apple_counts_in_milliseconds_and_once_in_seconds_of_its_own(start, began):
    event = {"message": "Slow.", "eventStatus": "ongoing", "epochStartDate": start, "epochEndDate": None}
    (post,) = (
        formats()["apple_js"]
        .parse(json.dumps({"services": [{"serviceName": "Mail", "events": [event]}]}).encode())
        .posts
    )
    assert (post.began_at.isoformat() if post.began_at else None, len(post.updates)) == (began, 1 if began else 0)


@pytest.mark.parametrize(
    ("row", "seen"),
    [
        ({"id": 3, "name": "DB", "message": "Short", "status": 0, "scheduled_at": "2026-01-02 10:00:00", "completed_at": None},
         ("schedule-3", "scheduled", "2026-01-02T10:00:00+00:00", None)),
        ({"id": "3", "type": "schedules", "attributes": {"name": "DB", "message": "Short", "status": {"value": 2},
          "scheduled": {"string": "2026-01-02 10:00:00"}, "completed": {"string": "2026-01-02 11:00:00"}}},
         ("schedule-3", "completed", "2026-01-02T10:00:00+00:00", "2026-01-02T11:00:00+00:00")),
    ],
)  # fmt: skip
def test_cachet_s_schedules_are_maintenances(row, seen):
    (post,) = formats()["cachet"].parse(json.dumps({"data": [row]}).encode()).posts
    ended = post.resolved_at.isoformat() if post.resolved_at else None
    assert (post.external_id, post.phase, post.scheduled_for.isoformat(), ended) == seen
    assert (post.kind, post.impact) == ("maintenance", State.MAINTENANCE)


STRANGE = "gone fishing"


@pytest.mark.parametrize(
    ("name", "document"),
    [
        ("sorry", {"notices": [{"id": 1, "subject": "S", "state": STRANGE}]}),
        ("lambstatus", [{"incidentID": "1", "name": "S", "status": STRANGE}]),
        ("apple_js", {"services": [{"serviceName": "M", "events": [{"message": "S", "eventStatus": STRANGE}]}]}),
        ("statuspal", {"status_page": {}, "services": [], "incidents": [
            {"id": 1, "title": "S", "updates": [{"id": 1, "type": STRANGE, "posted_at": "2026-01-01T00:00:00Z"}]}]}),
        ("cachet", {"data": [{"id": 1, "name": "S", "status": STRANGE, "message": "x", "occurred_at": "2026-01-01 10:00:00"}]}),
        ("pagerduty", {"summary": {"open_incidents": [{"id": "1", "title": "S", "updates": [
            {"id": "1", "status": STRANGE, "severity": "minor", "reported_at": "2026-01-01T00:00:00Z"}]}], "resolved_incidents": []}}),
    ],
)  # fmt: skip
def test_a_step_that_no_table_has_is_unknown_and_remembered(name, document):
    snapshot = formats()[name].parse(json.dumps(document).encode())
    assert (snapshot.posts[0].phase, STRANGE in snapshot.unknown_words) == ("unknown", True)
