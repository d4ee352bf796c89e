"""What kind of trouble a title speaks of: channel, failure, direction, number type."""

import re
from collections.abc import Iterable

from monitors.core.titles import vocabulary as v

_CHANNELS = [(name, re.compile(pattern)) for name, pattern in v.CHANNELS]
_SMS = dict(_CHANNELS)["sms"]
_IN_PASSING = [(name, re.compile(pattern)) for name, pattern in v.CHANNELS_IN_PASSING]
_FAILURES = [(name, re.compile(pattern)) for name, pattern in v.FAILURES]
_NUMBER_TYPES = [(name, re.compile(pattern)) for name, pattern in v.NUMBER_TYPES]
_REGIONS = [(name, re.compile(pattern)) for name, pattern in v.REGIONS]


def channels(text: str) -> tuple[str, ...]:
    """Return the channels of a text without its carriers' names ("Google Voice" is no voice). None for no matter."""
    text = " ".join(v.BOILERPLATE.sub(" ", text).split())
    if not re.search(r"\w", text):
        return ()
    found = _all(_CHANNELS, text)
    if v.MESSAGES & set(found) and "sms" in found and not _SMS.search(v.SENT_BY.sub(" ", text)):
        found.remove("sms")
    if not found:
        found = [] if v.OTHERS.search(text) else _all(_IN_PASSING, text)[:1]
    if v.NUMBERS_TOO.search(text) and not set(found) & set(v.NAMED_NUMBERS):
        found.append("numbers")
    return tuple(dict.fromkeys(found)) or ("other",)


def failure(text: str, told: Iterable[str], *, is_maintenance: bool) -> str:
    """Return the failure that is named first; a delay of receipts is about receipts, "degraded" says least of all."""
    if is_maintenance:
        return "none"
    text = v.NO_IMPACT.sub(" ", text)
    met = sorted((match.start(), name) for name, pattern in _FAILURES if (match := pattern.search(text)))
    names = [name for _, name in met if name != "receipts" or v.DELIVERY.search(text) or set(told) & v.CARRIED]
    if "receipts" in names:
        return "receipts"
    return next((name for name in names if name != "degraded"), "degraded" if names else "other")


def direction(text: str, told: Iterable[str]) -> str | None:
    """Return which way the traffic goes, as seen from the vendor, for channels that carry any."""
    if not set(told) & v.CARRIED:
        return None
    if v.BOTH_WAYS.search(text):
        return "both"
    if v.INBOUND.search(text) or v.SENT.search(text):
        return "inbound"
    return "outbound" if v.OUTBOUND.search(text) else None


def number_types(text: str) -> tuple[str, ...]:
    return tuple(_all(_NUMBER_TYPES, text))


def regions(text: str) -> tuple[str, ...]:
    return tuple(_all(_REGIONS, text))


def is_maintenance(text: str) -> bool:
    if v.SCHEDULED.search(text):
        return True
    return bool(v.MAINTENANCE.search(text)) and not v.OF_MAINTENANCE.search(text)


def _all(patterns: Iterable[tuple[str, re.Pattern[str]]], text: str) -> list[str]:
    return [name for name, pattern in patterns if pattern.search(text)]
