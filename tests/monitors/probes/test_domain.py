"""A domain's registration: how long it lasts, and that a registry's own trouble is not the domain's."""

import json
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import pytest

from monitors.core.states import State
from monitors.probes import domain
from monitors.probes.base import ProbeTask, Reason
from tests.kit.servers import answer, serving

UP, DEGRADED, DOWN, UNKNOWN = State.OPERATIONAL, State.DEGRADED, State.MAJOR_OUTAGE, State.UNKNOWN


def record(days, *statuses):
    end = datetime.now(UTC) + timedelta(days=days, hours=1)
    card = ["vcard", [["version", {}, "text", "4.0"], ["fn", {}, "text", "Example Registrar"]]]
    return {
        "objectClassName": "domain",
        "events": [{"eventAction": "expiration", "eventDate": f"{end:%Y-%m-%dT%H:%M:%SZ}"}],
        "status": list(statuses),
        "entities": [{"roles": ["registrar"], "vcardArray": card}],
    }


@contextmanager
def registry(monkeypatch, replies):
    """A registry and the list that names it, on one server."""

    def handle(connection):
        path = server.requests[-1].split()[1].decode()
        if path == "/dns.json":
            body = {"services": [[["com"], [f"{server.url}/rdap/"]]]}
            connection.sendall(answer(json.dumps(body).encode()))
        else:
            reply = replies.get(path.removeprefix("/rdap/domain/"), ("404 Not Found", {}))
            connection.sendall(answer(json.dumps(reply[1]).encode(), status=reply[0]))

    with serving(handle) as server:
        monkeypatch.setattr(domain, "_registries", {})  # another test's server may have had the same port
        monkeypatch.setattr(domain, "BOOTSTRAP", f"{server.url}/dns.json")
        yield server


def look(prober, server, name="example.com", options=None):
    return prober.check(ProbeTask("domain", name, options or {}, 2), allowed=(server.place,))


OK_ = "200 OK"


@pytest.mark.parametrize(
    ("replies", "options", "expected"),
    [
        ({"example.com": (OK_, record(200, "active"))}, {}, (UP, Reason.OK)),
        ({"example.com": (OK_, record(20, "active"))}, {}, (DEGRADED, Reason.DOMAIN_EXPIRING)),
        ({"example.com": (OK_, record(20, "active"))}, {"warn_days": 7}, (UP, Reason.OK)),
        ({"example.com": (OK_, record(-3, "active"))}, {}, (DOWN, Reason.DOMAIN_EXPIRED)),
        ({"example.com": (OK_, record(200, "client hold"))}, {}, (DOWN, Reason.DOMAIN_EXPIRED)),
        ({}, {}, (DOWN, Reason.DOMAIN_EXPIRED)),
        ({"example.com": (OK_, {"status": ["active"]})}, {}, (UNKNOWN, Reason.NOT_AVAILABLE)),
        ({"example.com": (OK_, [])}, {}, (UNKNOWN, Reason.NOT_AVAILABLE)),
        ({"example.com": ("429 Slow down", {})}, {}, (UNKNOWN, Reason.NOT_AVAILABLE)),
        (
            {"example.com": (OK_, record(200))},
            {"conditions": 'registrar == "Example Registrar" and domain_days > 100'},
            (UP, Reason.OK),
        ),
        (
            {"example.com": (OK_, record(200))},
            {"conditions": 'statuses contains "client transfer prohibited"'},
            (DOWN, Reason.CONDITION),
        ),
    ],
)
def test_what_a_registry_says(prober, monkeypatch, replies, options, expected):
    with registry(monkeypatch, replies) as server:
        result = look(prober, server, options=options)
    assert (result.state, result.reason) == expected


@pytest.mark.parametrize("name", ["www.example.com", "a.b.c.d.www.example.com"])
def test_a_part_of_a_domain_counts_as_the_domain(prober, monkeypatch, name):
    with registry(monkeypatch, {"example.com": (OK_, record(200))}) as server:
        assert look(prober, server, name).reason == Reason.OK


# As registries write them, beside RFC 9083.
@pytest.mark.parametrize(
    ("changes", "state", "summary"),
    [
        ({"status": ["clientHold"]}, DOWN, "The registry has set it to client hold."),
        ({"status": ["pendingDelete", "redemptionPeriod"]}, DOWN, "The registry has set it to pending delete, redemption period."),
        ({"status": "active"}, UP, "Registered for another 200 days."),
        ({"events": [{"eventAction": "Expiration", "eventDate": "2999-01-01t00:00:00.123456789z"}]}, UP, "Registered for another 3"),
        ({"events": [{"eventAction": "expiration", "eventDate": "soon"}, *record(200)["events"]]}, UP, "Registered for another 200 days."),
        ({"events": [{"eventAction": "registrar expiration", "eventDate": "2020-01-01T00:00:00Z"}, *record(200)["events"]]}, UP, "Registered for another 200 days."),
        ({"events": record(0)["events"]}, DEGRADED, "The registration ends in less than a day."),
        ({"events": record(-3)["events"]}, DOWN, "The registration ended 2 days ago."),
    ],
)  # fmt: skip
def test_registries_write_as_they_like(prober, monkeypatch, changes, state, summary):
    with registry(monkeypatch, {"example.com": (OK_, record(200, "active") | changes)}) as server:
        result = look(prober, server)
    assert (result.state, result.summary[: len(summary)]) == (state, summary)
    assert result.phases.first_byte > 0


def test_an_ending_without_a_register_is_not_available(prober, monkeypatch):
    with registry(monkeypatch, {}) as server:
        assert look(prober, server, "example.zz").reason == Reason.NOT_AVAILABLE


def test_the_list_of_registries_is_kept(prober, monkeypatch):
    with registry(monkeypatch, {"example.com": (OK_, record(200))}) as server:
        for _ in range(3):
            look(prober, server)
    assert [request.split()[1] for request in server.requests].count(b"/dns.json") == 1


@pytest.mark.parametrize("lost", ["the list of registries", "the registry"])
def test_a_registry_whose_name_leads_nowhere_says_nothing_of_the_domain(prober, monkeypatch, lost):
    nowhere = "https://registry.invalid/dns.json"
    if lost == "the registry":
        services = json.dumps({"services": [[["com"], ["https://registry.invalid/rdap/"]]]}).encode()
        with serving(answer(services)) as server:
            monkeypatch.setattr(domain, "_registries", {})
            monkeypatch.setattr(domain, "BOOTSTRAP", f"{server.url}/dns.json")
            result = look(prober, server)
    else:
        monkeypatch.setattr(domain, "_registries", {})
        monkeypatch.setattr(domain, "BOOTSTRAP", nowhere)
        result = prober.check(ProbeTask("domain", "example.com", {}, 2))
    assert (result.state, result.reason) == (UNKNOWN, Reason.NOT_AVAILABLE)
    assert result.summary.startswith("The registry could not be asked: registry.invalid")
