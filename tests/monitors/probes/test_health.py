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


# As the libraries write them; the first of each is in good health.
HELLOFRESH = {
    "status": "OK",
    "timestamp": "2026-11-21T10:00:00Z",
    "system": {"version": "go1.22"},
    "component": {"name": "x"},
}
LARAVEL = {"finishedAt": 1, "checkResults": [{"name": "Redis", "status": "ok"}, {"name": "Queue", "status": "skipped"}]}
LARAVEL_BAD = {
    "finishedAt": 1,
    "checkResults": [{"name": "Database", "status": "failed", "notificationMessage": "no route"}],
}
DJANGO = {"Cache backend: default": "working", "DatabaseBackend": "working"}
GRAFANA = {"commit": "abc", "database": "ok", "version": "10.0"}
OKCOMPUTER = {"default": {"message": "up", "success": True}, "db": {"message": "gone", "success": False}}
DROPWIZARD = {"deadlocks": {"healthy": True}, "db": {"healthy": False, "error": {"type": "E"}, "message": "gone"}}
KUBERNETES = b"[+]ping ok\n[-]etcd failed: reason withheld\nreadyz check failed"
TERMINUS = {
    "status": "error",
    "info": {},
    "error": {"db": {"status": "down"}},
    "details": {"db": {"status": "down", "message": "slow"}},
}
GITLAB = {"status": "ok", "master_check": [{"status": "ok"}], "db_check": [{"status": "failed", "message": "gone"}]}
NODES = {"status": "warn", "checks": {"cpu": [{"status": "warn"}, {"status": "fail", "output": "hot"}]}}
SPRING_ERROR = {
    "status": "DOWN",
    "components": {"db": {"status": "DOWN", "details": {"error": "no route", "exists": True}}},
}


@pytest.mark.parametrize(
    ("document", "status", "state", "components"),
    [
        (HELLOFRESH, 200, UP, {}),
        (HELLOFRESH | {"status": "Partially Available", "failures": {"mq": "refused"}}, 200, DEGRADED, {"mq": "failed (refused)"}),
        (HELLOFRESH | {"status": "Service Unavailable", "failures": {"mq": "refused"}}, 503, DOWN, {"mq": "failed (refused)"}),
        (LARAVEL, 200, UP, {"Redis": "ok", "Queue": "skipped"}),
        (LARAVEL_BAD, 200, DOWN, {"Database": "failed (no route)"}),
        (DJANGO, 200, UP, {"Cache backend: default": "working", "DatabaseBackend": "working"}),
        (DJANGO | {"DatabaseBackend": "unavailable: gone"}, 500, DOWN, {"Cache backend: default": "working", "DatabaseBackend": "unavailable: gone"}),
        (GRAFANA, 200, UP, {"database": "ok"}),
        (OKCOMPUTER, 500, DOWN, {"default": "ok (up)", "db": "failed (gone)"}),
        (DROPWIZARD, 500, DOWN, {"deadlocks": "ok", "db": "failed (gone)"}),
        ({"db": "OK", "dns": "lookup failed"}, 503, DOWN, {"db": "OK", "dns": "lookup failed"}),
        (b"Healthy", 200, UP, {}),
        (b"Unhealthy", 503, DOWN, {}),
        (b"Degraded", 200, DEGRADED, {}),
        (KUBERNETES, 500, DOWN, {"ping": "ok", "etcd": "failed: reason withheld"}),
        (TERMINUS, 503, DOWN, {"db": "down (slow)"}),
        (GITLAB, 503, DOWN, {"master_check": "ok", "db_check": "failed (gone)"}),
        (NODES, 200, DEGRADED, {"cpu": "fail (hot)"}),
        (SPRING_ERROR, 503, DOWN, {"db": "DOWN (no route)"}),
        ({"status": "ok", "checks": {"db": "ok", "redis": "fail"}}, 200, DOWN, {"db": "ok", "redis": "fail"}),
        ({"status": "ok", "checks": {"db": True, "redis": False}}, 200, DOWN, {"db": "true", "redis": "false"}),
        ({"status": "ok", "checks": {"db": "asleep"}}, 200, DEGRADED, {"db": "asleep"}),
        ({"status": "degraded", "services": {"mail": {"status": "down"}}}, 200, DEGRADED, {"mail": "down"}),
        ({"Status": "Healthy", "HealthChecks": [{"Component": "db", "Status": "Healthy"}]}, 200, UP, {"db": "Healthy"}),
        ({"healthy": False}, 200, DOWN, {}),
    ],
)  # fmt: skip
def test_libraries_write_health_in_many_ways(prober, document, status, state, components):
    result = look(prober, document, f"{status} x")
    assert result.state == state
    assert {c["name"]: c["words"] for c in result.detail["components"]} == components


@pytest.mark.parametrize(
    "document",
    [{"commit": "abc", "version": "10"}, {"message": "hello"}, {"a": {"b": 1}}, [{"status": "ok"}], b"hello", b""],
)
def test_what_says_nothing_of_health_is_no_health_document(prober, document):
    result = look(prober, document)
    assert (result.state, result.reason) == (DOWN, Reason.UNEXPECTED_ANSWER)


def test_a_component_whose_name_has_blanks_can_be_left_out(prober):
    bad = DJANGO | {"Cache backend: default": "unavailable: gone"}
    for ignored in ("Cache backend: default", "Cache backend: default, other", "other\nCache backend: default"):
        assert look(prober, bad, options={"ignored": ignored}).reason == Reason.OK


def test_a_document_without_end_is_cut(prober):
    parts = {f"part{n}": {"status": "UP"} for n in range(5000)}
    nested = {"status": "UP"}
    for _ in range(200):
        nested = {"status": "UP", "components": {"x": nested}}
    assert len(look(prober, {"status": "UP", "components": parts}).detail["components"]) == 100
    assert len(look(prober, nested).detail["components"]) == 5
