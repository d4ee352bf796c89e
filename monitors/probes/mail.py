"""What the probes of mail servers share: encryption from the start or after STARTTLS, and results."""

from collections.abc import Awaitable, Callable, Mapping
from typing import NoReturn

from kit.addresses import Target
from monitors.core.conditions import Facts, Names, Type
from monitors.core.states import State
from monitors.probes.base import Field, Net, ProbeResult, Reason
from monitors.probes.http_rules import cleaned, one_of
from monitors.probes.judging import CONDITION_FIELDS, TIMES, Conditions, condition_readers, past_of
from monitors.probes.wires import Broken, Watch, Wire, connected, shown

ENCRYPTIONS = ("STARTTLS", "TLS", "none")
NAMES: Names = {"greeting": Type.TEXT, "tls_version": Type.TEXT, **TIMES}
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
    conditions, version = Conditions.of(options, NAMES), ""
    try:
        async with connected(net, place, watch) as wire:
            if encryption == "TLS":
                version = (await wire.secure()).version() or ""
            greeting = await hello(wire, encryption == "STARTTLS")
            if encryption == "STARTTLS":
                version = (await wire.secure()).version() or ""
            await wire.send(goodbye)
    except Broken as broken:
        return watch.failed(broken.reason, broken.words)
    phases, seen = watch.phases, {"body": shown(greeting, 1000), "tls_version": version}
    values = {
        "greeting": greeting.decode("utf-8", errors="replace"), "tls_version": version, "total": watch.total_us,
        "dns": phases.dns, "connect": phases.connect, "tls": phases.tls, "first_byte": phases.first_byte,
    }  # fmt: skip
    if failure := conditions.judge(Facts(values, past=past_of(options))):
        return watch.result(*failure, seen)
    words = f"Greeted in {watch.total_us / 1000:.0f} ms{f' over {version}' if version else ''}."
    return watch.result(State.OPERATIONAL, Reason.OK, words, seen)


def refuse(line: bytes, wanted: str) -> NoReturn:
    raise Broken(Reason.UNEXPECTED_ANSWER, f"Expected {wanted}, and the server said {shown(line, 150)!r}.")
