"""Time zones by the names of the tz database."""

from datetime import UTC, tzinfo
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

_PLACES = ("Africa", "America", "Antarctica", "Arctic", "Asia", "Atlantic", "Australia", "Europe", "Indian", "Pacific")


def zone_named(name: str) -> tzinfo:
    """Return a zone, or UTC where there is none of that name: one that the tz database dropped must not hold up an alert."""
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return UTC


@cache
def zone_choices() -> tuple[tuple[str, tuple[tuple[str, str], ...]], ...]:
    """Return the zones that people live in as groups for a form: (part of the world, ((name, as people read it), ...))."""
    groups: dict[str, list[tuple[str, str]]] = {"UTC": [("UTC", "UTC")]}
    for name in sorted(available_timezones()):
        part = name.partition("/")[0]
        if part in _PLACES:
            groups.setdefault(part, []).append((name, name.replace("_", " ")))
    return tuple((part, tuple(zones)) for part, zones in groups.items())
