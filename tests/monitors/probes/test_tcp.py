"""A port: whether it takes connections, and whether it says what it should."""

import time

import pytest

from monitors.core.states import State
from monitors.probes.base import ProbeTask, Reason
from tests.kit.servers import serving
from tests.monitors.probes.certificates import Authority

UP, DOWN = State.OPERATIONAL, State.MAJOR_OUTAGE


def look(prober, server, options=None, *, timeout_s=2, **settings):
    task = ProbeTask("tcp", server.place, options or {}, timeout_s, in_full=True)
    return prober.check(task, allowed=(server.place,), **settings)


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({}, (UP, Reason.OK)),
        ({"expect": "ready"}, (UP, Reason.OK)),
        ({"send": r"PING\r\n", "expect": "ready"}, (UP, Reason.OK)),
        ({"expect": "PONG"}, (DOWN, Reason.UNEXPECTED_ANSWER)),
        ({"expect": "ready", "conditions": "answer matches /^220/"}, (UP, Reason.OK)),
        ({"expect": "ready", "conditions": "answer matches /^5/"}, (DOWN, Reason.CONDITION)),
        ({"conditions": "connect < 1us"}, (DOWN, Reason.CONDITION)),
    ],
)
def test_what_a_port_must_say(prober, options, expected):
    with serving(b"220 ready\r\n", wait_for=b"") as server:
        result = look(prober, server, options)
    assert (result.state, result.reason) == expected
    assert result.detail["address"] == "127.0.0.1"
    assert result.phases.connect > 0


def test_what_is_sent_has_its_line_ends(prober):
    with serving(b"+PONG\r\n", wait_for=b"\r\n") as server:
        assert look(prober, server, {"send": r"PING\r\n", "expect": "+PONG"}).reason == Reason.OK
    assert server.requests == [b"PING\r\n"]


def lingering(words):
    """Say something and keep the connection, as Redis and OpenSSH do."""

    def handle(connection):
        connection.sendall(words)
        time.sleep(1)

    return serving(handle, wait_for=b"")


@pytest.mark.parametrize(
    ("said", "options", "reason", "words"),
    [
        (b"-NOAUTH Authentication required.\r\n", {"expect": "+PONG"}, Reason.UNEXPECTED_ANSWER, "The answer lacks '+PONG'; it was '-NOAUTH Authentication required.'."),
        (b"SSH-2.0-OpenSSH_9.2\r\n", {"conditions": 'answer contains "OpenSSH"'}, Reason.OK, "Connected in"),
        (b"SSH-2.0-dropbear\r\n", {"degraded_conditions": 'answer contains "OpenSSH"'}, Reason.CONDITION, 'answer contains "OpenSSH": it was "SSH-2.0-dropbear'),
        (b"", {"expect": "ready"}, Reason.TIMEOUT, "The server took the connection, and said nothing in time. Servers of databases"),
    ],
)  # fmt: skip
def test_a_server_that_says_something_else_and_stays_is_quoted(prober, said, options, reason, words):
    with lingering(said) as server:
        result = look(prober, server, options, timeout_s=0.4)
    assert (result.reason, result.summary[: len(words)]) == (reason, words)


def test_bytes_that_are_no_letters_can_be_sent(prober):
    """PostgreSQL answers a request for TLS with one letter."""
    with serving(b"N", wait_for=b"\x16\x2f") as server:
        assert look(prober, server, {"send": r"\x00\x00\x00\x08\x04\xd2\x16\x2f", "expect": "N"}).reason == Reason.OK
    assert server.requests == [b"\x00\x00\x00\x08\x04\xd2\x16\x2f"]


def test_a_port_s_certificate_is_looked_at(prober, tmp_path):
    authority = Authority(tmp_path)

    def handle(connection):
        with authority.context("127.0.0.1").wrap_socket(connection, server_side=True) as secure:
            secure.recv(10)

    with serving(handle, wait_for=b"") as server:
        options = {"tls": "yes", "conditions": "certificate_days > 30"}
        late = look(prober, server, options, ca_file=str(authority.file))
        refused = look(prober, server, options)
    assert (late.reason, late.summary) == (Reason.CONDITION, "certificate_days > 30: it was 20.")
    assert (refused.reason, refused.detail["certificates"][0]["names"]) == (Reason.TLS_UNTRUSTED, ["127.0.0.1"])


def test_a_closed_port_is_refused(prober):
    with serving(b"") as server:
        pass
    assert look(prober, server).reason == Reason.CONNECT_REFUSED


@pytest.mark.parametrize(
    "handle",
    [lambda connection: time.sleep(2), lambda connection: [connection.sendall(b"x" * 4096) for _ in range(1000)]],
)
def test_silence_and_floods_end_in_time(prober, handle):
    began = time.monotonic()
    with serving(handle, wait_for=b"") as server:
        result = look(prober, server, {"expect": "ready"}, timeout_s=0.5)
    assert result.reason in (Reason.TIMEOUT, Reason.UNEXPECTED_ANSWER)
    assert time.monotonic() - began < 2
    assert len(str(result.detail)) < 5000


def test_over_TLS_the_certificate_counts(prober, tmp_path):
    authority = Authority(tmp_path)
    context = authority.context("secure.example.com")

    def handle(connection):
        with context.wrap_socket(connection, server_side=True) as secure:
            secure.sendall(b"220 ready\r\n")
            secure.recv(10)

    with serving(handle, wait_for=b"") as server:
        place = f"secure.example.com:{server.port}"
        task = ProbeTask("tcp", place, {"tls": "yes", "expect": "ready"}, 2)
        settings = {"allowed": (place,), "lookup": lambda *_: ["127.0.0.1"]}
        good = prober.check(task, ca_file=str(authority.file), **settings)
        bad = prober.check(task, **settings)
    assert (good.reason, bad.reason) == (Reason.OK, Reason.TLS_UNTRUSTED)
    assert good.phases.tls > 0


@pytest.mark.parametrize("port", [25, 6379, 11211])
def test_nothing_is_sent_where_words_do_harm(prober, port):
    task = ProbeTask("tcp", f"8.8.8.8:{port}", {"send": "FLUSHALL"}, 2)
    result = prober.check(task)
    assert (result.state, result.reason) == (State.UNKNOWN, Reason.BLOCKED)
