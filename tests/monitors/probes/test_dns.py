"""A name's records: those that are expected, those that are missing, and resolvers that lie or are silent."""

import socket
import threading
from contextlib import contextmanager

import dns.edns
import dns.flags
import dns.message
import dns.rcode
import dns.rrset
import pytest

from monitors.core.states import State
from monitors.probes.base import BadOptions, ProbeTask, Reason
from monitors.probes.dns import PROBE

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


def answering(*lines, code=dns.rcode.NOERROR, flags=dns.flags.AA, authority=(), options=()):
    """Return what replies with these lines of a zone, whatever is asked."""

    def reply(query):
        answer = dns.message.make_response(query)
        answer.flags |= flags
        answer.set_rcode(code)
        answer.use_edns(0, options=list(options))
        for section, given in ((answer.answer, lines), (answer.authority, authority)):
            section.extend(dns.rrset.from_text(name, 60, "IN", kind, text) for name, kind, text in given)
        return answer.to_wire()

    return reply


# As BIND 9.18 sends them, and as people write them down.
@pytest.mark.parametrize(
    ("kind", "sent", "expected", "reason"),
    [
        ("AAAA", "2001:db8::1", "2001:0DB8:0:0::1", Reason.OK),
        ("MX", "10 Mail.example.com.", "10\tmail.example.com", Reason.OK),
        ("CAA", '0 issue "letsencrypt.org"', "0 issue letsencrypt.org", Reason.OK),
        ("SOA", "ns1.example.com. admin.example.com. 1 2 3 4 5", "ns1.example.com admin.example.com 1 2 3 4 5", Reason.OK),
        ("TXT", r'"say \"hi\" to \\ back" "; more"', r'say "hi" to \ back; more', Reason.OK),
        ("TXT", r'"say \"hi\"" " you"', r'"say \"hi\" you"', Reason.OK),
        ("TXT", r'"gr\195\188n"', "grün", Reason.OK),
        ("TXT", '"key=AbC"', "key=AbC", Reason.OK),
        ("TXT", '"key=AbC"', "key=abc", Reason.RECORDS),
        ("TXT", f'"{"a" * 255}" "{"b" * 200}"', f"{'a' * 255}{'b' * 200}", Reason.OK),
        ("PTR", "Host.example.com.", "host.example.com", Reason.OK),
    ],
)  # fmt: skip
def test_a_record_is_known_however_it_is_written(prober, kind, sent, expected, reason):
    reply = answering(("www.example.com.", kind, sent))
    for match in ("all of them", "exactly them"):
        result = look(prober, {"type": kind, "expected": expected, "match": match}, reply)
        assert (result.reason, result.detail["answers"] != []) == (reason, True)


NXDOMAIN, SERVFAIL, REFUSED = dns.rcode.NXDOMAIN, dns.rcode.SERVFAIL, dns.rcode.REFUSED
ALIAS = ("www.example.com.", "CNAME", "gone.example.net.")


@pytest.mark.parametrize(
    ("reply", "reason", "words"),
    [
        (answering(code=NXDOMAIN), Reason.DNS_ERROR, "www.example.com does not exist, says 127.0.0.1 (NXDOMAIN)."),
        (answering(ALIAS, code=NXDOMAIN), Reason.DNS_ERROR, "gone.example.net does not exist, says 127.0.0.1 (NXDOMAIN)."),
        (answering(code=SERVFAIL), Reason.DNS_ERROR, "127.0.0.1 could not find out (SERVFAIL): the zone's own servers fail, or its DNSSEC is broken."),
        (answering(code=REFUSED), Reason.DNS_ERROR, "127.0.0.1 does not answer for this name (REFUSED): it serves other zones, or other clients."),
        (answering(), Reason.RECORDS, "www.example.com exists, but has no A record."),
        (answering(ALIAS), Reason.RECORDS, "www.example.com is an alias of gone.example.net, for which 127.0.0.1 gave no A record."),
        (answering(flags=0, authority=[("example.com.", "NS", "ns.example.net.")]), Reason.RECORDS, "127.0.0.1 only refers to other name servers. Choose a resolver that looks names up."),
    ],
)  # fmt: skip
def test_what_is_not_there_is_told_apart(prober, reply, reason, words):
    result = look(prober, {}, reply)
    assert (result.state, result.reason, result.summary) == (DOWN, reason, words)


@pytest.mark.parametrize(
    ("code", "conditions", "expected"),
    [
        (SERVFAIL, "total < 5s", DOWN),
        (SERVFAIL, "length(answers) == 0", DOWN),
        (SERVFAIL, 'rcode == "SERVFAIL"', UP),
        (NXDOMAIN, "total < 5s", DOWN),
        (NXDOMAIN, "length(answers) == 0", UP),
    ],
)
def test_a_condition_excuses_only_what_it_speaks_of(prober, code, conditions, expected):
    assert look(prober, {"conditions": conditions}, answering(code=code)).state == expected


BOGUS = dns.edns.EDEOption(dns.edns.EDECode.DNSSEC_BOGUS, "signature expired")


def test_a_resolver_s_own_explanation_is_told(prober):
    """As Unbound, 1.1.1.1 and 8.8.8.8 give one, to who speaks EDNS."""
    result = look(prober, {}, answering(code=SERVFAIL, options=[BOGUS]))
    assert result.summary == "127.0.0.1 could not find out (SERVFAIL): dnssec bogus, signature expired."


def test_a_server_from_before_edns_is_asked_in_its_own_way(prober):
    def old(query):
        return answering(code=dns.rcode.FORMERR)(query) if query.edns >= 0 else zone(query)

    assert look(prober, {}, old).reason == Reason.OK


def test_a_lost_packet_is_asked_for_again(prober, monkeypatch):
    monkeypatch.setattr("monitors.probes.dns._PATIENCE_S", (0.05, 0.05, 5.0))
    seen = []

    def deaf_at_first(query):
        seen.append(query.id)
        return zone(query) if len(seen) == 3 else None

    assert (look(prober, {}, deaf_at_first, timeout_s=3).reason, len(seen)) == (Reason.OK, 3)


@pytest.mark.parametrize(
    ("kind", "line", "words"),
    [
        ("MX", "mail.example.com", "'mail.example.com' is no MX record. Write it as in 10 mail.example.com."),
        ("A", "www.example.com", "'www.example.com' is no A record. Write it as in 93.184.216.34."),
        ("CAA", "letsencrypt.org", "'letsencrypt.org' is no CAA record. Write it as in 0 issue \"letsencrypt.org\"."),
    ],
)
def test_what_is_no_record_of_its_type_is_refused_when_it_is_written(kind, line, words):
    with pytest.raises(BadOptions) as refused:
        PROBE.clean({"type": kind, "expected": line, "match": "all of them"})
    assert refused.value.errors == {"expected": words}


@pytest.mark.parametrize("name", ["1.0.0.10.in-addr.arpa", "10.in-addr.arpa"])
def test_our_own_resolver_is_not_asked_for_names_of_private_addresses(prober, name):
    result = prober.check(ProbeTask("dns", name, {"type": "PTR"}, 1))
    assert (result.state, result.reason) == (State.UNKNOWN, Reason.BLOCKED)


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
    assert result.phases.dns > 0 or reason != Reason.TIMEOUT


@pytest.mark.parametrize("place", ["127.0.0.1", "10.0.0.1", "[::1]", "192.168.1.1:5353", "8.8.8.8:5353", "db.internal"])
def test_a_private_resolver_is_never_asked(prober, place):
    result = prober.check(ProbeTask("dns", "www.example.com", {"resolver": place}, 1))
    assert (result.state, result.reason) == (State.UNKNOWN, Reason.BLOCKED)
