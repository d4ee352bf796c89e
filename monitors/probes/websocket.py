"""Open a WebSocket (RFC 6455) and close it again."""

import base64
import hashlib
import os
from collections.abc import Collection, Mapping

from kit.addresses import AddressRefused, Target, check_url
from monitors.core.conditions import Facts, Names, Type
from monitors.core.states import State
from monitors.probes.base import Field, Net, Probe, ProbeResult, Reason
from monitors.probes.http_rules import clean_headers, cleaned, short_text
from monitors.probes.judging import CONDITION_FIELDS, TIMES, Conditions, condition_readers, past_of
from monitors.probes.wires import Broken, Watch, Wire, connected, shown

_GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
_CLOSE = bytes([0x88, 0x82, 0, 0, 0, 0, 0x03, 0xE8])  # 1000, masked with zeros
MAX_HEADERS = 200
NAMES: Names = {"status": Type.NUMBER, "header": Type.HEADERS, **TIMES}


def clean(raw: Mapping[str, str]) -> dict[str, object]:
    """Return options as they are stored. Raises BadOptions with a sentence per field."""
    readers = {
        "protocol": short_text("A protocol", 100),
        "headers": clean_headers,
        **condition_readers(NAMES),
    }
    return cleaned(raw, readers, _judge_protocol)


def _judge_protocol(options: Mapping[str, object]) -> dict[str, str]:
    protocol = str(options.get("protocol") or "")
    is_fine = protocol.isascii() and protocol.isprintable()
    return {} if is_fine else {"protocol": "A protocol is a word, as in graphql-ws."}


async def probe(target: str, options: Mapping[str, object], timeout_s: float, in_full: bool, net: Net) -> ProbeResult:
    place, watch = locate(target, net.allowed, ()), Watch(timeout_s)
    conditions = Conditions.of(options, NAMES)
    key = base64.b64encode(os.urandom(16))
    try:
        async with connected(net, place, watch) as wire:
            if place.scheme == "https":
                await wire.secure()
            await wire.send(_request(place, options, key))
            status, headers = await _answer(wire)
            fault = _fault(status, headers, key, str(options.get("protocol") or ""))
            if not fault:
                await wire.send(_CLOSE)
    except Broken as broken:
        return watch.failed(broken.reason, broken.words)
    seen = {"status": status, "headers": [[name, shown(value)] for name, value in list(headers.items())[:40]]}
    if fault:
        return watch.failed(*fault, seen)
    phases = watch.phases
    values: dict[str, object] = {
        "status": status, "total": watch.total_us, "dns": phases.dns, "connect": phases.connect, "tls": phases.tls,
        "first_byte": phases.first_byte,
    }  # fmt: skip
    if failure := conditions.judge(Facts(values, headers, past=past_of(options))):
        return watch.result(*failure, seen)
    return watch.result(State.OPERATIONAL, Reason.OK, f"Opened in {watch.total_us / 1000:.0f} ms.", seen)


def _request(place: Target, options: Mapping[str, object], key: bytes) -> bytes:
    given, protocol = options.get("headers") or [], options.get("protocol")
    assert isinstance(given, list)
    lines = [
        f"GET {place.path} HTTP/1.1",
        f"Host: {place.netloc}",
        "Upgrade: websocket",
        "Connection: Upgrade",
        f"Sec-WebSocket-Key: {key.decode()}",
        "Sec-WebSocket-Version: 13",
        *([f"Sec-WebSocket-Protocol: {protocol}"] if protocol else []),
        *(f"{name}: {value}" for name, value in given),
    ]
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


async def _answer(wire: Wire) -> tuple[int, dict[str, str]]:
    """Return status and headers. Raises Broken."""
    first = (await wire.read_line()).decode("latin-1")
    words = first.split(" ", 2)
    if not first.startswith("HTTP/1.1 ") or not (words[1].isascii() and words[1].isdigit() and len(words[1]) == 3):
        raise Broken(Reason.PROTOCOL_ERROR, f"The answer was no HTTP: {shown(first, 100)!r}.")
    headers: dict[str, str] = {}
    for _ in range(MAX_HEADERS):
        line = (await wire.read_line()).decode("latin-1")
        if not line:
            return int(words[1]), headers
        name, _, value = line.partition(":")
        headers.setdefault(name.strip().lower()[:100], value.strip())
    raise Broken(Reason.PROTOCOL_ERROR, f"More than {MAX_HEADERS} headers.")


def _fault(status: int, headers: Mapping[str, str], key: bytes, protocol: str) -> tuple[Reason, str] | None:
    if status != 101:
        return Reason.STATUS, f"The server answered {status} where 101 was expected: it opens no WebSocket."
    accepted = base64.b64encode(hashlib.sha1(key + _GUID, usedforsecurity=False).digest()).decode()
    if headers.get("upgrade", "").lower() != "websocket" or headers.get("sec-websocket-accept") != accepted:
        return Reason.PROTOCOL_ERROR, "The server answered 101 without taking up the WebSocket."
    if protocol and headers.get("sec-websocket-protocol") != protocol:
        return Reason.UNEXPECTED_ANSWER, f"The server does not speak {protocol!r}."
    return None


def locate(target: str, allowed: Collection[str], own: Collection[str]) -> Target:
    scheme, separator, rest = target.partition("://")
    if scheme.lower() not in ("ws", "wss") or not separator:
        raise AddressRefused("An address must start with ws:// or wss://, as in wss://api.example.com/live.")
    return check_url(f"{'https' if scheme.lower() == 'wss' else 'http'}://{rest}", allowed=allowed, own=own)


PROBE = Probe(
    label="WebSocket",
    target_label="Address",
    fields=(
        Field("protocol", "Protocol", help="Offered, and must be taken up, as in graphql-ws."),
        Field("headers", "Headers", "lines", help="One per line, as in Origin: https://app.example.com."),
        *CONDITION_FIELDS,
    ),
    locate=locate,
    clean=clean,
    probe=probe,
    names=NAMES,
)
