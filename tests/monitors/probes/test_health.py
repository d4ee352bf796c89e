"""Health documents of every form, with 200 and with 503; and what is none is never good news."""

import json

import pytest

from monitors.core.states import State
from monitors.probes.base import ProbeTask, Reason
from tests.kit.servers import answer, serving

UP, DEGRADED, DOWN = State.OPERATIONAL, State.DEGRADED, State.MAJOR_OUTAGE
RFC = {
    "status": "pass",
    "checks": {
        "db:responseTime": [{"status": "pass", "observedValue": 3}],
        "cache:uptime": [{"status": "warn", "output": "cold"}],
    },
}
SPRING = {
    "status": "DOWN",
    "components": {
        "db": {"status": "UP", "components": {"primary": {"status": "UP"}, "replica": {"status": "OUT_OF_SERVICE"}}},
        "mail": {"status": "DOWN", "details": {"error": "no route"}},
    },
}
ASPNET = {
    "status": "Unhealthy",
    "results": {
        "sql": {"status": "Unhealthy", "description": "password=hush123 timed out"},
        "bus": {"status": "Healthy"},
    },
}
LISTED = {"status": "Healthy", "entries": [{"name": "sql", "status": "Healthy"}]}


def look(prober, document, status="200 OK", options=None):
    body = document if isinstance(document, bytes) else json.dumps(document).encode()
    with serving(answer(body, status=status)) as server:
        task = ProbeTask("health", server.url, options or {}, 2, in_full=True)
        return prober.check(task, allowed=(server.place,))


@pytest.mark.parametrize(
    ("document", "status", "options", "expected", "components"),
    [
        (RFC, "200 OK", {}, (DEGRADED, Reason.UNHEALTHY), [("db:responseTime", UP), ("cache:uptime", DEGRADED)]),
        (RFC, "200 OK", {"ignored": "cache:uptime"}, (UP, Reason.OK), [("db:responseTime", UP)]),
        (
            SPRING, "503 Busy", {}, (DOWN, Reason.UNHEALTHY),
            [("db", UP), ("db/primary", UP), ("db/replica", DEGRADED), ("mail", DOWN)],
        ),
        (SPRING, "503 Busy", {"ignored": "mail db/replica"}, (UP, Reason.OK), [("db", UP), ("db/primary", UP)]),
        (ASPNET, "503 Busy", {}, (DOWN, Reason.UNHEALTHY), [("sql", DOWN), ("bus", UP)]),
        (LISTED, "200 OK", {}, (UP, Reason.OK), [("sql", UP)]),
        ({"status": "UP"}, "200 OK", {}, (UP, Reason.OK), []),
        ({"status": "UP"}, "503 Busy", {}, (DOWN, Reason.UNHEALTHY), []),
        ({"status": "purple"}, "200 OK", {}, (DEGRADED, Reason.UNHEALTHY), []),
        ({"status": "UP", "queue": 3}, "200 OK", {"conditions": "body.queue < 3"}, (DOWN, Reason.CONDITION), []),
        ({"ok": True}, "200 OK", {}, (DOWN, Reason.UNEXPECTED_ANSWER), []),
        (b"<html>sign in</html>", "200 OK", {}, (DOWN, Reason.UNEXPECTED_ANSWER), []),
        (b"<html>busy</html>", "503 Busy", {}, (DOWN, Reason.STATUS), []),
        (b"[" * 50_000, "200 OK", {}, (DOWN, Reason.UNEXPECTED_ANSWER), []),
        ({"status": "UP"}, "404 Gone", {}, (DOWN, Reason.STATUS), []),
    ],
)  # fmt: skip
def test_a_document_and_its_components(prober, document, status, options, expected, components):
    result = look(prober, document, status, options)
    assert (result.state, result.reason) == expected
    found = result.detail.get("components", [])
    assert [(c["name"], c["state"]) for c in found] == [(name, state.word) for name, state in components]
    assert "hush" not in str((result.summary, found))


def test_a_document_without_end_is_cut(prober):
    parts = {f"part{n}": {"status": "UP"} for n in range(5000)}
    nested = {"status": "UP"}
    for _ in range(200):
        nested = {"status": "UP", "components": {"x": nested}}
    assert len(look(prober, {"status": "UP", "components": parts}).detail["components"]) == 100
    assert len(look(prober, nested).detail["components"]) == 5
