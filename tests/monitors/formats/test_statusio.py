import json

from monitors.core.states import State
from monitors.formats.base import Phase, PostKind
from monitors.formats.statusio import parse


def body(**parts):
    return json.dumps(
        {
            "result": {
                "status_overall": {"status_code": 300},
                "status": [
                    {
                        "id": "web", "name": "Website", "status": "Degraded Performance", "status_code": 300,
                        "containers": [
                            {"id": "eu", "name": "Europe", "status": "Operational", "status_code": 100},
                            {"id": "us", "name": "America", "status": "Degraded Performance", "status_code": 300},
                        ],
                    },
                    {"id": "api", "name": "API", "status": "Operational", "status_code": 100,
                     "containers": [{"id": "eu", "name": "Europe", "status_code": 100}]},
                ],
                **parts,
            }
        }
    ).encode()  # fmt: skip


def test_a_container_is_known_by_its_component_and_itself():
    states = [(c.external_id, c.state, c.is_group) for c in parse(body()).components]
    assert states == [
        ("web", State.DEGRADED, True),
        ("web/eu", State.OPERATIONAL, False),
        ("web/us", State.DEGRADED, False),
        ("api", State.OPERATIONAL, False),
    ]


def test_messages_say_how_far_an_incident_is_and_how_bad():
    messages = [
        {"details": "Fixed it", "state": 300, "status": 300, "datetime": "2026-01-01T11:00:00Z"},
        {"details": "Looking", "state": 100, "status": 500, "datetime": "2026-01-01T10:00:00Z"},
    ]
    incident = {"_id": "i", "name": "Slow", "datetime_open": "2026-01-01T10:00:00Z", "messages": messages}
    (post,) = parse(body(incidents=[incident])).posts
    assert (post.phase, post.impact, post.updates[0].body) == (Phase.MONITORING, State.DEGRADED, "Looking")


def test_maintenances_are_under_way_or_ahead():
    window = {
        "_id": "m", "name": "Upgrade", "datetime_planned_start": "2026-01-02T10:00:00Z",
        "datetime_planned_end": "2026-01-02T12:00:00Z", "messages": [],
    }  # fmt: skip
    snapshot = parse(body(maintenance={"active": [window], "upcoming": [{**window, "_id": "n"}]}))
    assert [(p.kind, p.phase) for p in snapshot.posts] == [
        (PostKind.MAINTENANCE, Phase.IN_PROGRESS),
        (PostKind.MAINTENANCE, Phase.SCHEDULED),
    ]
    assert snapshot.posts[0].scheduled_until.hour == 12
    assert snapshot.lists_open == {PostKind.INCIDENT, PostKind.MAINTENANCE}
