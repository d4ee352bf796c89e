"""A probe goes only where it was judged to go: at the first step, after a redirect, and by the second wall."""

import json
import socket
from pathlib import Path

import pycurl
import pytest

from kit.addresses import check_url
from monitors.core.states import State
from monitors.probes.base import ProbeTask, Reason, Request
from monitors.probes.handles import Handles
from monitors.probes.transfer import Transfer
from tests.kit.servers import answer, serving

BLOCKED = (State.UNKNOWN, Reason.BLOCKED)
SHARED = Path(__file__).parents[4] / "shared" / "data" / "ssrf_urls.json"


@pytest.fixture
def connections(monkeypatch):
    """Every socket that libcurl was given."""
    opened = []
    real = Transfer._open_socket

    def watch(self, purpose, to):
        opened.append(to[3])
        return real(self, purpose, to)

    monkeypatch.setattr(Transfer, "_open_socket", watch)
    return opened


def lookup(host, port):
    """A resolver that leads everywhere inside."""
    return {
        "rebind.test.": ["127.0.0.1"],
        "mixed.test.": ["93.184.216.34", "10.0.0.1"],
        "nat64.test.": ["64:ff9b::7f00:1"],
    }.get(host, ["127.0.0.1"])


@pytest.mark.needs_shared
@pytest.mark.skipif(not SHARED.exists(), reason="../shared/data is not here")
def test_no_hostile_url_is_ever_connected_to(prober, connections):
    urls = [url for url in json.loads(SHARED.read_text()) if not is_fine(url)]
    results = prober.engine(lookup=lookup).run_batch([ProbeTask("http", url, {}, 2) for url in urls])
    assert [
        (url, r.state, r.reason) for url, r in zip(urls, results, strict=True) if (r.state, r.reason) != BLOCKED
    ] == []
    assert connections == []


def is_fine(url):
    """The list's harmless entry: a long query at a name that does not exist."""
    return url.startswith("http://a.test/?q=1&q=1")


@pytest.mark.parametrize(
    "location",
    [
        "http://127.0.0.1:8099/", "http://169.254.169.254/latest/", "http://[::1]/", "//10.0.0.1/", "file:///etc/passwd",
        "gopher://8.8.8.8/", "http://user@8.8.8.8/", "http://8.8.8.8:22/", "http://2130706433/", "http://" + "x" * 90_000,
    ],
)  # fmt: skip
def test_a_redirect_inside_is_blocked_and_not_downtime(prober, location):
    with serving(answer(b"", f"Location: {location}"[:60_000], status="302 Found")) as server:
        result = prober.look(server.url, allowed=(server.place,))
    assert (result.state, result.reason, len(server.requests)) == (*BLOCKED, 1)


def test_a_name_is_judged_anew_when_it_moves_inside(prober):
    answers = [["127.0.0.1"], ["127.0.0.2"]]
    asked = []

    def moving(host, port):
        asked.append(host)
        return answers.pop(0)

    with serving(answer(b"ok")) as server:
        url = f"http://moves.example.com:{server.port}/"
        settings = {"lookup": moving, "allowed": (server.place,), "names_kept_s": 0.0}
        first, second = (prober.look(url, **settings) for _ in range(2))
    assert (first.reason, second.reason) == (Reason.OK, Reason.BLOCKED)
    assert second.summary.startswith("moves.example.com resolves to 127.0.0.2, which is not a public address.")
    # Looked up once for each check, and the answer that was judged is the one that was dialled.
    assert (len(asked), len(server.requests)) == (2, 1)
    assert f"Host: moves.example.com:{server.port}".encode() in server.requests[0]


def test_the_next_address_is_tried_when_the_first_does_not_connect(prober):
    with serving(answer(b"ok")) as server:
        allowed = (f"two.example.com:{server.port}",)
        url = f"http://two.example.com:{server.port}/"
        result = prober.look(url, lookup=lambda host, port: ["127.0.0.9", "127.0.0.1"], allowed=allowed, in_full=True)
    assert (result.reason, result.detail["address"]) == (Reason.OK, "127.0.0.1")


def test_the_second_wall_refuses_any_socket_but_the_judged_one():
    with serving(answer(b"ok")) as server:
        request = Request(check_url("http://93.184.216.34/"))
        handles = Handles("t", "")
        transfer = Transfer(request, "93.184.216.34", 2, handles, lambda *_: None)
        transfer.handle.setopt(pycurl.CONNECT_TO, [f"::127.0.0.1:{server.port}"])  # as if the first wall had failed
        with pytest.raises(pycurl.error):
            transfer.handle.perform()
        transfer.close()
    assert server.requests == []


@pytest.mark.parametrize(
    ("failure", "words"),
    [
        (socket.gaierror(socket.EAI_NONAME, "no such name"), "gone.example.com does not exist in the DNS."),
        (socket.gaierror(socket.EAI_AGAIN, "try again"), "gone.example.com could not be resolved: try again."),
    ],
)
def test_a_name_without_an_address_is_a_dns_error(prober, failure, words):
    def lookup(host, port):
        raise failure

    result = prober.look("http://gone.example.com/", lookup=lookup)
    assert (result.state, result.reason, result.summary) == (State.MAJOR_OUTAGE, Reason.DNS_ERROR, words)


def test_a_refused_connection_has_its_own_name(prober):
    with serving(b"") as server:
        place = server.place
    result = prober.look(f"http://{place}/", allowed=(place,))
    assert (result.state, result.reason) == (State.MAJOR_OUTAGE, Reason.CONNECT_REFUSED)
