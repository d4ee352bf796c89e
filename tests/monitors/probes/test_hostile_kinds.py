"""What servers can do to every kind of probe: floods, drips, silence, cut answers. Each ends in time and in little memory."""

import time

import pytest

from monitors.core.states import State
from monitors.probes.base import ProbeTask, Reason
from tests.kit.servers import answer, serving
from tests.monitors.probes import memory

TIMEOUT_S, MARGIN_S = 0.4, 2.0
KINDS = {
    "http": "http://{}/", "health": "http://{}/", "steps": "http://{}/", "websocket": "ws://{}/", "tcp": "{}",
    "smtp": "{}", "imap": "{}", "tls": "{}",
}  # fmt: skip
OPTIONS = {"tcp": {"expect": "never said"}, "http": {"conditions": 'body contains "never said"'}}


def flood(piece):
    def handle(connection):
        for _ in range(3000):
            connection.sendall(piece)

    return handle


def drip(connection):
    for _ in range(100):
        connection.sendall(b"x")
        time.sleep(0.05)


SERVERS = {
    "R4 flood without lines": flood(b"x" * 50_000),
    "R9 flood of lines": flood(b"x: y\r\n" * 5000),
    "R4 flood of replies": flood(b"220-hello\r\n" * 3000),
    "R2 drip": drip,
    "R19 silence": lambda connection: time.sleep(2),
    "R20 end at once": lambda connection: None,
    "R14 NULs": flood(b"\0" * 1000),
}


@pytest.mark.parametrize("name", SERVERS)
@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_ends_in_time_with_a_name(prober, kind, name):
    with serving(SERVERS[name], wait_for=b"") as server:
        task = ProbeTask(kind, KINDS[kind].format(server.place), OPTIONS.get(kind, {}), TIMEOUT_S, in_full=True)
        result = prober.check(task, allowed=(server.place,))
    assert prober.took_s < TIMEOUT_S + MARGIN_S
    assert result.state == State.MAJOR_OUTAGE
    assert result.reason not in (Reason.OK, Reason.PROBER_ERROR)
    assert result.summary.isprintable() or result.reason == Reason.CONDITION
    assert "\0" not in str(result.detail)
    assert len(str(result.detail)) < 60_000


@pytest.mark.parametrize("kind", KINDS)
def test_memory_grows_by_less_than_20_MB(prober, kind):
    with serving(flood(b"HTTP/1.1 200 OK\r\n\r\n" + b"220-x\r\n" * 10_000), wait_for=b"") as server:
        engine = prober.engine(allowed=(server.place,))
        task = ProbeTask(kind, KINDS[kind].format(server.place), OPTIONS.get(kind, {}), TIMEOUT_S, in_full=True)
        engine.run(task)  # whatever is loaded once is loaded
        with memory.watched() as growth:
            engine.run_batch([task] * 3)
    assert growth.bytes < memory.MOST


@pytest.mark.parametrize("kind", ["http", "health", "steps"])
def test_R33_a_cookie_is_not_carried_to_the_next_check(prober, kind):
    with serving(answer(b'{"status": "up"}', "Set-Cookie: who=me")) as server:
        engine = prober.engine(allowed=(server.place,))
        for _ in range(2):
            assert engine.run(ProbeTask(kind, server.url, {}, 2)).reason == Reason.OK
    assert [b"who=me" in request for request in server.requests] == [False, False]


def test_R26_a_long_chain_is_cut(prober, tmp_path):
    from tests.monitors.probes.certificates import Authority

    authority = Authority(tmp_path)
    context = authority.context("long.example.com")
    own = next(tmp_path.glob("long*.pem"))
    own.write_bytes(own.read_bytes() + authority.file.read_bytes() * 60)
    context.load_cert_chain(own)

    def handle(connection):
        with context.wrap_socket(connection, server_side=True) as secure:
            secure.recv(65536)
            secure.sendall(answer(b"ok"))
            secure.unwrap()

    with serving(handle, wait_for=b"") as server:
        place = f"long.example.com:{server.port}"
        settings = {"allowed": (place,), "lookup": lambda *_: ["127.0.0.1"], "ca_file": str(authority.file)}
        result = prober.look(f"https://{place}/", in_full=True, **settings)
    assert len(result.detail.get("certificates", [])) <= 8
