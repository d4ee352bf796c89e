"""Ask for a name's records, of our own resolver or of one that was chosen, and compare them."""

import math
import time
from collections.abc import Collection, Mapping
from functools import lru_cache
from ipaddress import ip_address

import dns.asyncquery
import dns.exception
import dns.message
import dns.name
import dns.rcode
import dns.resolver
import dns.reversename

from kit.addresses import AddressRefused, check_place, judge
from kit.ranges import literal_of
from monitors.core.conditions import Facts, Names, Type
from monitors.core.states import State
from monitors.probes.base import Field, Net, Phases, Probe, ProbeResult, Reason
from monitors.probes.broken import of_connecting, shown
from monitors.probes.dns_records import MAX_ANSWERS, TYPES, judge_wanted, lack, records, refusal, wanted
from monitors.probes.http_rules import cleaned, one_of, short_text
from monitors.probes.judging import CONDITION_FIELDS, Conditions, condition_readers, lines_of, past_of, speaks_of
from monitors.probes.wires import Watch

PORT = 53
PAYLOAD = 1232  # bytes of an answer over UDP; a longer one is asked for over TCP
MATCHES = ("all of them", "exactly them", "any of them")
_PATIENCE_S = (1.0, 2.0, math.inf)  # with a server before it is asked again: UDP may lose a packet, as resolvers know
_NO_WORD = (dns.rcode.SERVFAIL, dns.rcode.REFUSED)  # another server may know more
NAMES: Names = {"answers": Type.ANY, "rcode": Type.TEXT, "ttl": Type.NUMBER, "total": Type.DURATION}


def clean(raw: Mapping[str, str]) -> dict[str, object]:
    """Return options as they are stored. Raises BadOptions with a sentence per field."""
    readers = {
        "type": one_of(TYPES, "The type"),
        "expected": _clean_expected,
        "match": one_of(MATCHES, "The comparison"),
        "resolver": _clean_resolver,
        **condition_readers(NAMES),
    }
    return cleaned(raw, readers, _judge_expected)


def _judge_expected(options: Mapping[str, object]) -> dict[str, str]:
    """Return what is wrong with the records that are expected, given their type."""
    for line in lines_of(str(options.get("expected") or "")):
        if fault := judge_wanted(line, str(options["type"])):
            return {"expected": fault}
    return {}


def _clean_expected(raw: str) -> str:
    lines = lines_of(short_text("The list", 5000)(raw))
    if len(lines) > MAX_ANSWERS:
        raise ValueError(f"At most {MAX_ANSWERS} records can be expected.")
    return "\n".join(lines)


def _clean_resolver(raw: str) -> str:
    if raw.strip():
        try:
            check_place(raw.strip(), scheme="dns", port=PORT, allowed=[raw.strip()])
        except AddressRefused as error:
            raise ValueError(str(error)) from error
    return raw.strip()


async def probe(target: str, options: Mapping[str, object], timeout_s: float, in_full: bool, net: Net) -> ProbeResult:
    name, watch = _name(target, net.allowed), Watch(timeout_s)
    conditions, kind = Conditions.of(options, NAMES), str(options.get("type") or TYPES[0])
    chosen = str(options.get("resolver") or "")
    if not chosen and kind == "PTR":
        _refuse_private_reverse(name, net.allowed)
    servers = await _chosen(chosen, net, watch) if chosen else _own_resolvers()
    question = dns.message.make_query(f"{name}.", kind, use_edns=0, payload=PAYLOAD)
    try:
        answer = await _ask(question, servers, watch)
        if answer.rcode() == dns.rcode.FORMERR:  # a server from before EDNS
            question.use_edns(False)
            answer = await _ask(question, servers, watch)
    except dns.exception.Timeout:
        watch.phases = Phases(dns=watch.total_us)
        return watch.failed(Reason.TIMEOUT, f"{watch.address} did not answer in time.")
    except OSError as error:
        broken = of_connecting(error, watch.address, PORT)
        return watch.failed(broken.reason, broken.words)
    except (dns.exception.DNSException, ValueError) as error:
        return watch.failed(Reason.PROTOCOL_ERROR, f"{watch.address} gave no readable answer: {shown(str(error))}.")
    watch.phases = Phases(dns=watch.total_us)
    if not chosen:
        _refuse_private(name, answer, kind, net.allowed)
    return _judged(options, conditions, (name, kind, answer), watch)


async def _chosen(resolver: str, net: Net, watch: Watch) -> list[tuple[str, int]]:
    """Return where a chosen resolver is, judged. Raises AddressRefused."""
    place = check_place(resolver, scheme="dns", port=PORT, allowed=net.allowed)
    if place.port != PORT and f"{place.host}:{place.port}" not in net.allowed:
        raise AddressRefused(f"A resolver is asked on port {PORT} and no other.")
    found = await net.addresses(place.host, place.port, watch.left_s)
    return [(address, place.port) for address in found]


@lru_cache(maxsize=1)
def _own_resolvers() -> list[tuple[str, int]]:
    """Return this machine's resolvers. Those may be private: nobody else has chosen them."""
    found = dns.resolver.Resolver()
    return [(str(server), PORT) for server in found.nameservers if isinstance(server, str)]


async def _ask(question: dns.message.Message, servers: list[tuple[str, int]], watch: Watch) -> dns.message.Message:
    """Ask one server after the other, and all again where a packet may have been lost. Raises the last one's failure."""
    for patience_s in _PATIENCE_S:
        for number, (address, port) in enumerate(servers, 1):
            watch.address, is_last = address, number == len(servers)
            timeout_s = min(patience_s, watch.left_s if is_last else watch.left_s / 2)
            try:
                answer, _ = await dns.asyncquery.udp_with_fallback(question, address, timeout=timeout_s, port=port)
            except dns.exception.Timeout:
                if time.monotonic() >= watch.until:
                    raise
            except (OSError, dns.exception.DNSException):
                if is_last:
                    raise
            else:
                if is_last or answer.rcode() not in _NO_WORD:
                    return answer
    raise dns.exception.Timeout


def _refuse_private(name: str, answer: dns.message.Message, kind: str, allowed: Collection[str]) -> None:
    """Keep what only our own resolver knows to ourselves. Raises AddressRefused."""
    for value in records(answer, kind)[0] if kind in ("A", "AAAA") else ():
        judge(str(ip_address(value)), PORT, allowed=allowed, host=name)


def _refuse_private_reverse(name: str, allowed: Collection[str]) -> None:
    """Ask our own resolver for the names of public addresses only. Raises AddressRefused."""
    try:
        address = dns.reversename.to_address(dns.name.from_text(f"{name}."))
    except (dns.exception.DNSException, ValueError) as error:
        words = f"{name} is no reversed address, as 34.216.184.93.in-addr.arpa. Write one, or choose a resolver."
        raise AddressRefused(words) from error
    judge(address, PORT, allowed=allowed, host=name)


def _judged(
    options: Mapping[str, object],
    conditions: Conditions,
    found: tuple[str, str, dns.message.Message],
    watch: Watch,
) -> ProbeResult:
    name, kind, answer = found
    rcode, (values, ttl) = dns.rcode.to_text(answer.rcode()), records(answer, kind)
    seen = {"answers": values, "rcode": rcode, "body": "\n".join(values)}
    # The owner judges what came, where that is what the conditions speak of: an absent name may be what is wanted.
    judges_code = speaks_of(options, NAMES, {"rcode"})
    judges_absence = judges_code or speaks_of(options, NAMES, {"answers"})
    is_fine = answer.rcode() == dns.rcode.NOERROR or (answer.rcode() == dns.rcode.NXDOMAIN and judges_absence)
    if not (is_fine or judges_code):
        return watch.failed(Reason.DNS_ERROR, refusal(answer, name, watch.address), seen)
    expected = {wanted(line, kind) for line in lines_of(str(options.get("expected") or ""))}
    if expected and (words := _difference(expected, set(values), str(options.get("match") or MATCHES[0]))):
        return watch.failed(Reason.RECORDS, words, seen)
    if not expected and not values and not judges_absence:
        return watch.failed(Reason.RECORDS, lack(answer, name, kind, watch.address), seen)
    facts = {"answers": values, "rcode": rcode, "total": watch.total_us} | ({} if ttl is None else {"ttl": ttl})
    if failure := conditions.judge(Facts(facts, past=past_of(options))):
        return watch.result(*failure, seen)
    words = f"{len(values)} record{'' if len(values) == 1 else 's'} in {watch.total_us / 1000:.0f} ms."
    return watch.result(State.OPERATIONAL, Reason.OK, words, seen)


def _difference(expected: set[str], found: set[str], match: str) -> str:
    """Return how the records differ from those that are expected, or nothing."""
    missing = expected - found if match != "any of them" or not expected & found else set()
    extra = found - expected if match == "exactly them" else set()
    if not (missing or extra):
        return ""
    instead = f"; found {_listed(found) if found else 'none'}"
    return (f"Missing {_listed(missing)}" if missing else f"Not expected {_listed(extra)}") + instead + "."


def _listed(records: set[str]) -> str:
    return ", ".join(record if len(record) <= 100 else f"{record[:100]}…" for record in sorted(records)[:5])


def locate(target: str, allowed: Collection[str], own: Collection[str]) -> None:
    _name(target, allowed)


def _name(target: str, allowed: Collection[str]) -> str:
    """Return the name to ask for. Raises AddressRefused, also for an address."""
    host = check_place(target, scheme="dns", port=PORT, allowed=allowed).host
    if literal_of(host):
        raise AddressRefused(f"{host} is an address. Write a name, as in www.example.com.")
    return host


PROBE = Probe(
    label="DNS records",
    target_label="Name",
    fields=(
        Field("type", "Type", "choice", TYPES[0], TYPES),
        Field("expected", "Expected", "lines", help="One record per line, as in a zone file. Empty: any will do."),
        Field("match", "The answer has", "choice", MATCHES[0], MATCHES),
        Field("resolver", "Resolver", help="As in 1.1.1.1; empty for our own."),
        *CONDITION_FIELDS,
    ),
    locate=locate,
    clean=clean,
    probe=probe,
    names=NAMES,
)
