"""What servers can do to a probe: R1 to R33 of the list of hostile answers. Each ends in time, with its name."""

import gzip
import struct
import time
import zlib
from contextlib import ExitStack

import pytest

from alerts.channels.web import retry_after_s
from alerts.core.pacing import retry_delay_s
from monitors.core.states import State
from monitors.fetching import Wanted, fetch_all
from monitors.probes.base import ProbeTask, Reason
from tests.kit.servers import answer, serving
from tests.monitors.probes import memory

TIMEOUT_S = 1.0
MARGIN_S = 1.5  # beyond the timeout, on a busy machine
OK, TIMEOUT, PROTOCOL, ENCODING = Reason.OK, Reason.TIMEOUT, Reason.PROTOCOL_ERROR, Reason.BAD_ENCODING


def drip(first: bytes, piece: bytes, every_s: float = 0.05):
    def handle(connection):
        connection.sendall(first)
        for _ in range(200):
            connection.sendall(piece)
            time.sleep(every_s)

    return handle


def flood(first: bytes, piece: bytes):
    def handle(connection):
        connection.sendall(first)
        for _ in range(4000):
            connection.sendall(piece)

    return handle


def reset(connection):
    connection.setsockopt(1, 13, struct.pack("ii", 1, 0))  # SO_LINGER: close with RST


def bomb(megabytes: int) -> bytes:
    squeeze = zlib.compressobj(9, zlib.DEFLATED, 31)
    return b"".join([*(squeeze.compress(bytes(1_000_000)) for _ in range(megabytes)), squeeze.flush()])


HEAD = b"HTTP/1.1 200 OK\r\n"
CASES = {
    "R1 slow body": (drip(HEAD + b"Content-Length: 9999\r\n\r\n", b"x"), TIMEOUT),
    "R2 slow header": (drip(HEAD + b"X-Slow: ", b"x"), TIMEOUT),
    "R3 endless interim answers": (drip(b"", b"HTTP/1.1 103 Early Hints\r\n\r\n", 0.001), PROTOCOL),
    "R3 slow interim answers": (drip(b"", b"HTTP/1.1 103 Early Hints\r\n\r\n", 0.05), TIMEOUT),
    "R4 endless body": (flood(HEAD + b"\r\n", b"x" * 10_000), OK),
    "R5 gzip bomb": (answer(bomb(100), "Content-Encoding: gzip"), OK),
    "R6 brotli": (answer(b"\x8b\x00\x80", "Content-Encoding: br"), ENCODING),
    "R7 zstd": (answer(b"x", "Content-Encoding: zstd"), ENCODING),
    "R7 unknown coding": (answer(b"x", "Content-Encoding: rot13"), ENCODING),
    "R7 stacked codings": (answer(gzip.compress(gzip.compress(b"x")), "Content-Encoding: gzip, gzip"), ENCODING),
    "R7 stacked by two headers": (answer(b"x", "Content-Encoding: gzip", "Content-Encoding: gzip"), ENCODING),
    "R7 not gzip at all": (answer(b"plain text", "Content-Encoding: gzip"), ENCODING),
    "R8 one long header": (answer(b"x", "X-Long: " + "x" * 1_000_000), PROTOCOL),
    "R9 many headers": (answer(b"x", *(f"X-{n}: 1" for n in range(5000))), PROTOCOL),
    "R10 bad chunk size": (HEAD + b"Transfer-Encoding: chunked\r\n\r\nzz\r\nhello\r\n0\r\n\r\n", PROTOCOL),
    "R11 short body": (HEAD + b"Content-Length: 100\r\n\r\nshort", PROTOCOL),
    "R12 two lengths": (HEAD + b"Content-Length: 2\r\nContent-Length: 3\r\n\r\nabc", PROTOCOL),
    "R14 NUL in a header": (HEAD + b"X-Nul: a\0b\r\nContent-Length: 0\r\n\r\n", PROTOCOL),
    "R15 HTTP/0.9": (b"<html>hello</html>", PROTOCOL),
    "R16 status 000": (b"HTTP/1.1 000 Nothing\r\nContent-Length: 0\r\n\r\n", PROTOCOL),
    "R17 status 999": (answer(b"", status="999 What"), Reason.STATUS),
    "R18 reset": (reset, PROTOCOL),
    "R19 silence": (lambda connection: time.sleep(3), TIMEOUT),
    "R20 end before headers": (b"", PROTOCOL),
    "R28 unknown charset": (answer(b"\xff\xfe", "Content-Type: text/html; charset=utf-99"), OK),
    "R28 charset that is no text": (answer(b"\xff\xfe", "Content-Type: text/html; charset=base64"), OK),
    "R29 binary body": (answer(bytes(range(256))), OK),
    "R30 204 with a body": (answer(b"body", status="204 No Content"), OK),
    "R32 Retry-After for ever": (answer(b"", "Retry-After: 99999999", status="503 Busy"), Reason.STATUS),
}


@pytest.mark.parametrize("name", CASES)
def test_every_hostile_answer_ends_in_time_and_has_a_name(prober, name):
    handle, expected = CASES[name]
    with serving(handle) as server:
        # A keyword that is not there makes us read the whole body as text.
        result = prober.look(server.url, timeout_s=TIMEOUT_S, in_full=True, allowed=(server.place,))
    assert result.reason == expected
    assert result.state == (State.OPERATIONAL if expected == OK else State.MAJOR_OUTAGE)
    assert prober.took_s < TIMEOUT_S + MARGIN_S
    assert result.summary.isprintable()
    assert "\0" not in str(result.detail["body"])


def test_R13_a_length_beside_chunks_is_flagged(prober):
    body = HEAD + b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n"
    with serving(body) as server:
        result = prober.look(server.url, in_full=True, allowed=(server.place,))
    assert (result.reason, result.detail["oddities"]) == (OK, ["Content-Length beside Transfer-Encoding"])


@pytest.mark.parametrize(
    ("handle", "reason"),
    [(flood(HEAD + b"\r\n", b"x" * 10_000), Reason.BODY_TRUNCATED), (answer(b"hello"), Reason.KEYWORD)],
)
def test_a_keyword_that_is_missing_says_whether_all_was_read(prober, handle, reason):
    with serving(handle) as server:
        result = prober.look(server.url, options={"keyword": "healthy"}, allowed=(server.place,))
    assert (result.state, result.reason) == (State.MAJOR_OUTAGE, reason)


@pytest.mark.parametrize(
    "handle",
    [
        answer(bomb(200), "Content-Encoding: gzip"),
        flood(HEAD + b"\r\n", b"x" * 100_000),
        answer(b"x", "X-Long: " + "x" * 5_000_000),
    ],
    ids=["gzip bomb", "endless body", "endless header"],
)
def test_memory_grows_by_less_than_20_MB(prober, handle):
    with serving(handle) as server:
        prober.look(server.url, allowed=(server.place,))  # whatever is loaded once is loaded
        with memory.watched() as growth:
            prober.look(server.url, in_full=True, allowed=(server.place,))
    assert growth.bytes < memory.MOST


def test_memory_grows_by_less_than_20_MB_over_all_hostile_answers_at_once(prober):
    with ExitStack() as stack:
        servers = [stack.enter_context(serving(handle)) for handle, _ in CASES.values()]
        engine = prober.engine(allowed=tuple(server.place for server in servers))
        tasks = [ProbeTask("http", server.url, {}, TIMEOUT_S, in_full=True) for server in servers]
        engine.run_batch(tasks)  # whatever is loaded once is loaded
        with memory.watched() as growth:
            results = engine.run_batch(tasks)
    # So much at once may stop our own loop for a moment, which it then says.
    wrong = [
        r.reason
        for r, (_, expected) in zip(results, CASES.values(), strict=True)
        if r.reason not in (expected, Reason.OVERLOADED)
    ]
    assert wrong == []
    assert growth.bytes < memory.MOST


def test_R31_HEAD_that_is_not_supported_is_a_status(prober):
    with serving(answer(b"", status="405 Method Not Allowed")) as server:
        result = prober.look(server.url, options={"method": "HEAD"}, allowed=(server.place,))
    assert result.reason == Reason.STATUS


def test_R33_a_cookie_is_not_carried_to_the_next_check(prober):
    with serving(answer(b"ok", "Set-Cookie: id=1; Path=/")) as server:
        for _ in range(2):
            prober.look(server.url, allowed=(server.place,))
    assert [b"cookie" in request.lower() for request in server.requests] == [False, False]


def test_one_hostile_server_costs_only_its_own_check(prober):
    with serving(CASES["R1 slow body"][0]) as slow, serving(answer(b"ok")) as good:
        engine = prober.engine(allowed=(slow.place, good.place))
        tasks = [ProbeTask("http", url, {}, TIMEOUT_S) for url in [slow.url, *[good.url] * 20]]
        first = next(iter(engine.stream(tasks)))
    assert {index for index, _ in first} == set(range(1, 21))
    assert {result.reason for _, result in first} == {OK}


def test_R32_whatever_a_server_asks_for_it_is_asked_again_after_an_hour():
    """A check keeps its interval; a feed and a notification wait as they are told, up to a cap."""
    with serving(answer(b"", "Retry-After: 99999999", status="503 Busy")) as server:
        wanted = Wanted(1, "summary", server.url)
        fetched = fetch_all([wanted], user_agent="StatusWire-tests", allowed=(server.place,))
    assert fetched[0].retry_after_s == 3600
    assert retry_delay_s(1, "a notification", retry_after_s({"Retry-After": "99999999"})) <= 3600 * 1.25
