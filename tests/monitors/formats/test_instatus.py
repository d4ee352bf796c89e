import json

from monitors.core.states import State
from monitors.formats.base import Phase, PostKind
from monitors.formats.instatus import parse

JAVASCRIPT_TIME = "Sat Jun 11 2026 18:55:50 GMT+0200 (Central European Summer Time)"


def test_times_as_javascript_prints_them_are_read_with_their_zone():
    incident = {"name": "API", "started": JAVASCRIPT_TIME, "status": "IDENTIFIED", "impact": "PARTIALOUTAGE",
                "url": "https://example.instatus.com/incident/abc"}  # fmt: skip
    body = json.dumps({"page": {"name": "Example", "status": "HASISSUES"}, "activeIncidents": [incident]})
    (post,) = parse(body.encode()).posts
    assert (post.external_id, post.phase, post.impact) == ("abc", Phase.IDENTIFIED, State.PARTIAL_OUTAGE)
    assert post.began_at.isoformat() == "2026-06-11T16:55:50+00:00"
    assert (post.scheduled_for, post.scheduled_until) == (None, None)


def test_a_maintenance_ends_its_length_after_its_start():
    window = {"name": "Upgrade", "start": "2026-06-11T10:00:00Z", "status": "NOTSTARTEDYET", "duration": "60"}
    body = json.dumps({"page": {"name": "Example", "status": "UP"}, "activeMaintenances": [window]})
    (post,) = parse(body.encode()).posts
    assert (post.kind, post.phase) == (PostKind.MAINTENANCE, Phase.SCHEDULED)
    assert (post.began_at, post.scheduled_for.hour, post.scheduled_until.hour) == (None, 10, 11)


def test_lists_that_are_left_out_are_empty():
    snapshot = parse(b'{"page": {"name": "Example", "status": "UP"}}')
    assert (snapshot.posts, snapshot.headline) == ((), State.OPERATIONAL)
    assert snapshot.lists_open == {PostKind.INCIDENT, PostKind.MAINTENANCE}


def test_components_have_their_groups():
    rows = [{"id": "1", "name": "API", "status": "MINOROUTAGE", "group": {"id": "g", "name": "Core"}}]
    component, group = parse(json.dumps({"components": rows}).encode()).components
    assert (component.state, component.group_id, group.name) == (State.DEGRADED, "g", "Core")


def test_the_data_inside_a_page_is_found():
    site = {"id": "s", "name": {"default": "Example"}, "components": [
        {"id": "1", "name": {"default": "Web", "de": "Netz"}, "status": "OPERATIONAL"}]}  # fmt: skip
    stream = '5:["$","$L1",null,' + json.dumps({"site": site, "activeIncidents": [], "notices": {}}) + "]\n"
    page = f"<html><body><script>self.__next_f.push({json.dumps([1, stream])})</script></body></html>"
    snapshot = parse(page.encode())
    assert [(c.name, c.state) for c in snapshot.components] == [("Web", State.OPERATIONAL)]


def test_a_page_s_data_is_read_without_its_html_too():
    name = {"default": "Sidekiq"}
    incident = {
        "id": "i1", "name": name, "started": "2025-12-17T14:00:00.000Z", "resolved": None, "status": "MONITORING",
        "impact": "OPERATIONAL", "components": [{"id": "c1", "status": "MAJOROUTAGE", "name": name}],
        "updates": [{"id": "u1", "started": "2025-12-17T14:00:00.000Z", "status": "MONITORING", "message": name}],
    }  # fmt: skip
    page = {"site": {"id": "s1", "name": name}, "activeIncidents": [incident], "notices": {},
            "components": [{"id": "c1", "name": name, "status": "MAJOROUTAGE"}]}  # fmt: skip
    snapshot = parse(json.dumps(page).encode())
    (post,) = snapshot.posts
    assert (post.phase, post.impact, post.components) == (
        "monitoring",
        State.OPERATIONAL,
        (("c1", State.MAJOR_OUTAGE),),
    )
    assert [component.state for component in snapshot.components] == [State.MAJOR_OUTAGE]
