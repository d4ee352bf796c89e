"""Connect to a port; where asked, say something and look for words in the answer."""

import re
from collections.abc import Collection, Mapping
from dataclasses import replace

from kit.addresses import Target, check_place
from monitors.core.conditions import Facts, Names, Type
from monitors.core.states import State
from monitors.probes.base import Field, Net, Probe, ProbeResult, Reason
from monitors.probes.broken import SILENCE, Broken, shown
from monitors.probes.certificates import REFUSED, described, explained, of_refused, own_of
from monitors.probes.http_rules import cleaned, one_of, short_text
from monitors.probes.judging import CONDITION_FIELDS, MUST, SHOULD, TIMES, Conditions, condition_readers, past_of
from monitors.probes.wires import Watch, connected

# Where words of a stranger's choice could do harm: mail is relayed, stores take commands, logins are guessed.
_SILENT_PORTS = frozenset({21, 22, 23, 25, 445, 465, 587, 2525, 6379, 11211})
NAMES: Names = {"answer": Type.TEXT, "address": Type.TEXT, "certificate_days": Type.NUMBER, **TIMES}
_ESCAPES = {"\\r": "\r", "\\n": "\n", "\\t": "\t", "\\\\": "\\"}


def clean(raw: Mapping[str, str]) -> dict[str, object]:
    """Return options as they are stored. Raises BadOptions with a sentence per field."""
    return cleaned(
        raw,
        {
            "send": short_text("What is sent", 1000),
            "expect": short_text("What is expected", 200),
            "tls": one_of(("no", "yes"), "TLS"),
            **condition_readers(NAMES),
        },
        lambda options: {},
    )


async def probe(target: str, options: Mapping[str, object], timeout_s: float, in_full: bool, net: Net) -> ProbeResult:
    place, watch = check_place(target, scheme="tcp", allowed=net.allowed), Watch(timeout_s)
    said, wanted = _unescaped(str(options.get("send") or "")), str(options.get("expect") or "")
    if said and place.port in _SILENT_PORTS:
        return watch.failed(Reason.BLOCKED, f"StatusWire sends nothing of its own to port {place.port}. Empty Send.")
    answer, secured = b"", dict[str, object]()
    try:
        async with connected(net, place, watch) as wire:
            if options.get("tls") == "yes":
                secured = described(await wire.secure())
            if said:
                await wire.send(said)
            if wanted or _speaks_of_answer(options):
                answer = await wire.read_until(wanted.encode(), 0.98 * watch.left_s)
    except Broken as broken:
        failure = watch.failed(broken.reason, f"{broken.words}{_hint(broken)}", secured)
        more = await of_refused(net, place, watch.left_s) if broken.reason in REFUSED else {}
        summary = f"{failure.summary}{explained(broken.reason, more)}"
        return replace(failure, summary=summary, detail={**failure.detail, **more})
    return _judged(options, wanted, answer, secured, watch)


def _speaks_of_answer(options: Mapping[str, object]) -> bool:
    return any("answer" in str(options.get(name) or "") for name in (MUST, SHOULD))


def _hint(broken: Broken) -> str:
    """Return what may be wrong where a server waits to be spoken to."""
    return " Servers of databases and of TLS wait to be spoken to: empty Expect." if broken.words == SILENCE else ""


def _judged(
    options: Mapping[str, object], wanted: str, answer: bytes, secured: Mapping[str, object], watch: Watch
) -> ProbeResult:
    text = answer.decode("utf-8", errors="replace")
    seen = {**({"body": shown(answer, 4000)} if answer else {}), **secured}
    if wanted and wanted not in text:
        words = f"The answer lacks {wanted!r}; it was {shown(answer, 100)!r}."
        words = words if answer else f"The server closed the connection without {wanted!r}."
        return watch.failed(Reason.UNEXPECTED_ANSWER, words, seen)
    phases, days = watch.phases, own_of(secured).get("days_left")
    values = {
        "answer": text, "address": watch.address, "total": watch.total_us, "dns": phases.dns,
        "connect": phases.connect, "tls": phases.tls, "first_byte": phases.first_byte,
    } | ({} if days is None else {"certificate_days": days})  # fmt: skip
    if failure := Conditions.of(options, NAMES).judge(Facts(values, past=past_of(options))):
        return watch.result(*failure, seen)
    words = f"Connected in {phases.connect / 1000:.0f} ms{' and found what was expected' if wanted else ''}."
    return watch.result(State.OPERATIONAL, Reason.OK, words, seen)


def _unescaped(text: str) -> bytes:
    r"""Return what was written with \r, \n, \t, \\ and \x00 to \xff for what they stand for."""
    pieces = re.split(r"(\\[rnt\\]|\\x[0-9A-Fa-f]{2})", text)
    return b"".join(
        bytes([int(piece[2:], 16)]) if piece.startswith("\\x") else _ESCAPES.get(piece, piece).encode()
        for piece in pieces
    )


def locate(target: str, allowed: Collection[str], own: Collection[str]) -> Target:
    return check_place(target, scheme="tcp", allowed=allowed, own=own)


PROBE = Probe(
    label="TCP port",
    target_label="Host and port",
    fields=(
        Field("send", "Send", "lines", help=r"Nothing if empty. Write line ends as \r\n, other bytes as \x00. Not to mail, login and cache ports."),
        Field("expect", "Expect", help="The answer must have this in it."),
        Field("tls", "TLS", "choice", "no", ("no", "yes")),
        *CONDITION_FIELDS,
    ),
    locate=locate,
    clean=clean,
    probe=probe,
    names=NAMES,
)  # fmt: skip
