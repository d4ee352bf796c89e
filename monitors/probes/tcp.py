"""Connect to a port; where asked, say something and look for words in the answer."""

import re
from collections.abc import Collection, Mapping

from kit.addresses import Target, check_place
from monitors.core.conditions import Facts, Names, Type
from monitors.core.states import State
from monitors.probes.base import Field, Net, Probe, ProbeResult, Reason
from monitors.probes.http_rules import cleaned, one_of, short_text
from monitors.probes.judging import CONDITION_FIELDS, TIMES, Conditions, condition_readers, past_of
from monitors.probes.wires import Broken, Watch, connected, shown

# Where words of a stranger's choice could do harm: mail is relayed, stores take commands, logins are guessed.
_SILENT_PORTS = frozenset({21, 22, 23, 25, 445, 465, 587, 2525, 6379, 11211})
NAMES: Names = {"answer": Type.TEXT, "address": Type.TEXT, **TIMES}
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
    answer = b""
    try:
        async with connected(net, place, watch) as wire:
            if options.get("tls") == "yes":
                await wire.secure()
            if said:
                await wire.send(said.encode())
            if wanted:
                answer = await wire.read_until(wanted.encode())
    except Broken as broken:
        return watch.failed(broken.reason, broken.words)
    return _judged(options, wanted, answer, watch)


def _judged(options: Mapping[str, object], wanted: str, answer: bytes, watch: Watch) -> ProbeResult:
    text, seen = answer.decode("utf-8", errors="replace"), {"body": shown(answer, 4000)} if answer else {}
    if wanted and wanted not in text:
        words = f"The answer lacks {wanted!r}; it was {shown(answer, 100)!r}."
        return watch.failed(Reason.UNEXPECTED_ANSWER, words, seen)
    phases = watch.phases
    values = {
        "answer": text, "address": watch.address, "total": watch.total_us, "dns": phases.dns,
        "connect": phases.connect, "tls": phases.tls, "first_byte": phases.first_byte,
    }  # fmt: skip
    if failure := Conditions.of(options, NAMES).judge(Facts(values, past=past_of(options))):
        return watch.result(*failure, seen)
    words = f"Connected in {phases.connect / 1000:.0f} ms{' and found what was expected' if wanted else ''}."
    return watch.result(State.OPERATIONAL, Reason.OK, words, seen)


def _unescaped(text: str) -> str:
    r"""Return what was written with \r, \n, \t and \\ for what they stand for."""
    return re.sub(r"\\[rnt\\]", lambda match: _ESCAPES[match[0]], text)


def locate(target: str, allowed: Collection[str], own: Collection[str]) -> Target:
    return check_place(target, scheme="tcp", allowed=allowed, own=own)


PROBE = Probe(
    label="TCP port",
    target_label="Host and port",
    fields=(
        Field("send", "Send", "lines", help=r"Nothing if empty. Write line ends as \r\n. Not to mail, login and cache ports."),
        Field("expect", "Expect", help="The answer must have this in it."),
        Field("tls", "TLS", "choice", "no", ("no", "yes")),
        *CONDITION_FIELDS,
    ),
    locate=locate,
    clean=clean,
    probe=probe,
    names=NAMES,
)  # fmt: skip
