"""Greet a mail server (RFC 5321), and see whether it encrypts (RFC 3207)."""

from collections.abc import Collection, Mapping
from functools import partial

from kit.addresses import AddressRefused, Target, check_place
from monitors.probes.base import Net, Probe, ProbeResult, Reason
from monitors.probes.broken import Broken
from monitors.probes.mail import FIELDS, NAMES, clean, look, refuse
from monitors.probes.wires import Wire

PORTS = (25, 465, 587, 2525)
MAX_LINES = 50


async def probe(target: str, options: Mapping[str, object], timeout_s: float, in_full: bool, net: Net) -> ProbeResult:
    return await look(
        locate(target, net.allowed, ()), options, timeout_s, net, partial(_hello, net.mail_name), b"QUIT\r\n"
    )


async def _hello(name: str, wire: Wire, wants_starttls: bool) -> bytes:
    greeting = await _reply(wire, b"220")
    if not wants_starttls:
        return greeting
    await wire.send(f"EHLO {name}\r\n".encode())
    offered = await _reply(wire, b"250")
    if b"STARTTLS" not in offered.upper().split():
        raise Broken(Reason.NO_STARTTLS)
    await wire.send(b"STARTTLS\r\n")
    await _reply(wire, b"220")
    return greeting


async def _reply(wire: Wire, code: bytes) -> bytes:
    """Return a reply of one line or several, each without its code. Raises Broken for another code."""
    lines: list[bytes] = []
    for _ in range(MAX_LINES):
        line = await wire.read_line()
        if not line.startswith(code):
            refuse(line, code.decode())
        lines.append(line[4:])
        if line[3:4] != b"-":
            return b"\n".join(lines)
    raise Broken(Reason.PROTOCOL_ERROR, "The server's greeting does not end.")


def locate(target: str, allowed: Collection[str], own: Collection[str]) -> Target:
    place = check_place(target, scheme="smtp", port=25, allowed=allowed, own=own)
    if place.port not in PORTS and place.netloc not in allowed:
        raise AddressRefused(f"Port {place.port} is not one of mail: {', '.join(map(str, PORTS))}.")
    return place


PROBE = Probe(
    label="Mail server (SMTP)",
    target_label="Host and port",
    fields=FIELDS,
    locate=locate,
    clean=clean,
    probe=probe,
    names=NAMES,
)
