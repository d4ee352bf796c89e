"""Records as people write them and as servers send them, in one form that can be compared; and what no record means."""

from collections.abc import Sequence

import dns.edns
import dns.exception
import dns.flags
import dns.message
import dns.rcode
import dns.rdata
import dns.rdataclass
import dns.rdatatype
from dns.rdtypes.ANY.TXT import TXT

from monitors.probes.evidence import printable

TYPES = ("A", "AAAA", "CNAME", "MX", "NS", "TXT", "SOA", "SRV", "CAA", "DS", "PTR", "TLSA")
MAX_ANSWERS = 100
MAX_SHOWN = 4000  # characters of one record
_EXAMPLES = {
    "A": "93.184.216.34", "AAAA": "2606:2800:220:1::1", "CNAME": "www.example.com", "MX": "10 mail.example.com",
    "NS": "ns1.example.com", "SOA": "ns1.example.com hostmaster.example.com 2026010101 3600 600 86400 300",
    "SRV": "10 60 5060 sip.example.com", "CAA": '0 issue "letsencrypt.org"', "DS": "20326 8 2 e06d44b8…",
    "PTR": "host.example.com", "TLSA": "3 1 1 0d6fce3a…",
}  # fmt: skip


def records(answer: dns.message.Message, kind: str) -> tuple[list[str], int | None]:
    """Return the records of a kind in their one form, sorted, and their shortest life in seconds."""
    sets = [found for found in answer.answer if found.rdtype == dns.rdatatype.from_text(kind)]
    values = [_text(record) for found in sets for record in found]
    return sorted(values)[:MAX_ANSWERS], min((found.ttl for found in sets), default=None)


def wanted(line: str, kind: str) -> str:
    """Return a record that a person wrote in its one form; what cannot be read stays nearly as it is.

    A text may come in quotes, in one piece or several, as a zone file and dig have it.
    """
    try:
        return _read(line, kind)
    except (dns.exception.DNSException, ValueError):
        return line.strip() if kind == "TXT" else " ".join(line.split()).removesuffix(".").lower()


def judge_wanted(line: str, kind: str) -> str:
    """Return what is wrong with a record that a person wrote, or nothing."""
    try:
        _read(line, kind)
    except (dns.exception.DNSException, ValueError):
        return f"{printable(line)[:60]!r} is no {kind} record. Write it as in {_EXAMPLES.get(kind, 'a zone file')}."
    return ""


def _read(line: str, kind: str) -> str:
    """Raises DNSException or ValueError."""
    text = line.strip()
    if kind == "TXT" and not text.startswith('"'):
        return text
    return _text(dns.rdata.from_text(dns.rdataclass.IN, dns.rdatatype.from_text(kind), text))


def _text(record: dns.rdata.Rdata) -> str:
    """Return a record without the last dots of names, and a text without quotes, its pieces joined as readers do."""
    if isinstance(record, TXT):
        return printable(b"".join(record.strings).decode(errors="replace"))[:MAX_SHOWN]
    words = (word.removesuffix(".") or "." for word in record.to_text().lower().split(" "))
    return printable(" ".join(words))[:MAX_SHOWN]


def refusal(answer: dns.message.Message, name: str, address: str) -> str:
    """Return what it means that a server, at `address`, gave another code than NOERROR."""
    code = dns.rcode.to_text(answer.rcode())
    if code == "NXDOMAIN":
        return f"{_end(answer, name)} does not exist, says {address} (NXDOMAIN)."
    if code == "SERVFAIL":
        why = _explanation(answer) or "the zone's own servers fail, or its DNSSEC is broken"
        return f"{address} could not find out (SERVFAIL): {why}."
    if code == "REFUSED":
        return f"{address} does not answer for this name (REFUSED): it serves other zones, or other clients."
    return f"{address} answered {code}."


def _explanation(answer: dns.message.Message) -> str:
    """Return the extended errors (RFC 8914) that a resolver gives, as in "dnssec bogus"."""
    told = []
    for option in answer.options:
        if isinstance(option, dns.edns.EDEOption):
            known = option.code in dns.edns.EDECode.__members__.values()
            name = dns.edns.EDECode(option.code).name.lower().replace("_", " ") if known else f"code {option.code}"
            told.append(f"{name}, {printable(option.text)[:100]}" if option.text else name)
    return "; ".join(told[:3])


def lack(answer: dns.message.Message, name: str, kind: str, address: str) -> str:
    """Return what it means that a server, at `address`, gave no record of the kind that was asked for."""
    end = _end(answer, name)
    if end != name:
        return f"{name} is an alias of {end}, for which {address} gave no {kind} record."
    if _only_refers(answer):
        return f"{address} only refers to other name servers. Choose a resolver that looks names up."
    return f"{name} exists, but has no {kind} record."


def _end(answer: dns.message.Message, name: str) -> str:
    """Return where the aliases of a name lead to in an answer."""
    aliases = {
        found.name.to_text().removesuffix(".").lower(): _text(found[0])
        for found in answer.answer
        if found.rdtype == dns.rdatatype.CNAME
    }
    for _ in range(len(aliases)):
        name = aliases.get(name, name)
    return name


def _only_refers(answer: dns.message.Message) -> bool:
    kinds: Sequence[int] = [found.rdtype for found in answer.authority]
    is_final = bool(answer.flags & (dns.flags.AA | dns.flags.RA))
    return not is_final and dns.rdatatype.NS in kinds and dns.rdatatype.SOA not in kinds
