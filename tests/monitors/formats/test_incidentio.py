import json

from monitors.core.states import State
from monitors.formats.base import Phase, PostKind
from monitors.formats.incidentio import parse


def test_the_widget_names_what_is_open():
    incident = {
        "id": "01J", "name": "Logins fail", "status": "identified", "url": "https://example.com/i",
        "last_update_at": "2026-03-01T10:00:00Z", "last_update_message": "We *know*",
        "current_worst_impact": "full_outage",
        "affected_components": [{"id": "c", "current_status": "partial_outage"}],
    }  # fmt: skip
    body = {"page_title": "Example", "ongoing_incidents": [incident], "scheduled_maintenances": []}
    snapshot = parse(json.dumps(body).encode())
    (post,) = snapshot.posts
    assert (post.phase, post.impact, post.components) == (
        Phase.IDENTIFIED,
        State.MAJOR_OUTAGE,
        (("c", State.PARTIAL_OUTAGE),),
    )
    assert not post.updates_complete
    assert snapshot.lists_open == {PostKind.INCIDENT, PostKind.MAINTENANCE}


def test_the_page_says_undefined_where_it_means_nothing():
    summary = {
        "id": "p", "name": "Example", "public_url": "https://status.example.com/",
        "components": [{"id": "a", "name": "API", "description": "$undefined"}, {"id": "b", "name": "Web"}],
        "structure": {"items": [{"group": {"id": "g", "name": "Core", "components": [{"component_id": "a"}]}},
                                {"group": "$undefined", "component": {"component_id": "b"}}]},
        "affected_components": [{"component_id": "a", "status": "full_outage", "current_status": "$undefined"}],
        "ongoing_incidents": [], "scheduled_maintenances": [],
    }  # fmt: skip
    stream = "7:" + json.dumps({"summary": summary}) + "\n"
    page = f"<html><script>self.__next_f.push({json.dumps([1, stream])})</script></html>"
    group, api, web = parse(page.encode()).components
    assert (group.is_group, api.group_id, api.state, api.description) == (True, "g", State.MAJOR_OUTAGE, "")
    assert (web.group_id, web.state) == (None, State.OPERATIONAL)
