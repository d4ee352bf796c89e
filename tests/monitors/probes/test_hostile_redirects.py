"""U54 to U63: where a redirect leads, for the checks that follow one and for the polling of feeds."""

import pytest

from kit.addresses import AddressRefused, check_url, follow
from monitors.core.states import State
from monitors.fetching import Wanted, fetch_all
from monitors.probes.base import ProbeTask, Reason
from tests.kit.servers import answer, serving
from tests.monitors.probes.certificates import Authority

BLOCKED = (State.UNKNOWN, Reason.BLOCKED)
LEAD_INSIDE = {
    "U54 loopback": b"http://127.0.0.1:8099/", "U54 metadata": b"http://169.254.169.254/latest/",
    "U54 IPv6": b"http://[::1]/", "U54 without scheme": b"//10.0.0.1/", "U54 number": b"http://2130706433/",
    "U54 name": b"http://localhost/", "U55 ssh": b"http://8.8.8.8:22/", "U55 redis": b"http://8.8.8.8:6379/",
    "U56 file": b"file:///etc/passwd", "U56 gopher": b"gopher://8.8.8.8/", "U56 dict": b"dict://8.8.8.8/",
    "U56 javascript": b"javascript:alert(1)", "U57 user": b"//user@8.8.8.8/", "U57 backslash": b"http://8.8.8.8\\@10.0.0.1/",
    "U62 tab": b"http://8.8.8.8/\tx", "U62 not UTF-8": b"http://\xff\xfe.example.com/", "U62 C1": b"http://a.example.com/\xc2\x85",
}  # fmt: skip
ENDLESS = {
    "U59 20 hops": lambda path: f"/{int(path.strip(b'/') or 0) + 1}" if path.strip(b"/") != b"20" else "",
    "U60 loop": lambda path: "/b" if path == b"/a" else "/a",
    "U60 to itself": lambda path: path.decode(),
}


def found_at(location):
    return b"HTTP/1.1 302 Found\r\nContent-Length: 0\r\nLocation: " + location + b"\r\n\r\n"


def poll(server):
    wanted = Wanted(1, "summary", server.url + "/")
    return fetch_all([wanted], user_agent="StatusWire-tests", allowed=(server.place,), lookup=outside)[0]


def outside(host, port):
    """A resolver to which every name is a public address."""
    return ["93.184.216.34"]


@pytest.mark.parametrize("kind", ["http", "health"])
@pytest.mark.parametrize("name", LEAD_INSIDE)
def test_a_check_is_not_led_inside_and_that_is_no_downtime(prober, tried, name, kind):
    with serving(found_at(LEAD_INSIDE[name])) as server:
        result = prober.check(ProbeTask(kind, server.url, {}, 3), allowed=(server.place,), lookup=outside)
    assert tried == {"127.0.0.1"}
    assert (result.state, result.reason, len(server.requests)) == (*BLOCKED, 1)


@pytest.mark.parametrize("name", LEAD_INSIDE)
def test_a_feed_is_not_led_inside(tried, name):
    with serving(found_at(LEAD_INSIDE[name])) as server:
        fetched = poll(server)
    assert tried == {"127.0.0.1"}
    assert fetched.error
    assert (fetched.body, len(server.requests)) == (None, 1)


def test_a_step_follows_no_redirect_at_all(prober):
    with serving(found_at(b"http://169.254.169.254/")) as server:
        result = prober.check(ProbeTask("steps", server.url, {"steps": "GET /"}, 3), allowed=(server.place,))
    assert (result.reason, len(server.requests)) == (Reason.OK, 1)


@pytest.mark.parametrize("name", ENDLESS)
def test_redirects_without_end_are_ended_after_five(prober, name):
    def handle(connection):
        path = server.requests[-1].split()[1]
        there = ENDLESS[name](path)
        connection.sendall(found_at(there.encode()) if there else answer(b"ok"))

    with serving(handle) as server:
        result = prober.look(server.url, allowed=(server.place,))
        asked = len(server.requests)
        fetched = poll(server)
    assert (result.state, result.reason, asked) == (State.MAJOR_OUTAGE, Reason.TOO_MANY_REDIRECTS, 6)
    assert fetched.error == "127.0.0.1 redirects more than 5 times."
    assert len(server.requests) == asked + 6


@pytest.mark.parametrize("length", [3000, 60_000, 90_000])
def test_U61_a_long_location_is_never_followed(prober, tried, length):
    with serving(found_at(b"http://a.example.com/" + b"x" * length)) as server:
        result = prober.look(server.url, allowed=(server.place,), lookup=outside)
        fetched = poll(server)
    # One above what all headers may have is a broken answer; a shorter one is an address that we refuse.
    ends = (State.MAJOR_OUTAGE, Reason.PROTOCOL_ERROR) if length > 64_000 else BLOCKED
    assert (result.state, result.reason) == ends
    assert fetched.error
    assert (tried, len(server.requests)) == ({"127.0.0.1"}, 2)


def test_U58_no_step_leads_from_https_to_http(prober, tmp_path):
    authority, host = Authority(tmp_path), "secure.example.com"
    context = authority.context(host)
    with serving(answer(b"in the clear")) as clear:

        def handle(connection):
            with context.wrap_socket(connection, server_side=True) as secure:
                secure.recv(65536)
                secure.sendall(found_at(clear.url.encode()))
                secure.unwrap()

        with serving(handle, wait_for=b"") as server:
            place = f"{host}:{server.port}"
            allowed = (place, clear.place)
            settings = {"lookup": lambda *_: ["127.0.0.1"], "allowed": allowed, "ca_file": str(authority.file)}
            result = prober.look(f"https://{place}/", **settings)
    assert (result.state, result.reason, clear.requests) == (*BLOCKED, [])
    assert result.summary.endswith("redirects from https to http, which would send the request in the clear.")
    with pytest.raises(AddressRefused):
        follow(check_url("https://a.example.com/"), "http://a.example.com/")


SECRETS = {"auth": "bearer", "auth_secret": "hush-hush", "headers": [["X-Ours", "hush"], ["Cookie", "id=hush"]]}


@pytest.mark.parametrize("method", ["GET", "POST", "PUT"])
def test_U54_a_hop_to_another_origin_drops_authorization_cookies_and_our_own_headers(prober, method):
    options = SECRETS | {"method": method} | ({} if method == "GET" else {"body": "hush"})
    with serving(answer(b"ok")) as other, serving(found_at(other.url.encode())) as first:
        result = prober.look(first.url, options=options, allowed=(first.place, other.place))
    assert result.reason == Reason.OK
    assert first.requests[0].count(b"hush") >= 3
    assert b"hush" not in other.requests[0]
    assert other.requests[0].startswith(b"GET / HTTP/1.1\r\n")
