"""A name's records: those that are expected, those that are missing, and resolvers that lie or are silent."""

import socket
import threading
from contextlib import contextmanager

import dns.flags
import dns.message
import dns.rcode
import dns.rrset
import pytest

from monitors.core.states import State
from monitors.probes.base import ProbeTask, Reason

UP, DOWN = State.OPERATIONAL, State.MAJOR_OUTAGE
ZONE = {
    "A": ["93.184.216.34", "93.184.216.35"],
    "MX": ["10 Mail.example.com."],
    "TXT": ['"v=spf1 " "-all"'],
    "NS": [],
}


@contextmanager
def resolver(reply):
    """A DNS server on UDP; `reply` turns a query into the bytes of an answer, or None."""
    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sock.bind(("127.0.0.1", 0))

    def serve():
        while True:
            data, sender = sock.recvfrom(4096)
            if not data:
                return
            if answer := reply(dns.message.from_wire(data)):
                sock.sendto(answer, sender)

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    yield f"127.0.0.1:{sock.getsockname()[1]}"
    sock.sendto(b"", sock.getsockname())
    thread.join(5)
    sock.close()


def zone(query):
    answer = dns.message.make_response(query)
    kind = dns.rdatatype.to_text(query.question[0].rdtype)
    if kind not in ZONE:
        answer.set_rcode(dns.rcode.NXDOMAIN)
    elif ZONE[kind]:
        answer.answer.append(dns.rrset.from_text(query.question[0].name, 300, "IN", kind, *ZONE[kind]))
    return answer.to_wire()


def look(prober, options, reply=zone, *, timeout_s=1):
    with resolver(reply) as place:
        task = ProbeTask("dns", "www.example.com", {"resolver": place} | options, timeout_s)
        return prober.check(task, allowed=(place,))


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({}, (UP, Reason.OK)),
        ({"expected": "93.184.216.34"}, (UP, Reason.OK)),
        ({"expected": "93.184.216.34\n93.184.216.36"}, (DOWN, Reason.RECORDS)),
        ({"expected": "93.184.216.34\n93.184.216.36", "match": "any of them"}, (UP, Reason.OK)),
        ({"expected": "93.184.216.34", "match": "exactly them"}, (DOWN, Reason.RECORDS)),
        ({"type": "MX", "expected": "10 mail.example.com."}, (UP, Reason.OK)),
        ({"type": "TXT", "expected": "v=spf1 -all"}, (UP, Reason.OK)),
        ({"type": "NS"}, (DOWN, Reason.RECORDS)),
        ({"type": "AAAA"}, (DOWN, Reason.DNS_ERROR)),
        ({"type": "AAAA", "conditions": 'rcode == "NXDOMAIN"'}, (UP, Reason.OK)),
        ({"conditions": "length(answers) == 2 and ttl >= 300"}, (UP, Reason.OK)),
        ({"conditions": 'answers contains "10.0.0.1"'}, (DOWN, Reason.CONDITION)),
    ],
)
def test_records_are_compared(prober, options, expected):
    result = look(prober, options)
    assert (result.state, result.reason) == expected


@pytest.mark.parametrize(
    ("reply", "reason"),
    [
        (lambda query: None, Reason.TIMEOUT),
        (lambda query: b"\0\0nonsense", Reason.PROTOCOL_ERROR),
        (lambda query: zone(query)[:20], Reason.PROTOCOL_ERROR),
    ],
)
def test_a_resolver_that_gives_nothing_readable(prober, reply, reason):
    result = look(prober, {}, reply, timeout_s=0.5)
    assert (result.state, result.reason) == (DOWN, reason)


@pytest.mark.parametrize("place", ["127.0.0.1", "10.0.0.1", "[::1]", "192.168.1.1:5353", "8.8.8.8:5353", "db.internal"])
def test_a_private_resolver_is_never_asked(prober, place):
    result = prober.check(ProbeTask("dns", "www.example.com", {"resolver": place}, 1))
    assert (result.state, result.reason) == (State.UNKNOWN, Reason.BLOCKED)
