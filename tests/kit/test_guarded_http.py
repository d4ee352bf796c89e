"""The one HTTP client against servers that mean harm."""

import gzip
import json
import re
import socket
import threading
import time
import zlib

import pytest

from kit.guarded_http import AddressRefused, FetchFailed, fetch, guarded_client
from tests.kit.servers import answer, serving
from tests.kit.test_addresses import HOSTILE


async def get(server, path="/", **options):
    options = {"deadline_s": 30, "allowed": [server.place]} | options
    return await fetch(server.url + path, **options)


async def test_an_answer_comes_back_whole():
    with serving(answer(b"hello", "ETag: W/x", "X-Two: a", "X-Two: b")) as server:
        got = await get(server, "/a?b=c", headers={"User-Agent": "StatusWire"})
    assert (got.status, got.body, got.headers["etag"], got.headers["x-two"]) == (200, b"hello", "W/x", "a, b")
    head, *lines = server.requests[0].decode().split("\r\n")
    assert head == "GET /a?b=c HTTP/1.1"
    assert sorted(filter(None, lines)) == [
        "Accept-Encoding: gzip",
        "Connection: close",
        f"Host: 127.0.0.1:{server.port}",
        "User-Agent: StatusWire",
    ]


def test_without_a_loop_it_sends_a_body_and_does_not_follow():
    hop = answer(b"", "Location: /y", status="307 Temporary Redirect")
    with serving(hop, wait_for=b"{}") as server, guarded_client(timeout_s=5, allowed=[server.place]) as client:
        got = client.send("POST", server.url + "/hook", {"Content-Type": "application/json"}, b"{}")
    assert (got.status, len(server.requests)) == (307, 1)
    assert server.requests[0].startswith(b"POST /hook HTTP/1.1\r\n")
    assert server.requests[0].endswith(b"{}")


def test_a_long_answer_to_a_delivery_is_cut_off():
    with serving(answer(b"x" * 100_000)) as server, guarded_client(timeout_s=5, allowed=[server.place]) as client:
        got = client.send("GET", server.url)
    assert (len(got.body), got.is_truncated) == (64_000, True)


def test_eight_threads_may_share_a_client():
    with serving(answer(b"ok")) as server, guarded_client(timeout_s=5, allowed=[server.place]) as client:
        got = []
        threads = [threading.Thread(target=lambda: got.append(client.send("GET", server.url).body)) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert got == [b"ok"] * 8


@pytest.mark.parametrize("url", HOSTILE or [pytest.param("", marks=pytest.mark.skip(reason="no ../shared here"))])
async def test_no_hostile_address_is_connected_to(url, monkeypatch):
    dialled = []
    monkeypatch.setattr(socket.socket, "connect", lambda *args: dialled.append(args))
    with pytest.raises(AddressRefused):
        await fetch(url, deadline_s=2, lookup=lambda *_: dialled.append("look-up") or ["8.8.8.8"])
    assert dialled == []


@pytest.mark.parametrize(
    "answers", [["127.0.0.1"], ["::ffff:127.0.0.1"], ["8.8.8.8", "127.0.0.1"], ["64:ff9b::7f00:1"]]
)
async def test_a_name_that_leads_to_a_private_address_is_not_dialled(answers):
    with serving(answer()) as server, pytest.raises(AddressRefused):
        await fetch(f"http://a.example.com:{server.port}/", deadline_s=5, lookup=lambda *_: answers)
    assert server.requests == []


async def test_each_connection_is_judged_so_that_rebinding_is_too_late():
    answers = iter([["127.0.0.1"], ["127.0.0.2"]])
    with serving(answer(b"first")) as server:
        url = f"http://rebind.example.com:{server.port}/"
        options = {"deadline_s": 5, "allowed": [server.place], "lookup": lambda *_: next(answers)}
        assert (await fetch(url, **options)).body == b"first"
        with pytest.raises(AddressRefused):
            await fetch(url, **options)
    assert len(server.requests) == 1
    assert f"Host: rebind.example.com:{server.port}".encode() in server.requests[0]


async def test_the_next_address_is_tried_when_one_does_not_answer():
    with serving(answer(b"second")) as server:
        places = [server.place, f"127.0.0.9:{server.port}"]
        lookup = lambda *_: ["127.0.0.9", "127.0.0.1"]  # noqa: E731
        got = await fetch(f"http://a.example.com:{server.port}/", deadline_s=5, allowed=places, lookup=lookup)
    assert got.body == b"second"


async def test_proxies_of_the_environment_are_ignored(monkeypatch):
    with serving(answer(b"proxy")) as proxy, serving(answer(b"direct")) as server:
        for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
            monkeypatch.setenv(name, proxy.url)
        assert (await get(server)).body == b"direct"
    assert proxy.requests == []


def drip(data, pause=0.05):
    def handle(connection):
        connection.sendall(
            b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n" if data == b"x" else b"HTTP/1.1 200 OK\r\n"
        )
        while True:
            connection.sendall(data)
            time.sleep(pause)

    return handle


def storm(connection):
    while True:
        connection.sendall(b"HTTP/1.1 103 Early Hints\r\n\r\n")


def silence(connection):
    connection.recv(1)


@pytest.mark.parametrize(
    "handle", [drip(b"x"), drip(b"a"), storm, silence], ids=["slow body", "slow headers", "103s", "silence"]
)
async def test_the_deadline_holds_for_the_whole(handle):
    began = time.monotonic()
    with serving(handle) as server, pytest.raises(FetchFailed) as failed:
        await get(server, deadline_s=0.6)
    assert failed.value.reason == "timeout"
    assert time.monotonic() - began < 3


def endless(connection):
    connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
    while True:
        connection.sendall(b"x" * 65536)


def bomb():
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    return b"".join([*(packer.compress(bytes(10_000_000)) for _ in range(30)), packer.flush()])


RAW = b"HTTP/1.1 200 OK\r\n"


@pytest.mark.parametrize(
    ("handle", "reason"),
    [
        (endless, "too_large"),
        (lambda c: c.sendall(answer(bomb(), "Content-Encoding: gzip")), "too_large"),
        (answer(b"\x0b\x02\x80", "Content-Encoding: br"), "bad_encoding"),
        (answer(b"x", "Content-Encoding: zstd"), "bad_encoding"),
        (answer(b"x", "Content-Encoding: gzip, gzip"), "bad_encoding"),
        (answer(b"not gzip", "Content-Encoding: gzip"), "bad_encoding"),
        (answer(gzip.compress(b"x" * 999)[:-9], "Content-Encoding: gzip"), "bad_encoding"),
        (answer(b"x", *[f"X-{n}: 1" for n in range(300)]), "too_large"),
        (answer(b"x", "X-Big: " + "a" * 1_000_000), "protocol"),
        (answer(status="999 Odd"), "status"),
        (answer(status="000 Odd"), "protocol"),
        (RAW + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n", "protocol"),
        (RAW + b"Content-Length: 100\r\n\r\nshort", "protocol"),
        (RAW + b"Content-Length: 1\r\nContent-Length: 2\r\n\r\nxx", "protocol"),
        (RAW + b"X: \x00\r\n\r\n", "protocol"),
        (b"just text", "protocol"),
        (b"", "protocol"),
        (answer(status="302 Found") [:-6] + b"\r\nLocation: /\r\n\r\n", "redirects"),
    ],
)  # fmt: skip
async def test_a_bad_answer_is_a_named_error(handle, reason):
    with serving(handle) as server, pytest.raises(FetchFailed) as failed:
        await get(server, "/secret-token", max_bytes=1_000_000)
    assert failed.value.reason == reason
    assert "secret-token" not in f"{failed.value} {failed.value!r}"


async def test_gzip_is_inflated():
    with serving(answer(gzip.compress(b"x" * 5000), "Content-Encoding: gzip")) as server:
        assert (await get(server)).body == b"x" * 5000


@pytest.mark.parametrize(
    "location",
    ["http://127.0.0.1:1/", "http://169.254.169.254/latest", "http://user@127.0.0.1/", "file:///etc/passwd",
     "gopher://127.0.0.1:70/", "//[::1]/", "http://8.8.8.8:25/", "http://a.test/" + "a" * 90_000, "/\x7f"],
)  # fmt: skip
async def test_a_redirect_to_a_private_address_is_refused(location):
    with serving(answer(b"", f"Location: {location}", status="302 Found")) as server, pytest.raises(AddressRefused):
        await get(server)
    assert len(server.requests) == 1


async def test_a_step_to_another_origin_carries_no_secrets():
    with serving(answer(b"end")) as second:
        hop = answer(b"", f"Location: {second.url}/next", status="302 Found")
        with serving(hop) as first:
            headers = {"Authorization": "Bearer x", "Cookie": "a=b", "X-Key": "k", "User-Agent": "StatusWire"}
            got = await get(first, headers=headers, allowed=[first.place, second.place])
    assert (got.body, got.url) == (b"end", f"{second.url}/next")
    names = re.findall(rb"\r\n([A-Za-z-]+):", second.requests[0])
    assert sorted(names) == [b"Accept-Encoding", b"Connection", b"Host", b"User-Agent"]


@pytest.mark.parametrize(("location", "asked"), [("/", b"/api?x=1"), ("/api", b"/api?x=1"), ("/new", b"/new")])
async def test_a_lost_path_is_given_back_when_asked_for(location, asked):
    with serving(answer(b"{}")) as second:
        target = f"http://moved.example.com:{second.port}{location}"
        with serving(answer(b"", f"Location: {target}", status="301 Moved")) as first:
            places = [first.place, second.place]
            await get(first, "/api?x=1", allowed=places, keep_path=True, lookup=lambda *_: ["127.0.0.1"])
    assert second.requests[0].split()[1] == asked


@pytest.mark.parametrize("name", ["Host", "content-length", "Transfer-Encoding", "Connection"])
async def test_headers_of_the_connection_cannot_be_chosen(name):
    with serving(answer()) as server, pytest.raises(FetchFailed) as failed:
        await get(server, headers={name: "x"})
    assert (failed.value.reason, server.requests) == ("bad_header", [])


@pytest.mark.parametrize("value", ["a\r\nX-Evil: 1", "a\x00", "\x7f\n"])
async def test_a_header_cannot_smuggle_another(value):
    with serving(answer()) as server, pytest.raises(FetchFailed) as failed:
        await get(server, headers={"X-Own": value})
    assert (failed.value.reason, b"X-Evil" in b"".join(server.requests)) == ("bad_header", False)


async def test_a_closed_port_is_named_without_the_path():
    with serving(answer()) as server:
        pass
    with pytest.raises(FetchFailed) as failed:
        await get(server, "/T00/B00/secret")
    assert (failed.value.reason, str(failed.value)) == (
        "connect",
        f"127.0.0.1 could not be reached on port {server.port}.",
    )


async def test_a_name_that_does_not_resolve_is_named():
    def lookup(host, port):
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    with pytest.raises(FetchFailed) as failed:
        await fetch("https://gone.example.com/x", deadline_s=2, lookup=lookup)
    assert (failed.value.reason, str(failed.value)) == ("dns", "gone.example.com does not exist in the DNS.")


@pytest.mark.parametrize(
    ("handle", "reason"), [(silence, "timeout"), (lambda c: c.sendall(b"HTTP/1.1 400 Bad\r\n\r\n"), "tls")]
)
async def test_a_handshake_that_does_not_end_well_is_named(handle, reason):
    with serving(handle, wait_for=b"\x16") as server, pytest.raises(FetchFailed) as failed:
        await fetch(f"https://127.0.0.1:{server.port}/", deadline_s=0.6, allowed=[server.place])
    assert failed.value.reason == reason


def test_the_list_of_hostile_addresses_is_the_shared_one():
    assert json.dumps(HOSTILE) == "[]" or len(HOSTILE) == 93
