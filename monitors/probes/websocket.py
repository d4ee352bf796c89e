"""Open a WebSocket (RFC 6455) and close it again."""

import asyncio
import base64
import hashlib
import os
import re
from collections.abc import Collection, Mapping
from contextlib import suppress
from dataclasses import replace

from kit.addresses import AddressRefused, Target, check_url
from monitors.core.conditions import Facts, Names, Type
from monitors.core.states import State
from monitors.probes.base import Answer, Field, Net, Probe, ProbeResult, Reason
from monitors.probes.broken import Broken, shown
from monitors.probes.certificates import REFUSED, described, explained, of_refused, own_of
from monitors.probes.evidence import describe, hidden
from monitors.probes.http_rules import (
    ASKING_READERS,
    REQUEST_FIELDS,
    Asking,
    cleaned,
    judge_asking,
    unreadable_secret,
)
from monitors.probes.judging import CONDITION_FIELDS, TIMES, Conditions, condition_readers, first_of_each, past_of
from monitors.probes.status_hints import hint
from monitors.probes.wires import Watch, Wire, connected

_GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
_CLOSE = bytes([0x88, 0x82, 0, 0, 0, 0, 0x03, 0xE8])  # 1000, masked with zeros
MAX_HEADERS = 200
BODY_BYTES, BODY_S = 4_000, 0.5  # of an answer that opens no WebSocket, and how long to wait for it
_OPENED = 101
_ASKING = ("headers", "auth", "auth_name", "auth_secret")
_TOKEN = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}")  # RFC 9110 5.6.2
NAMES: Names = {"status": Type.NUMBER, "header": Type.HEADERS, "certificate_days": Type.NUMBER, **TIMES}


def clean(raw: Mapping[str, str]) -> dict[str, object]:
    """Return options as they are stored. Raises BadOptions with a sentence per field."""
    readers = {name: ASKING_READERS[name] for name in _ASKING}
    readers |= {"protocol": _clean_protocol, **condition_readers(NAMES)}
    return cleaned(raw, readers, judge_asking)


def _clean_protocol(raw: str) -> str:
    offered = [word.strip() for word in raw.split(",") if word.strip()]
    if len(raw) > 200 or not all(_TOKEN.fullmatch(word) for word in offered):
        raise ValueError("A protocol is a word, as in graphql-ws. Write several with commas.")
    return ", ".join(offered)


async def probe(target: str, options: Mapping[str, object], timeout_s: float, in_full: bool, net: Net) -> ProbeResult:
    if unreadable := unreadable_secret(options, PROBE):
        return unreadable
    place, watch = locate(target, net.allowed, ()), Watch(timeout_s)
    key, asking, secured = base64.b64encode(os.urandom(16)), Asking.of(options), None
    try:
        async with connected(net, place, watch) as wire:
            if place.scheme == "https":
                secured = described(await wire.secure())
            protocol = str(options.get("protocol") or "")
            await wire.send(_request(place, asking, protocol, key, net.user_agent))
            answer = await _answer(wire)
            fault = _fault(answer, key, protocol, asking)
            if not fault:
                await wire.send(_CLOSE)
            elif answer.status != _OPENED:
                watch.stop()
                answer = replace(answer, body=await _body(wire, answer))
    except Broken as broken:
        failure = watch.failed(broken.reason, broken.words, secured)
        more = await of_refused(net, place, watch.left_s) if broken.reason in REFUSED else {}
        summary = f"{broken.words}{explained(broken.reason, more)}"
        return replace(failure, summary=summary, detail={**failure.detail, **more})
    return _judged(options, answer, fault, secured or {}, watch)


def _judged(
    options: Mapping[str, object],
    answer: Answer,
    fault: tuple[Reason, str] | None,
    secured: Mapping[str, object],
    watch: Watch,
) -> ProbeResult:
    secrets, phases = Asking.of(options).secrets, watch.phases
    seen = {**describe(replace(answer, address=watch.address), secrets=secrets), **secured}
    if fault:
        return watch.failed(fault[0], hidden(fault[1], secrets), seen)
    values: dict[str, object] = {
        "status": answer.status, "total": watch.total_us, "dns": phases.dns, "connect": phases.connect,
        "tls": phases.tls, "first_byte": phases.first_byte,
    }  # fmt: skip
    if isinstance(days := own_of(secured).get("days_left"), int):
        values["certificate_days"] = days
    facts = Facts(values, first_of_each(answer.headers), past=past_of(options))
    if failure := Conditions.of(options, NAMES).judge(facts):
        return watch.result(*failure, seen)
    return watch.result(State.OPERATIONAL, Reason.OK, f"Opened in {watch.total_us / 1000:.0f} ms.", seen)


def _request(place: Target, asking: Asking, protocol: str, key: bytes, user_agent: str) -> bytes:
    given = {name.lower() for name, _ in asking.headers}
    lines = [
        f"GET {place.path} HTTP/1.1",
        f"Host: {place.netloc}",
        "Upgrade: websocket",
        "Connection: Upgrade",
        f"Sec-WebSocket-Key: {key.decode()}",
        "Sec-WebSocket-Version: 13",
        *([] if "user-agent" in given else [f"User-Agent: {user_agent}"]),
        *([f"Sec-WebSocket-Protocol: {protocol}"] if protocol else []),
        *(f"{name}: {value}" for name, value in asking.headers),
    ]
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


async def _answer(wire: Wire) -> Answer:
    """Return status and headers. Raises Broken."""
    first = (await wire.read_line()).decode("latin-1")
    words = first.split(" ", 2)
    if not first.startswith("HTTP/1.1 ") or not (words[1].isascii() and words[1].isdigit() and len(words[1]) == 3):
        raise Broken(Reason.PROTOCOL_ERROR, f"The answer was no HTTP: {shown(first, 100)!r}.")
    headers: list[tuple[str, str]] = []
    for _ in range(MAX_HEADERS):
        line = (await wire.read_line()).decode("latin-1")
        if not line:
            return Answer(Reason.OK, status=int(words[1]), headers=tuple(headers), http_version="HTTP/1.1")
        name, _, value = line.partition(":")
        headers.append((name.strip().lower()[:100], value.strip()))
    raise Broken(Reason.PROTOCOL_ERROR, f"More than {MAX_HEADERS} headers.")


async def _body(wire: Wire, answer: Answer) -> bytes:
    """Return the beginning of what a server says instead of opening a WebSocket, as far as it comes at once."""
    data = b""
    with suppress(TimeoutError, OSError):
        async with asyncio.timeout(BODY_S):
            data = await wire.reader.read(BODY_BYTES)
    if answer.header("transfer-encoding").lower() == "chunked":
        size, _, rest = data.partition(b"\r\n")
        with suppress(ValueError):
            return rest[: int(size.partition(b";")[0], 16)]
    return data


def _fault(answer: Answer, key: bytes, protocol: str, asking: Asking) -> tuple[Reason, str] | None:
    if answer.status != _OPENED:
        words = f"The server answered {answer.status} where {_OPENED} was expected: it opens no WebSocket."
        if answer.status in (401, 403) and not any(name.lower() == "origin" for name, _ in asking.headers):
            words += " It may want the Origin of its own pages, as a header."
        return Reason.STATUS, words + hint(answer, has_credentials=bool(asking.secrets))
    accepted = base64.b64encode(hashlib.sha1(key + _GUID, usedforsecurity=False).digest()).decode()
    if answer.header("upgrade").lower() != "websocket" or answer.header("sec-websocket-accept") != accepted:
        return Reason.PROTOCOL_ERROR, "The server answered 101 without taking up the WebSocket."
    if protocol and answer.header("sec-websocket-protocol") not in protocol.split(", "):
        return Reason.UNEXPECTED_ANSWER, f"The server takes up no protocol of {protocol!r}."
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
        Field(
            "protocol",
            "Protocol",
            help="Offered, and must be taken up, as in graphql-ws. Several with commas: one of them.",
        ),
        Field("headers", "Headers", "lines", help="One per line, as in Origin: https://app.example.com."),
        *CONDITION_FIELDS,
        *(field for field in REQUEST_FIELDS if field.name in _ASKING and field.name != "headers"),
    ),
    locate=locate,
    clean=clean,
    probe=probe,
    names=NAMES,
)
