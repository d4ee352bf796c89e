"""Time zones by the names of the tz database."""

from datetime import UTC, tzinfo
from zoneinfo import ZoneInfo


def zone_named(name: str) -> tzinfo:
    """Return a zone, or UTC where there is none of that name: one that the tz database dropped must not hold up an alert."""
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return UTC
