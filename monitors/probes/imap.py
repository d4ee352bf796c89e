"""Greet a mailbox server (RFC 9051), and see whether it encrypts."""

from collections.abc import Collection, Mapping

from kit.addresses import AddressRefused, Target, check_place
from monitors.probes.base import Net, Probe, ProbeResult, Reason
from monitors.probes.broken import Broken
from monitors.probes.mail import FIELDS, NAMES, clean, look, refuse
from monitors.probes.wires import Wire

PORTS = (143, 993)
MAX_LINES = 50


async def probe(target: str, options: Mapping[str, object], timeout_s: float, in_full: bool, net: Net) -> ProbeResult:
    return await look(locate(target, net.allowed, ()), options, timeout_s, net, _hello, b"z LOGOUT\r\n")


async def _hello(wire: Wire, wants_starttls: bool) -> bytes:
    greeting = await wire.read_line()
    if not greeting.startswith((b"* OK", b"* PREAUTH")):
        refuse(greeting, "* OK")
    if wants_starttls:
        if b"STARTTLS" not in await _command(wire, b"a", b"CAPABILITY"):
            raise Broken(Reason.NO_STARTTLS)
        await _command(wire, b"b", b"STARTTLS")
    return greeting[5:]


async def _command(wire: Wire, tag: bytes, command: bytes) -> bytes:
    """Send a command and return the lines of its answer. Raises Broken unless it was OK."""
    await wire.send(tag + b" " + command + b"\r\n")
    lines: list[bytes] = []
    for _ in range(MAX_LINES):
        line = await wire.read_line()
        if line.startswith(tag + b" "):
            if not line.startswith(tag + b" OK"):
                refuse(line, "OK")
            return b"\n".join(lines).upper()
        lines.append(line)
    raise Broken(Reason.PROTOCOL_ERROR, "The server's answer does not end.")


def locate(target: str, allowed: Collection[str], own: Collection[str]) -> Target:
    place = check_place(target, scheme="imap", port=143, allowed=allowed, own=own)
    if place.port not in PORTS and place.netloc not in allowed:
        raise AddressRefused(f"Port {place.port} is not one of IMAP: {', '.join(map(str, PORTS))}.")
    return place


PROBE = Probe(
    label="Mailbox server (IMAP)",
    target_label="Host and port",
    fields=FIELDS,
    locate=locate,
    clean=clean,
    probe=probe,
    names=NAMES,
)
