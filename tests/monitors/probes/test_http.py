"""What a check means: status, keyword, slowness, redirects, and the options that a person writes."""

import os

import pytest

from monitors.core.states import State
from monitors.probes.base import BadOptions, Reason
from monitors.probes.http import PROBE
from tests.kit.servers import answer, serving

UP, DOWN = State.OPERATIONAL, State.MAJOR_OUTAGE


@pytest.mark.parametrize(
    ("status", "options", "expected"),
    [
        ("200 OK", {}, (UP, Reason.OK)),
        ("399 Odd", {}, (UP, Reason.OK)),
        ("400 Bad", {}, (DOWN, Reason.STATUS)),
        ("503 Busy", {}, (DOWN, Reason.STATUS)),
        ("503 Busy", {"expected_status": "200,500-599"}, (UP, Reason.OK)),
        ("401 Who", {"expected_status": "401"}, (UP, Reason.OK)),
        ("999 Denied", {"expected_status": "200-299,999"}, (UP, Reason.OK)),
        ("200 OK", {"keyword": "hello"}, (UP, Reason.OK)),
        ("200 OK", {"keyword": "Hello"}, (DOWN, Reason.KEYWORD)),
        ("200 OK", {"method": "HEAD"}, (UP, Reason.OK)),
        ("200 OK", {"method": "POST", "body": "x"}, (UP, Reason.OK)),
    ],
)
def test_status_and_keyword_decide(prober, status, options, expected):
    with serving(answer(b"hello", status=status)) as server:
        result = prober.look(server.url, options=options, allowed=(server.place,))
    assert (result.state, result.reason) == expected


def test_a_slow_answer_is_degraded(prober):
    def handle(connection):
        import time

        time.sleep(0.1)
        connection.sendall(answer(b"ok"))

    with serving(handle) as server:
        slow = prober.look(server.url, options={"max_response_ms": 50}, allowed=(server.place,))
        fine = prober.look(server.url, options={"max_response_ms": 2900}, allowed=(server.place,))
    assert (slow.state, slow.reason, fine.reason) == (State.DEGRADED, Reason.SLOW, Reason.OK)
    assert slow.phases.first_byte >= 100_000
    assert slow.total_us >= 100_000


@pytest.mark.parametrize("count", [5, 6])
def test_five_redirects_are_followed_and_six_are_not(prober, count):
    def handle(connection):
        step = int(server.requests[-1].split()[1].strip(b"/") or 0)
        there = answer(b"", f"Location: /{step + 1}", status="302 Found")
        connection.sendall(there if step < count else answer(b"ok"))

    with serving(handle) as server:
        result = prober.look(server.url, allowed=(server.place,))
    assert result.reason == (Reason.OK if count == 5 else Reason.TOO_MANY_REDIRECTS)
    assert len(server.requests) == 6


def test_a_redirect_that_is_expected_is_not_followed(prober):
    with serving(answer(b"", "Location: /next", status="301 Moved")) as server:
        result = prober.look(server.url, options={"expected_status": "301"}, allowed=(server.place,))
    assert (result.reason, len(server.requests)) == (Reason.OK, 1)


def test_another_origin_gets_no_header_and_no_body_of_ours(prober):
    with serving(answer(b"ok")) as other, serving(answer(b"", f"Location: {other.url}/", status="307 There")) as first:
        options = {"method": "POST", "body": "ours", "headers": [["X-Ours", "1"]]}
        result = prober.look(first.url, options=options, allowed=(first.place, other.place))
    assert result.reason == Reason.OK
    assert b"X-Ours: 1" in first.requests[0]
    assert other.requests[0].startswith(b"GET / HTTP/1.1\r\n")
    assert b"ours" not in other.requests[0].lower()


def test_a_proxy_of_the_environment_is_ignored(prober, monkeypatch):
    with serving(answer(b"proxy")) as proxy, serving(answer(b"target")) as server:
        for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
            monkeypatch.setenv(name, proxy.url)
        result = prober.look(server.url, in_full=True, allowed=(server.place,))
    assert os.environ["http_proxy"] == proxy.url
    assert (result.detail["body"], proxy.requests) == ("target", [])


@pytest.mark.parametrize(
    ("raw", "stored"),
    [
        ({}, {"method": "GET", "expected_status": "200-399"}),
        (
            {"method": "post", "body": "x", "headers": "Accept: text/plain\r\n\r\nX-A: b: c"},
            {
                "method": "POST",
                "expected_status": "200-399",
                "body": "x",
                "headers": [["Accept", "text/plain"], ["X-A", "b: c"]],
            },
        ),
        ({"expected_status": "200 - 299, 301"}, {"method": "GET", "expected_status": "200-299,301"}),
        ({"max_response_ms": " 800 "}, {"method": "GET", "expected_status": "200-399", "max_response_ms": 800}),
    ],
)
def test_options_are_stored_as_they_are_meant(raw, stored):
    assert PROBE.clean(raw) == stored


@pytest.mark.parametrize(
    ("raw", "field"),
    [
        ({"method": "TRACE"}, "method"),
        ({"expected_status": "2xx"}, "expected_status"),
        ({"expected_status": "300-200"}, "expected_status"),
        ({"expected_status": "99-200"}, "expected_status"),
        ({"max_response_ms": "0"}, "max_response_ms"),
        ({"max_response_ms": "fast"}, "max_response_ms"),
        ({"keyword": "x" * 201}, "keyword"),
        ({"body": "x"}, "body"),
        ({"method": "POST", "body": "x" * 10_001}, "body"),
        ({"headers": "no colon"}, "headers"),
        ({"headers": "Host: other.example"}, "headers"),
        ({"headers": "Transfer-Encoding: chunked"}, "headers"),
        ({"headers": "Content-Length: 3"}, "headers"),
        ({"headers": "Connection: upgrade"}, "headers"),
        ({"headers": "Metadata-Flavor: Google"}, "headers"),
        ({"headers": "X-A: b\rX-B: c"}, "headers"),
        ({"headers": "X-A: é"}, "headers"),
        ({"headers": "X-A: " + "x" * 1001}, "headers"),
        ({"headers": "\n".join(f"X-{n}: 1" for n in range(21))}, "headers"),
        ({"headers": "Authorization: Bearer abcdef123"}, "headers"),
        ({"headers": "X-Api-Key: 42"}, "headers"),
        ({"headers": "Cookie: a=b"}, "headers"),
        ({"conditions": "status < "}, "conditions"),
        ({"degraded_conditions": "total < 800"}, "degraded_conditions"),
        ({"conditions": "status == 200\n" * 11}, "conditions"),
        ({"redirects": "sometimes"}, "redirects"),
        ({"http_version": "3"}, "http_version"),
        ({"keyword_absent": "x" * 201}, "keyword_absent"),
        ({"auth": "bearer"}, "auth_secret"),
        ({"auth": "basic", "auth_secret": "x"}, "auth_name"),
        ({"auth": "basic", "auth_name": "a:b", "auth_secret": "x"}, "auth_name"),
        ({"auth": "header", "auth_name": "Host", "auth_secret": "x"}, "auth_name"),
        ({"auth": "bearer", "auth_secret": "a\r\nHost: b"}, "auth_secret"),
        ({"auth_secret": "x"}, "auth_secret"),
    ],
)
def test_options_that_cannot_work_are_refused_by_name(raw, field):
    with pytest.raises(BadOptions) as refused:
        PROBE.clean(raw)
    assert list(refused.value.errors) == [field]
