"""Look at a certificate: who it is for, who signed it, how long it lasts, and over which TLS it comes."""

import ssl
from collections.abc import Collection, Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime

from cryptography import x509

from kit.addresses import Target, check_place
from monitors.core.conditions import Facts, Names, Type
from monitors.core.states import State
from monitors.probes.base import Field, Net, Probe, ProbeResult, Reason
from monitors.probes.evidence import printable
from monitors.probes.http_rules import cleaned, one_of, whole
from monitors.probes.judging import CONDITION_FIELDS, TIMES, Conditions, condition_readers, past_of
from monitors.probes.wires import Broken, Watch, Wire, connected

PORT = 443
MAX_CHAIN = 8  # certificates that are described
_DER = 2  # _ssl.ENCODING_DER
VERSIONS = ("1.2", "1.3")
NAMES: Names = {
    "certificate_days": Type.NUMBER, "issuer": Type.TEXT, "subject": Type.TEXT, "tls_version": Type.TEXT, **TIMES,
}  # fmt: skip


def clean(raw: Mapping[str, str]) -> dict[str, object]:
    """Return options as they are stored. Raises BadOptions with a sentence per field."""
    readers = {
        "warn_days": whole("Days", 1, 365),
        "min_version": one_of(VERSIONS, "The version"),
        **condition_readers(NAMES),
    }
    return cleaned(raw, readers, lambda options: {})


async def probe(target: str, options: Mapping[str, object], timeout_s: float, in_full: bool, net: Net) -> ProbeResult:
    place, watch = check_place(target, scheme="tls", port=PORT, allowed=net.allowed), Watch(timeout_s)
    conditions = Conditions.of(options, NAMES)
    try:
        async with connected(net, place, watch) as wire:
            seen = _look(wire, await wire.secure())
    except Broken as broken:
        failure = watch.failed(broken.reason, broken.words)  # now: the second look's time is not the check's
        more = await _described(net, place, watch) if broken.reason in _CERTIFICATE else {}
        summary = f"{broken.words}{_more(broken.reason, more)}"
        return replace(failure, summary=summary, detail={**failure.detail, **more})
    return _judged(options, conditions, seen, watch)


_CERTIFICATE = (Reason.TLS_EXPIRED, Reason.TLS_NAME, Reason.TLS_UNTRUSTED)


def _more(reason: Reason, detail: Mapping[str, object]) -> str:
    """Return what a refused certificate says of itself, as far as it explains why."""
    chain = detail.get("certificates")
    own = chain[0] if isinstance(chain, list) and chain else {}
    days, names = own.get("days_left"), own.get("names")
    if reason == Reason.TLS_EXPIRED and isinstance(days, int) and days < 0:
        return f" It ended {-days - 1} days ago." if days < -2 else " It ended within the last two days."
    return f" It is for {', '.join(names[:5])}." if reason == Reason.TLS_NAME and names else ""


async def _described(net: Net, place: Target, watch: Watch) -> dict[str, object]:
    """Return what a certificate that was refused looks like: a second handshake, over which nothing is sent."""
    second = Watch(watch.left_s)
    with suppress(Broken):
        async with connected(net, place, second) as wire:
            return _look(wire, await wire.secure(verified=False))
    return {}


def _look(wire: Wire, secured: ssl.SSLObject) -> dict[str, object]:
    chain = [_certificate(der) for der in _chain(secured)]
    return {"certificates": chain, "tls_version": secured.version() or "", "address": wire.address}


def _chain(secured: ssl.SSLObject) -> list[bytes]:
    """Return what the server has sent, the server's own first."""
    # Public from Python 3.13 on; before that the same thing lies one layer deeper, as certificates and not as bytes.
    holder = secured if hasattr(secured, "get_unverified_chain") else getattr(secured, "_sslobj", None)
    if get := getattr(holder, "get_unverified_chain", None):
        sent = get() or []
        return [der if isinstance(der, bytes) else der.public_bytes(_DER) for der in sent[:MAX_CHAIN]]
    own = secured.getpeercert(binary_form=True)
    return [own] if own else []


def _certificate(der: bytes) -> dict[str, object]:
    try:
        found = x509.load_der_x509_certificate(der)
        names = _names(found)
        # Certificates live in the machine's time, not in a demo's.
        days = (found.not_valid_after_utc - datetime.now(UTC)).days
        subject, issuer = found.subject.rfc4514_string(), found.issuer.rfc4514_string()
    except ValueError:
        return {"subject": "unreadable", "issuer": "", "days_left": None, "names": []}
    return {
        "subject": printable(subject)[:200],
        "issuer": printable(issuer)[:200],
        "days_left": days,
        "names": names,
    }


def _names(found: x509.Certificate) -> list[str]:
    try:
        extension = found.extensions.get_extension_for_class(x509.SubjectAlternativeName)
    except (x509.ExtensionNotFound, ValueError):
        return []
    hosts = extension.value.get_values_for_type(x509.DNSName)
    addresses = map(str, extension.value.get_values_for_type(x509.IPAddress))
    return [printable(name)[:100] for name in (*hosts, *addresses)][:20]


def _judged(
    options: Mapping[str, object], conditions: Conditions, seen: dict[str, object], watch: Watch
) -> ProbeResult:
    chain, version = seen["certificates"], str(seen["tls_version"])
    own = chain[0] if isinstance(chain, list) and chain else {}
    days, phases = own.get("days_left"), watch.phases
    wanted, warn_days = str(options.get("min_version") or VERSIONS[0]), options.get("warn_days")
    if version.removeprefix("TLSv") < wanted:
        words = f"The server speaks {version}; at least TLSv{wanted} is wanted."
        return watch.failed(Reason.TLS_VERSION, words, seen)
    values = {
        "certificate_days": days, "issuer": own.get("issuer", ""), "subject": own.get("subject", ""),
        "tls_version": version, "total": watch.total_us, "dns": phases.dns, "connect": phases.connect,
        "tls": phases.tls,
    }  # fmt: skip
    if failure := conditions.judge(Facts(values, past=past_of(options))):
        return watch.result(*failure, seen)
    if isinstance(days, int) and warn_days and days < int(str(warn_days)):
        words = f"The certificate expires {_in_days(days)}; the warning is set to {warn_days}."
        return watch.result(State.DEGRADED, Reason.TLS_EXPIRING, words, seen)
    return watch.result(State.OPERATIONAL, Reason.OK, f"{version}; the certificate is good for {days} days.", seen)


def _in_days(days: int) -> str:
    return f"in {days} days" if days > 1 else "in a day" if days else "within a day"


def locate(target: str, allowed: Collection[str], own: Collection[str]) -> Target:
    return check_place(target, scheme="tls", port=PORT, allowed=allowed, own=own)


PROBE = Probe(
    label="TLS certificate",
    target_label="Host",
    fields=(
        Field("warn_days", "Warn before", "whole", "14", help="Days before the certificate expires; then it counts as degraded."),
        Field("min_version", "At least TLS", "choice", VERSIONS[0], VERSIONS),
        *CONDITION_FIELDS,
    ),
    locate=locate,
    clean=clean,
    probe=probe,
    names=NAMES,
)  # fmt: skip
