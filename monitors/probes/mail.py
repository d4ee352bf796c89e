"""What the probes of mail servers share: encryption from the start or after STARTTLS, and results."""

from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import replace
from typing import NoReturn

from kit.addresses import Target
from monitors.core.conditions import Facts, Names, Type
from monitors.core.states import State
from monitors.probes.base import Field, Net, ProbeResult, Reason
from monitors.probes.broken import SILENCE, Broken, shown
from monitors.probes.certificates import REFUSED, described, explained, own_of
from monitors.probes.http_rules import cleaned, one_of
from monitors.probes.judging import CONDITION_FIELDS, TIMES, Conditions, condition_readers, past_of
from monitors.probes.tls_words import NO_TLS
from monitors.probes.wires import Watch, Wire, connected

ENCRYPTIONS = ("STARTTLS", "TLS", "none")
NAMES: Names = {"greeting": Type.TEXT, "certificate_days": Type.NUMBER, "tls_version": Type.TEXT, **TIMES}
FIELDS = (
    Field("encryption", "Encryption", "choice", ENCRYPTIONS[0], ENCRYPTIONS, help="STARTTLS must be offered and must work; TLS is from the start, as on 465 and 993."),
    *CONDITION_FIELDS,
)  # fmt: skip
# Greets the server, asks for STARTTLS where `wanted`, and returns the greeting; raises Broken.
Hello = Callable[[Wire, bool], Awaitable[bytes]]


def clean(raw: Mapping[str, str]) -> dict[str, object]:
    """Return options as they are stored. Raises BadOptions with a sentence per field."""
    readers = {"encryption": one_of(ENCRYPTIONS, "Encryption"), **condition_readers(NAMES)}
    return cleaned(raw, readers, lambda options: {})


async def look(
    place: Target, options: Mapping[str, object], timeout_s: float, net: Net, hello: Hello, goodbye: bytes
) -> ProbeResult:
    """Greet a mail server and leave again. Nothing is sent that could be mail."""
    watch, encryption = Watch(timeout_s), str(options.get("encryption") or ENCRYPTIONS[0])
    try:
        async with connected(net, place, watch) as wire:
            greeting, seen = await _greet(wire, encryption, hello)
            await wire.send(goodbye)
    except Broken as broken:
        failure = watch.failed(broken.reason, f"{broken.words}{_hint(broken, encryption)}")
        more = await _described(net, place, watch, encryption, hello) if broken.reason in REFUSED else {}
        summary = f"{failure.summary}{explained(broken.reason, more)}"
        return replace(failure, summary=summary, detail={**failure.detail, **more})
    return _judged(options, greeting, seen, watch)


async def _greet(
    wire: Wire, encryption: str, hello: Hello, *, verified: bool = True
) -> tuple[bytes, dict[str, object]]:
    """Return the greeting and what encryption showed. Raises Broken."""
    seen = described(await wire.secure(verified=verified)) if encryption == "TLS" else {}
    greeting = await hello(wire, encryption == "STARTTLS")
    if encryption == "STARTTLS":
        seen = described(await wire.secure(verified=verified))
    return greeting, seen


async def _described(net: Net, place: Target, watch: Watch, encryption: str, hello: Hello) -> dict[str, object]:
    """Return what a certificate that was refused looks like: a second visit, over which nothing more is sent."""
    with suppress(Broken):
        async with connected(net, place, Watch(watch.left_s)) as wire:
            return (await _greet(wire, encryption, hello, verified=False))[1]
    return {}


def _hint(broken: Broken, encryption: str) -> str:
    """Return what else may be wrong, where a server is asked for the other kind of encryption."""
    if encryption != "TLS" and broken.words == SILENCE:
        return " If it encrypts from the start, as on 465 and 993, choose TLS."
    return " If it encrypts later, as on 25, 143 and 587, choose STARTTLS." if broken.words == NO_TLS else ""


def _judged(options: Mapping[str, object], greeting: bytes, secured: dict[str, object], watch: Watch) -> ProbeResult:
    phases, version, days = watch.phases, str(secured.get("tls_version", "")), own_of(secured).get("days_left")
    seen = {"body": shown(greeting, 1000), "tls_version": "", **secured}
    values = {
        "greeting": greeting.decode("utf-8", errors="replace"), "tls_version": version, "total": watch.total_us,
        "dns": phases.dns, "connect": phases.connect, "tls": phases.tls, "first_byte": phases.first_byte,
    } | ({} if days is None else {"certificate_days": days})  # fmt: skip
    if failure := Conditions.of(options, NAMES).judge(Facts(values, past=past_of(options))):
        return watch.result(*failure, seen)
    words = f"Greeted in {watch.total_us / 1000:.0f} ms{f' over {version}' if version else ''}."
    return watch.result(State.OPERATIONAL, Reason.OK, words, seen)


def refuse(line: bytes, wanted: str) -> NoReturn:
    raise Broken(Reason.UNEXPECTED_ANSWER, f"Expected {wanted}, and the server said {shown(line, 150)!r}.")
