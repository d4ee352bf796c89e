"""Certificates that are remembered: asked for now and then, never instead of what a refused handshake showed."""

import pytest

from monitors.probes import chains
from monitors.probes.base import Answer, Certificate, Reason
from monitors.probes.chains import Chains
from monitors.probes.transfer import Transfer
from tests.kit.servers import answer, serving
from tests.monitors.probes.certificates import Authority
from tests.monitors.probes.test_tls import HOST, look, secured

PLACE = (HOST, 443, "192.0.2.1")
CHAIN = (Certificate("CN = x", "CN = y", 20),)


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture
def asked(monkeypatch):
    """Whether each transfer asked for the chain, in turn."""
    seen = []
    finish = Transfer.finish

    def noted(self, *args, **more):
        answer = finish(self, *args, **more)
        seen.append(bool(answer.certificates))
        return answer

    monkeypatch.setattr(Transfer, "finish", noted)
    return seen


@pytest.mark.parametrize(("age_s", "is_known"), [(0.0, True), (299.0, True), (300.0, False)])
def test_a_chain_is_known_for_five_minutes(age_s, is_known):
    memory = Chains()
    memory.learn(PLACE, Answer(Reason.OK, certificates=CHAIN, tls_version="TLS 1.3"), 1000.0)
    assert [memory.recent(PLACE, 1000.0 + age_s) is not None, memory.recent((HOST, 444, "192.0.2.1"), 1000.0)] == [
        is_known,
        None,
    ]


def test_what_fails_is_looked_at_anew():
    memory = Chains()
    memory.learn(PLACE, Answer(Reason.OK, certificates=CHAIN), 1000.0)
    memory.learn(PLACE, Answer(Reason.OK), 1001.0)
    assert memory.recent(PLACE, 1002.0).certificates == CHAIN
    memory.learn(PLACE, Answer(Reason.TIMEOUT), 1003.0)
    assert memory.recent(PLACE, 1004.0) is None


def test_the_memory_is_bounded(monkeypatch):
    monkeypatch.setattr(chains, "MAX_PLACES", 3)
    memory = Chains()
    for port in range(10):
        memory.learn((HOST, port, ""), Answer(Reason.OK, certificates=CHAIN), 1.0)
    assert [port for port in range(10) if memory.recent((HOST, port, ""), 1.0)] == [9]


def test_the_chain_is_asked_for_once_and_its_age_is_told(prober, authority, asked):
    with secured(authority.context(HOST), after_s=0.05) as server:
        first, second = (look(prober, server, authority, in_full=False) for _ in range(2))
        failing = look(prober, server, authority, in_full=False, options={"expected_status": "204"})
    assert (first.reason, second.reason, failing.reason) == (Reason.OK, Reason.OK, Reason.STATUS)
    assert asked == [True, False, False]
    assert failing.detail["certificates"] == [
        {"subject": f"CN = {HOST}", "issuer": "CN = An authority of the tests", "days_left": 20, "names": [HOST]}
    ]
    assert (failing.detail["certificates_seen"], failing.detail["tls_version"]) == ("seen 0 s before", "TLS 1.3")


@pytest.mark.parametrize(
    ("options", "in_full"),
    [({}, True), ({"conditions": "certificate_days > 14"}, False), ({"degraded_conditions": "certificate_days > 14"}, False)],
)  # fmt: skip
def test_who_needs_the_chain_of_each_connection_gets_it(prober, authority, asked, options, in_full):
    with secured(authority.context(HOST)) as server:
        results = [look(prober, server, authority, in_full=in_full, options=options) for _ in range(2)]
    assert ([result.reason for result in results], asked) == ([Reason.OK] * 2, [True, True])


def in_turn(*contexts):
    """Serve one answer over TLS, each time with the next certificate."""
    left = list(contexts)

    def handle(connection):
        with left.pop(0).wrap_socket(connection, server_side=True) as secure:
            secure.recv(65536)
            secure.sendall(answer(b"ok"))
            secure.unwrap()

    return serving(handle, wait_for=b"")


@pytest.mark.parametrize(
    ("host", "days", "expected", "words"),
    [
        (HOST, -5, Reason.TLS_EXPIRED, "It ended 4 days ago."),
        ("other.example.com", 20, Reason.TLS_NAME, "It is for other.example.com."),
    ],
)
def test_a_certificate_that_is_refused_is_shown_itself_and_not_the_one_before(
    prober, authority, asked, host, days, expected, words
):
    good, bad = authority.context(HOST), authority.context(host, days=days)
    with in_turn(good, bad, bad) as server:
        results = [look(prober, server, authority, in_full=False) for _ in range(2)]
    assert [result.reason for result in results] == [Reason.OK, expected]
    shown = results[1].detail["certificates"][0]
    assert (shown["subject"], shown["days_left"], results[1].detail["certificates_seen"]) == (f"CN = {host}", days, "")
    assert (shown["names"], results[1].summary[-len(words) :]) == ([host], words)
    assert asked == [True, False, True]


def test_a_certificate_that_only_one_of_two_servers_lacks_is_not_overlooked(prober, authority, asked):
    good, bad = authority.context(HOST), authority.context(HOST, days=-2)
    with in_turn(good, bad, good) as server:
        results = [look(prober, server, authority, in_full=False) for _ in range(2)]
    assert [result.reason for result in results] == [Reason.OK, Reason.TLS_EXPIRED]
    assert results[1].detail["certificates"] == []
