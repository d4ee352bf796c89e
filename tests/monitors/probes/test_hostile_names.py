"""U48 to U53, U79, U80: names that resolve to what they should not, or to nothing, and the environment that lies.

U48 and U49 for every kind are in test_hostile_urls.
"""

import itertools
import socket
import threading

import dns.flags
import dns.message
import dns.rcode
import dns.rrset
import pytest
from django.core.exceptions import ValidationError
from django.core.validators import URLValidator

from kit.addresses import MAX_ADDRESSES, AddressRefused, check_url
from monitors.core.states import State
from monitors.probes import probe_kinds
from monitors.probes.base import ProbeTask, Reason
from tests.kit.servers import answer, serving
from tests.monitors.probes.test_dns import resolver
from tests.monitors.probes.test_hostile_urls import target_of

NAME = "moves.example.com"
DIALLING = [
    name
    for name, kind in probe_kinds().items()
    if not (kind.is_waiting or kind.is_sending) and name not in ("dns", "domain")
]
DOWN = (State.MAJOR_OUTAGE, Reason.DNS_ERROR)


@pytest.mark.parametrize("kind", [name for name in DIALLING if name != "ping"])
def test_U50_of_64_addresses_four_are_tried_within_the_deadline(prober, tried, kind):
    """None of them answers: with 64 tries each would have had no time, or the check no end."""
    with serving(b"") as server:
        place = f"{NAME}:{server.port}"  # closed by now, so that each try is refused at once
    addresses = [f"127.0.1.{number}" for number in range(1, 65)]
    engine = prober.engine(lookup=lambda *_: addresses, allowed=(place,))
    result = engine.run(ProbeTask(kind, place if kind == "tcp" else target_of(kind, place), {}, 3))
    assert (result.state, result.reason) == (State.MAJOR_OUTAGE, Reason.CONNECT_REFUSED)
    assert tried == set(addresses[:MAX_ADDRESSES])
    assert result.total_us < 3_000_000


def looping(query):
    """A chain of aliases that comes back to its start, and never to an address."""
    reply = dns.message.make_response(query)
    names = [f"{letter}.example.com." for letter in "wxyzw"]
    for name, alias in itertools.pairwise([str(query.question[0].name), *names]):
        reply.answer.append(dns.rrset.from_text(name, 0, "IN", "CNAME", alias))
    return reply.to_wire()


def lasting_no_time(query):
    reply = dns.message.make_response(query)
    reply.answer.append(dns.rrset.from_text(query.question[0].name, 0, "IN", "A", "93.184.216.34"))
    return reply.to_wire()


def saying(code):
    def reply(query):
        message = dns.message.make_response(query)
        message.set_rcode(code)
        return message.to_wire()

    return reply


@pytest.mark.parametrize(
    ("name", "reply", "expected"),
    [
        ("U51 alias loop", looping, (State.MAJOR_OUTAGE, Reason.RECORDS)),
        ("U52 TTL 0", lasting_no_time, (State.OPERATIONAL, Reason.OK)),
        ("U53 NXDOMAIN", saying(dns.rcode.NXDOMAIN), DOWN),
        ("U53 SERVFAIL", saying(dns.rcode.SERVFAIL), DOWN),
        ("U53 REFUSED", saying(dns.rcode.REFUSED), DOWN),
        ("U53 silence", lambda query: None, (State.MAJOR_OUTAGE, Reason.TIMEOUT)),
    ],
)
def test_what_a_resolver_does_to_the_dns_kind(prober, name, reply, expected):
    with resolver(reply) as place:
        result = prober.check(ProbeTask("dns", NAME, {"resolver": place}, 0.4), allowed=(place,))
    assert (result.state, result.reason) == expected


@pytest.mark.parametrize("kind", DIALLING)
@pytest.mark.parametrize(
    ("name", "code", "words"),
    [
        # The system's resolver gives up on a loop of aliases as on any failure of the far side.
        ("U51 alias loop", socket.EAI_AGAIN, "could not be resolved"),
        ("U53 NXDOMAIN", socket.EAI_NONAME, "does not exist in the DNS."),
        ("U53 SERVFAIL", socket.EAI_AGAIN, "could not be resolved"),
        ("U53 timeout", socket.EAI_FAIL, "could not be resolved"),
    ],
)
def test_a_name_that_does_not_resolve_is_a_dns_error(prober, kind, name, code, words):
    def lookup(host, port):
        raise socket.gaierror(code, "said the resolver")

    result = prober.check(ProbeTask(kind, target_of(kind, NAME), {}, 2), lookup=lookup)
    assert (result.state, result.reason) == DOWN
    assert words in result.summary


def test_U53_a_resolver_that_hangs_ends_in_time_as_a_dns_error(prober):
    gate = threading.Event()
    try:
        engine = prober.engine(lookup=lambda *_: gate.wait(10) and [])
        result = engine.run(ProbeTask("http", f"http://{NAME}/", {}, 0.3))
    finally:
        gate.set()
    assert (result.state, result.reason) == DOWN
    assert result.summary == f"{NAME} could not be resolved in time."


def test_U52_however_short_its_life_the_answer_that_was_judged_is_the_one_dialled(prober):
    """Each look-up gives another answer, the second of them private: it is asked once a check, and not again."""
    answers = itertools.chain([["127.0.0.1"]], itertools.repeat(["127.0.0.77"]))
    with serving(answer(b"ok")) as server:
        engine = prober.engine(lookup=lambda *_: next(answers), allowed=(server.place,), names_kept_s=0.0)
        task = ProbeTask("http", f"http://{NAME}:{server.port}/", {}, 2)
        seen = [engine.run(task).reason for _ in range(3)]
    assert (seen, len(server.requests)) == ([Reason.OK, Reason.BLOCKED, Reason.BLOCKED], 1)


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1/", "http://localhost/", "http://169.254.169.254/", "http://[::ffff:127.0.0.1]/",
        "http://user:pw@8.8.8.8/", "http://8.8.8.8:99999/",
    ],
)  # fmt: skip
def test_U79_what_the_frameworks_validator_lets_pass_is_refused(url):
    try:
        URLValidator()(url)
    except ValidationError:
        pytest.fail(f"Django now refuses {url} itself; this test can lose it.")
    with pytest.raises(AddressRefused):
        check_url(url)


@pytest.mark.parametrize("kind", ["http", "health", "steps", "websocket"])
def test_U80_a_proxy_of_the_environment_is_ignored(prober, monkeypatch, kind):
    with serving(answer(b"proxy")) as proxy, serving(answer(b'{"status": "up"}')) as server:
        for name in ("http_proxy", "HTTP_PROXY", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"):
            monkeypatch.setenv(name, proxy.url)
        for name in ("no_proxy", "NO_PROXY"):
            monkeypatch.delenv(name, raising=False)
        prober.check(ProbeTask(kind, target_of(kind, server.place), {}, 2), allowed=(server.place,))
    assert (len(proxy.requests), len(server.requests)) == (0, 1)
