"""Look at a certificate: who it is for, who signed it, how long it lasts, and over which TLS it comes."""

from collections.abc import Collection, Mapping
from dataclasses import replace

from kit.addresses import Target, check_place
from monitors.core.conditions import Facts, Names, Type
from monitors.core.states import State
from monitors.probes.base import Field, Net, Probe, ProbeResult, Reason
from monitors.probes.broken import Broken
from monitors.probes.certificates import REFUSED, described, explained, of_refused, own_of
from monitors.probes.http_rules import cleaned, one_of, whole
from monitors.probes.judging import CONDITION_FIELDS, TIMES, Conditions, condition_readers, past_of
from monitors.probes.wires import Watch, connected

PORT = 443
VERSIONS = ("1.2", "1.3")
NAMES: Names = {
    "certificate_days": Type.NUMBER, "issuer": Type.TEXT, "subject": Type.TEXT, "tls_version": Type.TEXT,
    "address": Type.TEXT, **TIMES,
}  # fmt: skip


def clean(raw: Mapping[str, str]) -> dict[str, object]:
    """Return options as they are stored. Raises BadOptions with a sentence per field."""
    readers = {
        "warn_days": whole("Days", 1, 365),
        "min_version": one_of(VERSIONS, "The version"),
        **condition_readers(NAMES),
    }
    return cleaned(raw, readers, lambda options: {})


async def probe(target: str, options: Mapping[str, object], timeout_s: float, in_full: bool, net: Net) -> ProbeResult:
    place, watch = check_place(target, scheme="tls", port=PORT, allowed=net.allowed), Watch(timeout_s)
    conditions = Conditions.of(options, NAMES)
    try:
        async with connected(net, place, watch) as wire:
            seen = described(await wire.secure())
    except Broken as broken:
        failure = watch.failed(broken.reason, broken.words)  # now: the second look's time is not the check's
        more = await of_refused(net, place, watch.left_s) if broken.reason in REFUSED else {}
        summary = f"{broken.words}{explained(broken.reason, more)}"
        return replace(failure, summary=summary, detail={**failure.detail, **more})
    return _judged(options, conditions, seen, watch)


def _judged(
    options: Mapping[str, object], conditions: Conditions, seen: dict[str, object], watch: Watch
) -> ProbeResult:
    own, version = own_of(seen), str(seen["tls_version"])
    days, phases = own.get("days_left"), watch.phases
    wanted, warn_days = str(options.get("min_version") or VERSIONS[0]), options.get("warn_days")
    if version.removeprefix("TLSv") < wanted:
        words = f"The server speaks {version}; at least TLSv{wanted} is wanted."
        return watch.failed(Reason.TLS_VERSION, words, seen)
    values = {
        "certificate_days": days, "issuer": own.get("issuer", ""), "subject": own.get("subject", ""),
        "tls_version": version, "total": watch.total_us, "dns": phases.dns, "connect": phases.connect,
        "tls": phases.tls, "address": watch.address,
    }  # fmt: skip
    if failure := conditions.judge(Facts(values, past=past_of(options))):
        return watch.result(*failure, seen)
    if isinstance(days, int) and warn_days and days < int(str(warn_days)):
        words = f"The certificate expires {_in_days(days)}; the warning is set to {warn_days}."
        return watch.result(State.DEGRADED, Reason.TLS_EXPIRING, words, seen)
    return watch.result(State.OPERATIONAL, Reason.OK, f"{version}; the certificate is good for {days} days.", seen)


def _in_days(days: int) -> str:
    return f"in {days} days" if days > 1 else "in a day" if days else "within a day"


def locate(target: str, allowed: Collection[str], own: Collection[str]) -> Target:
    return check_place(target, scheme="tls", port=PORT, allowed=allowed, own=own)


PROBE = Probe(
    label="TLS certificate",
    target_label="Host",
    fields=(
        Field("warn_days", "Warn before", "whole", "14", help="Days before the certificate expires; then it counts as degraded."),
        Field("min_version", "At least TLS", "choice", VERSIONS[0], VERSIONS),
        *CONDITION_FIELDS,
    ),
    locate=locate,
    clean=clean,
    probe=probe,
    names=NAMES,
)  # fmt: skip
