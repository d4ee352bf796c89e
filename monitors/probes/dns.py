"""Ask for a name's records, of our own resolver or of one that was chosen, and compare them."""

import time
from collections.abc import Collection, Mapping
from functools import lru_cache
from ipaddress import ip_address

import dns.asyncquery
import dns.exception
import dns.message
import dns.rcode
import dns.rdatatype
import dns.resolver

from kit.addresses import AddressRefused, check_place, judge
from kit.ranges import literal_of
from monitors.core.conditions import Facts, Names, Type
from monitors.core.states import State
from monitors.probes.base import Field, Net, Phases, Probe, ProbeResult, Reason
from monitors.probes.http_rules import cleaned, one_of, short_text
from monitors.probes.judging import CONDITION_FIELDS, Conditions, condition_readers, lines_of, past_of
from monitors.probes.wires import Watch, shown

PORT = 53
TYPES = ("A", "AAAA", "CNAME", "MX", "NS", "TXT", "SOA", "SRV", "CAA", "DS")
MATCHES = ("all of them", "exactly them", "any of them")
MAX_ANSWERS = 100
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
    return cleaned(raw, readers, lambda options: {})


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
    servers = await _chosen(chosen, net, watch) if chosen else _own_resolvers()
    question = dns.message.make_query(f"{name}.", kind)
    try:
        answer = await _ask(question, servers, watch)
    except dns.exception.Timeout:
        return watch.failed(Reason.TIMEOUT, f"{watch.address} did not answer in time.")
    except (OSError, dns.exception.DNSException, ValueError) as error:
        return watch.failed(Reason.PROTOCOL_ERROR, f"{watch.address} gave no readable answer: {shown(str(error))}.")
    watch.phases = Phases(dns=watch.total_us)
    values, ttl = _records(answer, kind)
    if not chosen:
        _refuse_private(name, values, kind, net.allowed)
    return _judged(options, conditions, (dns.rcode.to_text(answer.rcode()), values, ttl), watch)


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
    """Ask one server after the other. Raises the last one's failure."""
    for number, (address, port) in enumerate(servers, 1):
        watch.address = address
        timeout_s = watch.left_s if number == len(servers) else watch.left_s / 2
        try:
            answer, _ = await dns.asyncquery.udp_with_fallback(question, address, timeout=timeout_s, port=port)
        except (OSError, dns.exception.DNSException):
            if number == len(servers) or time.monotonic() >= watch.until:
                raise
        else:
            return answer
    raise dns.exception.Timeout


def _records(answer: dns.message.Message, kind: str) -> tuple[list[str], int | None]:
    """Return the records of the kind that was asked for, as people write them, and their shortest life in seconds."""
    sets = [found for found in answer.answer if found.rdtype == dns.rdatatype.from_text(kind)]
    values = [_text(record.to_text()) for found in sets for record in found]
    return sorted(values)[:MAX_ANSWERS], min((found.ttl for found in sets), default=None)


def _text(record: str) -> str:
    """Return a record without a name's last dot and without the quotes of a text's pieces."""
    if record.startswith('"'):
        return shown("".join(record.split('"')[1::2]), 500)
    return shown(record, 500).removesuffix(".").lower()


def _refuse_private(name: str, values: list[str], kind: str, allowed: Collection[str]) -> None:
    """Keep what only our own resolver knows to ourselves. Raises AddressRefused."""
    if kind in ("A", "AAAA"):
        for value in values:
            judge(str(ip_address(value)), PORT, allowed=allowed, host=name)


def _judged(
    options: Mapping[str, object], conditions: Conditions, found: tuple[str, list[str], int | None], watch: Watch
) -> ProbeResult:
    rcode, values, ttl = found
    seen = {"answers": values, "rcode": rcode, "body": "\n".join(values)}
    says_all = bool(conditions.must)  # the owner judges what came: an absent name may be what is wanted
    if not says_all and rcode != "NOERROR":
        return watch.failed(Reason.DNS_ERROR, f"{watch.address} answered {rcode}.", seen)
    wanted = [_wanted(line) for line in lines_of(str(options.get("expected") or ""))]
    if wanted and not _matches(set(wanted), set(values), str(options.get("match") or MATCHES[0])):
        words = f"Expected {', '.join(wanted)[:200]}; found {', '.join(values)[:200] or 'none'}."
        return watch.failed(Reason.RECORDS, words, seen)
    if not wanted and not values and not says_all:
        return watch.failed(Reason.RECORDS, f"There is no such record ({rcode}).", seen)
    facts = {"answers": values, "rcode": rcode, "total": watch.total_us} | ({} if ttl is None else {"ttl": ttl})
    if failure := conditions.judge(Facts(facts, past=past_of(options))):
        return watch.result(*failure, seen)
    words = f"{len(values)} record{'' if len(values) == 1 else 's'} in {watch.total_us / 1000:.0f} ms."
    return watch.result(State.OPERATIONAL, Reason.OK, words, seen)


def _wanted(line: str) -> str:
    return line[1:-1] if line[:1] == '"' == line[-1:] else line.removesuffix(".").lower()


def _matches(wanted: set[str], found: set[str], match: str) -> bool:
    # Texts are compared as they are, and found ones may have capitals.
    found = found | {value.lower() for value in found} if match != "exactly them" else {v.lower() for v in found}
    if match == "exactly them":
        return {value.lower() for value in wanted} == found
    return bool(wanted & found) if match == "any of them" else wanted <= found


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
        Field("expected", "Expected", "lines", help="One record per line. Empty: any will do."),
        Field("match", "The answer has", "choice", MATCHES[0], MATCHES),
        Field("resolver", "Resolver", help="As in 1.1.1.1; empty for our own."),
        *CONDITION_FIELDS,
    ),
    locate=locate,
    clean=clean,
    probe=probe,
    names=NAMES,
)
