"""The certificates of a connection of Python's, as evidence; libcurl's are described by monitors.probes.chains."""

import ssl
from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime

from cryptography import x509

from kit.addresses import Target
from monitors.probes.base import Net, Reason
from monitors.probes.broken import Broken
from monitors.probes.evidence import printable
from monitors.probes.wires import Watch, connected

MAX_CHAIN = 8  # certificates that are described
REFUSED = (Reason.TLS_EXPIRED, Reason.TLS_NAME, Reason.TLS_UNTRUSTED)  # for what the certificate says
_DER = 2  # _ssl.ENCODING_DER


def described(secured: ssl.SSLObject) -> dict[str, object]:
    """Return what a connection showed: its chain, the server's own first, and its version of TLS."""
    chain = [_certificate(der) for der in _chain(secured)]
    return {"certificates": chain, "tls_version": secured.version() or ""}


async def of_refused(net: Net, place: Target, timeout_s: float) -> dict[str, object]:
    """Return what a certificate that was refused looks like: a second handshake, over which nothing is sent."""
    with suppress(Broken):
        async with connected(net, place, Watch(timeout_s)) as wire:
            return described(await wire.secure(verified=False))
    return {}


def own_of(seen: Mapping[str, object]) -> Mapping[str, object]:
    """Return the server's own certificate out of what was `described`, or nothing."""
    chain = seen.get("certificates")
    return chain[0] if isinstance(chain, list) and chain else {}


def explained(reason: Reason, seen: Mapping[str, object]) -> str:
    """Return what a refused certificate says of itself, as far as it explains why; begins with a blank."""
    days, names = own_of(seen).get("days_left"), own_of(seen).get("names")
    if reason == Reason.TLS_EXPIRED and isinstance(days, int) and days < 0:
        return f" It ended {-days - 1} days ago." if days < -2 else " It ended within the last two days."
    return (
        f" It is for {', '.join(names[:5])}." if reason == Reason.TLS_NAME and isinstance(names, list) and names else ""
    )


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
