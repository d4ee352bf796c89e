import json

from monitors.core.states import State
from monitors.formats.base import Phase, PostKind
from monitors.formats.betterstack import parse


def update(key, at, status):
    parts = [{"status_page_resource_id": "1", "status": status}]
    about = {"message": f"<p>{key}</p>", "published_at": at, "affected_resources": parts}
    return {"id": key, "type": "status_update", "attributes": about}


def body(report):
    included = [
        {"id": "9", "type": "status_page_section", "attributes": {"name": "Core", "position": 0}},
        {
            "id": "1", "type": "status_page_resource",
            "attributes": {"public_name": "API", "status": "degraded", "status_page_section_id": 9, "position": 1},
        },
        update("late", "2026-05-01T12:00:00Z", "resolved"),
        update("early", "2026-05-01T10:00:00Z", "downtime"),
        {
            "id": "r", "type": "status_report",
            "attributes": {
                "title": "API down", "report_type": "manual", "starts_at": "2026-05-01T09:50:00Z", "ends_at": None,
                "affected_resources": [{"status_page_resource_id": "1", "status": "resolved"}], **report,
            },
            "relationships": {"status_updates": {"data": [{"id": "late"}, {"id": "early"}]}},
        },
    ]  # fmt: skip
    page = {"id": "5", "type": "status_page", "attributes": {"company_name": "Example", "aggregate_state": "degraded"}}
    return json.dumps({"data": page, "included": included}).encode()


def test_a_manual_report_is_over_when_its_state_says_so_not_when_it_has_an_end():
    (post,) = parse(body({"aggregate_state": "resolved"})).posts
    assert (post.phase, post.resolved_at.hour) == (Phase.RESOLVED, 12)
    (post,) = parse(body({"aggregate_state": "downtime"})).posts
    assert (post.phase, post.resolved_at) == (Phase.INVESTIGATING, None)


def test_a_resolved_report_keeps_the_worst_state_that_its_updates_named():
    (post,) = parse(body({"aggregate_state": "resolved"})).posts
    assert post.impact is State.MAJOR_OUTAGE


def test_updates_are_put_in_order():
    (post,) = parse(body({"aggregate_state": "downtime"})).posts
    assert [u.body for u in post.updates] == ["early", "late"]


def test_a_resource_finds_its_section_although_one_names_it_by_number_and_the_other_by_text():
    group, resource = parse(body({"aggregate_state": "downtime"})).components
    assert (resource.group_id, resource.state) == (group.external_id, State.DEGRADED)


def test_a_planned_report_is_a_maintenance():
    (post,) = parse(body({"aggregate_state": "maintenance", "report_type": "maintenance"})).posts
    assert (post.kind, post.impact) == (PostKind.MAINTENANCE, State.MAINTENANCE)
