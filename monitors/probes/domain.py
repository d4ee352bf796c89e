"""Ask the registry (RDAP, RFC 9083) until when a domain is registered, and whether it is on hold."""

import json
import re
import time
from collections.abc import Collection, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

from kit.addresses import AddressRefused, NameUnresolved, check_place, check_url
from kit.ranges import literal_of
from monitors.core.conditions import Facts, Names, Type
from monitors.core.states import State
from monitors.probes.base import Answer, Field, Net, Probe, ProbeResult, Reason
from monitors.probes.evidence import printable
from monitors.probes.http import Rules, travel
from monitors.probes.http_rules import Asking, cleaned, whole
from monitors.probes.judging import CONDITION_FIELDS, Conditions, condition_readers, past_of
from monitors.probes.wires import Watch

BOOTSTRAP = "https://data.iana.org/rdap/dns.json"  # which registry answers for which ending (RFC 9224)
BOOTSTRAP_KEPT_S = 86_400
WARN_DAYS = 30
MAX_PARTS = 5  # of a long name are asked for, as only the registry knows which of them is registered
NAMES: Names = {"domain_days": Type.NUMBER, "registrar": Type.TEXT, "statuses": Type.ANY}
_HELD = {"server hold", "client hold", "redemption period", "pending delete"}
_registries: dict[str, tuple[float, dict[str, str]]] = {}


class _Unavailable(Exception):
    """The registry, or the list of registries, says nothing. That is no fault of the domain."""


def clean(raw: Mapping[str, str]) -> dict[str, object]:
    """Return options as they are stored. Raises BadOptions with a sentence per field."""
    return cleaned(raw, {"warn_days": whole("Days", 1, 365), **condition_readers(NAMES)}, lambda options: {})


async def probe(target: str, options: Mapping[str, object], timeout_s: float, in_full: bool, net: Net) -> ProbeResult:
    name, watch = _name(target, net.allowed), Watch(timeout_s)
    conditions = Conditions.of(options, NAMES)
    try:
        registry = await _registry(name, net, watch)
        found = await _domain(registry, name, net, watch)
    except _Unavailable as error:
        return watch.failed(Reason.NOT_AVAILABLE, str(error))
    if found is None:
        words = f"Nobody holds {name}, nor what it is a part of, says its registry."
        return watch.failed(Reason.DOMAIN_EXPIRED, words, {"body": f"registry: {registry}"})
    return _judged(options, conditions, found, watch)


async def _registry(name: str, net: Net, watch: Watch) -> str:
    """Return the address of the registry of a name's ending. Raises _Unavailable."""
    kept_until, known = _registries.get(BOOTSTRAP, (0.0, {}))
    if time.monotonic() >= kept_until:
        document = _document(await _ask(BOOTSTRAP, net, watch))
        services = document.get("services")
        known = {
            str(ending): next((url for url in map(str, urls) if url.startswith("http")), "")
            for endings, urls in (services if isinstance(services, list) else [])
            for ending in endings
        }
        _registries[BOOTSTRAP] = time.monotonic() + BOOTSTRAP_KEPT_S, known
    labels = name.split(".")
    for start in range(1, len(labels)):  # the longest ending that has a registry
        if found := known.get(".".join(labels[start:])):
            return found if found.endswith("/") else f"{found}/"
    raise _Unavailable(f"The registry of .{labels[-1]} has no public register that StatusWire can ask.")


async def _domain(registry: str, name: str, net: Net, watch: Watch) -> dict[str, Any] | None:
    """Return the registry's record of a name or of what it is a part of, or None. Raises _Unavailable."""
    labels = name.split(".")
    for start in range(max(0, len(labels) - 1 - MAX_PARTS), len(labels) - 1):
        answer = await _ask(f"{registry}domain/{'.'.join(labels[start:])}", net, watch)
        if answer.status == 200:
            return _document(answer)
        if answer.status != 404:
            break
    else:
        return None
    why = " (it wants fewer requests)" if answer.status == 429 else ""
    raise _Unavailable(f"The registry answered {answer.status}{why}; it is asked again at the next check.")


async def _ask(url: str, net: Net, watch: Watch) -> Answer:
    rules = Rules(asking=Asking(headers=(("Accept", "application/rdap+json, application/json"),)))
    try:
        answer, _ = await travel(check_url(url, allowed=net.allowed), rules, watch.left_s, net)
    except (AddressRefused, NameUnresolved, TimeoutError) as error:
        raise _Unavailable(f"The registry could not be asked: {error}") from error
    if answer.reason != Reason.OK:
        raise _Unavailable(f"The registry could not be asked: {answer.trouble}")
    watch.address, watch.phases = answer.address, watch.phases + answer.phases
    return answer


def _document(answer: Answer) -> dict[str, Any]:
    try:
        found = json.loads(answer.body)
    except (ValueError, RecursionError) as error:
        raise _Unavailable("The registry's answer was no JSON.") from error
    if answer.status != 200 or not isinstance(found, dict):
        raise _Unavailable(f"The registry answered {answer.status}, with nothing that we can read.")
    return found


def _judged(options: Mapping[str, object], conditions: Conditions, found: dict[str, Any], watch: Watch) -> ProbeResult:
    statuses = _statuses(found)
    days, registrar = _days_left(found), _registrar(found)
    facts: dict[str, object] = {"statuses": statuses, "registrar": registrar}
    facts |= {} if days is None else {"domain_days": days}
    seen = {"body": "\n".join([f"registrar: {registrar}", f"days left: {days}", f"status: {', '.join(statuses)}"])}
    if held := sorted(_HELD & set(statuses)):
        return watch.failed(Reason.DOMAIN_EXPIRED, f"The registry has set it to {', '.join(held)}.", seen)
    if days is not None and days < 0:
        return watch.failed(Reason.DOMAIN_EXPIRED, f"The registration ended {_days(-days - 1)} ago.", seen)
    if failure := conditions.judge(Facts(facts, past=past_of(options))):
        return watch.result(*failure, seen)
    if days is None:
        return watch.failed(Reason.NOT_AVAILABLE, "The registry does not say until when it is registered.", seen)
    if days < int(str(options.get("warn_days") or WARN_DAYS)):
        return watch.result(State.DEGRADED, Reason.DOMAIN_EXPIRING, f"The registration ends in {_days(days)}.", seen)
    return watch.result(State.OPERATIONAL, Reason.OK, f"Registered for another {_days(days)}.", seen)


def _days(days: int) -> str:
    return f"{days} days" if days > 1 else "a day" if days else "less than a day"


def _statuses(found: dict[str, Any]) -> list[str]:
    """Return the words of RFC 9083; some registries keep to EPP's, as in clientHold."""
    given = found.get("status")
    words = [printable(str(word))[:60] for word in (_list(given) or ([given] if isinstance(given, str) else []))]
    return [re.sub(r"(?<=[a-z])(?=[A-Z])", " ", word).lower() for word in words]


def _days_left(found: dict[str, Any]) -> int | None:
    """Return whole days until the registry's own end, negative when that is over, or None where it gives none."""
    for event in _list(found.get("events")):
        if isinstance(event, dict) and str(event.get("eventAction")).lower() == "expiration":
            with suppress(ValueError):
                end = datetime.fromisoformat(str(event.get("eventDate")).strip().upper())
                # Registrations live in the machine's time, not in a demo's.
                return ((end if end.tzinfo else end.replace(tzinfo=UTC)) - datetime.now(UTC)).days
    return None


def _registrar(found: dict[str, Any]) -> str:
    """Return the registrar's name out of its card (RFC 7095), or nothing."""
    for entity in _list(found.get("entities")):
        if isinstance(entity, dict) and "registrar" in _list(entity.get("roles")):
            for entry in _list([*_list(entity.get("vcardArray")), [], []][1]):
                if isinstance(entry, list) and len(entry) == 4 and entry[0] == "fn":
                    return printable(str(entry[3]))[:100]
    return ""


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def locate(target: str, allowed: Collection[str], own: Collection[str]) -> None:
    _name(target, allowed)


def _name(target: str, allowed: Collection[str]) -> str:
    """Return the domain to ask for. Raises AddressRefused, also for an address."""
    host = check_place(target, scheme="rdap", port=443, allowed=allowed).host
    if literal_of(host):
        raise AddressRefused(f"{host} is an address. Write a domain, as in example.com.")
    return host


PROBE = Probe(
    label="Domain registration",
    target_label="Domain",
    fields=(
        Field("warn_days", "Warn before", "whole", str(WARN_DAYS), help="Days before the registration ends; then it counts as degraded."),
        *CONDITION_FIELDS,
    ),
    locate=locate,
    clean=clean,
    probe=probe,
    names=NAMES,
    least_interval_s=3600,
)  # fmt: skip
