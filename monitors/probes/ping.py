"""Ping a host (ICMP echo) without any privilege, where the kernel lets us."""

import asyncio
import os
import socket
import struct
import time
from collections.abc import Collection, Mapping
from contextlib import suppress
from ipaddress import ip_address

from kit.addresses import Target, check_place
from monitors.core.conditions import Facts, Names, Type
from monitors.core.states import State
from monitors.probes.base import Field, Net, Phases, Probe, ProbeResult, Reason
from monitors.probes.http_rules import cleaned, whole
from monitors.probes.judging import CONDITION_FIELDS, Conditions, condition_readers, past_of
from monitors.probes.routes import no_way
from monitors.probes.wires import Watch, since

COUNT = 3
GAP_S = 0.2  # between two packets
LATE_S = 2.0  # after the last packet nothing more is waited for where some were answered, or twice the slowest echo
_ECHO = {4: (8, 0), 6: (128, 129)}  # request, reply
NAMES: Names = {
    "loss": Type.NUMBER, "total": Type.DURATION, "fastest": Type.DURATION, "slowest": Type.DURATION, "address": Type.TEXT,
}  # fmt: skip
_PORT = 7  # of echo: none is dialled, but places have one


def clean(raw: Mapping[str, str]) -> dict[str, object]:
    """Return options as they are stored. Raises BadOptions with a sentence per field."""
    return cleaned(raw, {"count": whole("Packets", 1, 10), **condition_readers(NAMES)}, lambda options: {})


async def probe(target: str, options: Mapping[str, object], timeout_s: float, in_full: bool, net: Net) -> ProbeResult:
    place, watch = check_place(target, scheme="icmp", port=_PORT, allowed=net.allowed), Watch(timeout_s)
    conditions, count = Conditions.of(options, NAMES), int(str(options.get("count") or COUNT))
    watch.address = (await net.addresses(place.host, place.port, watch.left_s))[0]
    watch.phases = Phases(dns=watch.total_us)
    version = ip_address(watch.address).version
    try:
        with _socket(version) as sock:
            sock.connect((watch.address, 0))
            times = await echoes(sock, version, count, watch.left_s)
    except PermissionError:
        return watch.failed(Reason.NOT_AVAILABLE, "Ping is not available here: " + _WAY_OUT)
    except OSError as error:
        if ours := no_way(watch.address, error.errno or 0):
            return watch.failed(*ours)
        return watch.failed(Reason.CONNECT_ERROR, f"No packet could be sent ({error.strerror or error}).")
    return _judged(options, conditions, times, watch)


_WAY_OUT = "this machine's kernel lets StatusWire send no ICMP. Its operator can set net.ipv4.ping_group_range."


def _socket(version: int) -> socket.socket:
    """Return an ICMP socket of the kind that needs no privilege. Raises PermissionError where there is none."""
    family, protocol = {
        4: (socket.AF_INET, socket.IPPROTO_ICMP),
        6: (socket.AF_INET6, socket.IPPROTO_ICMPV6),
    }[version]
    opened = socket.socket(family, socket.SOCK_DGRAM, protocol)
    opened.setblocking(False)
    return opened


async def echoes(sock: socket.socket, version: int, count: int, timeout_s: float) -> list[int | None]:
    """Send packets and return the microseconds until the echo of each, or None where none came.

    An echo that comes after the next packet was sent counts as well: far ones take their time.
    """
    tokens, sent, took = [os.urandom(16) for _ in range(count)], list[float](), list[int | None]([None] * count)
    gap_s, until = min(GAP_S, timeout_s / (2 * count)), time.monotonic() + timeout_s
    ear = _Ear(sock)
    try:
        while None in took and (now := time.monotonic()) < until:
            if len(sent) < count and (not sent or now >= sent[-1] + gap_s):
                sent.append(now)
                await _send(sock, request(version, len(sent) - 1, tokens[len(sent) - 1]))
            elif len(sent) == count and any(took) and now > sent[-1] + max(LATE_S, 2e-6 * max(filter(None, took))):
                break
            packet = await ear.hear(sent[-1] + gap_s if len(sent) < count else min(until, now + GAP_S))
            for number, began in enumerate(sent):
                if took[number] is None and is_echo(packet, version, number, tokens[number]):
                    took[number] = since(began)
    finally:
        await ear.close()
    return took


class _Ear:
    """Receives packets. A receive that is given up loses the packet that comes just then, so one is always under way."""

    def __init__(self, sock: socket.socket) -> None:
        self._sock = sock
        self._receiving = self._receive()

    def _receive(self) -> asyncio.Future[bytes]:
        return asyncio.ensure_future(asyncio.get_running_loop().sock_recv(self._sock, 1500))

    async def hear(self, until: float) -> bytes:
        """Return a packet; nothing where none comes until a monotonic time, or an ICMP error does."""
        await asyncio.wait({self._receiving}, timeout=max(0.0, until - time.monotonic()))
        if not self._receiving.done():
            return b""
        packet = b"" if self._receiving.exception() else self._receiving.result()
        self._receiving = self._receive()
        return packet

    async def close(self) -> None:
        self._receiving.cancel()
        await asyncio.wait({self._receiving})


async def _send(sock: socket.socket, packet: bytes) -> None:
    with suppress(ConnectionRefusedError):  # an ICMP error came back for one before
        await asyncio.get_running_loop().sock_sendall(sock, packet)


def request(version: int, number: int, token: bytes) -> bytes:
    """Return an echo request. The kernel sets identifier, and for IPv6 the checksum."""
    kind = _ECHO[version][0]
    bare = struct.pack("!BBHHH", kind, 0, 0, 0, number) + token
    return struct.pack("!BBHHH", kind, 0, _checksum(bare), 0, number) + token


def is_echo(packet: bytes, version: int, number: int, token: bytes) -> bool:
    if len(packet) < 8:
        return False
    kind, _, _, _, sequence = struct.unpack("!BBHHH", packet[:8])
    return (kind, sequence, packet[8:]) == (_ECHO[version][1], number, token)


def _checksum(data: bytes) -> int:
    """RFC 1071: the complement of the one's complement sum of 16-bit words."""
    total: int = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def _judged(
    options: Mapping[str, object], conditions: Conditions, times: list[int | None], watch: Watch
) -> ProbeResult:
    came = [took for took in times if took is not None]
    loss = round(100 * (len(times) - len(came)) / len(times), 1)
    seen = {"body": "\n".join("no answer" if took is None else f"{took / 1000:.1f} ms" for took in times)}
    if not came:
        return watch.failed(Reason.TIMEOUT, f"None of {len(times)} packets was answered.", seen)
    mean = sum(came) // len(came)
    facts = {"loss": loss, "total": mean, "fastest": min(came), "slowest": max(came), "address": watch.address}
    dns = watch.phases.dns
    failure = conditions.judge(Facts(facts, past=past_of(options)))
    words = f"{len(came)} of {len(times)} packets were answered, in {mean / 1000:.1f} ms on average."
    if not failure and loss and not (conditions.must or conditions.should):
        failure = State.DEGRADED, Reason.PACKET_LOSS, words
    state, reason, summary = failure or (State.OPERATIONAL, Reason.OK, words)
    # The time of a ping is the packet's, not that of the check with its pauses.
    return ProbeResult(
        state, reason, mean, Phases(dns=dns, first_byte=mean), summary, {"address": watch.address, **seen}
    )


def locate(target: str, allowed: Collection[str], own: Collection[str]) -> Target:
    return check_place(target, scheme="icmp", port=_PORT, allowed=allowed, own=own)


PROBE = Probe(
    label="Ping",
    target_label="Host",
    fields=(
        Field("count", "Packets", "whole", str(COUNT), help="1 to 10, a fifth of a second apart. Lost ones count as degraded."),
        *CONDITION_FIELDS,
    ),
    locate=locate,
    clean=clean,
    probe=probe,
    names=NAMES,
)  # fmt: skip
