"""Times and durations in words, for messages that are read at night."""

from datetime import UTC, datetime, timedelta, tzinfo


def both_zones(at: datetime, zone: tzinfo) -> str:
    """Return a time in `zone` and in UTC: "25 Jan 2026, 08:09 JST (24 Jan, 23:09 UTC)"."""
    local, utc = at.astimezone(zone), at.astimezone(UTC)
    if local.utcoffset() == timedelta(0):
        return f"{_day(utc)} {utc:%Y, %H:%M} UTC"
    shown = f"{utc:%H:%M} UTC" if utc.date() == local.date() else f"{_day(utc)}, {utc:%H:%M} UTC"
    return f"{_day(local)} {local:%Y, %H:%M} {_abbreviation(local)} ({shown})"


def short(at: datetime, zone: tzinfo, now: datetime) -> str:
    """Return a time in `zone` as short as it can be read at `now`: "08:09 JST", "24 Jan, 08:09 JST"."""
    local = at.astimezone(zone)
    name = _abbreviation(local)
    if local.date() == now.astimezone(zone).date():
        return f"{local:%H:%M} {name}"
    return f"{_day(local)}, {local:%H:%M} {name}"


def beside_utc(at: datetime, zone: tzinfo) -> str:
    """Return a time in `zone` as it stands beside its UTC: "08:09 JST", with its day where that differs; "" where UTC is used."""
    local, utc = at.astimezone(zone), at.astimezone(UTC)
    if local.utcoffset() == timedelta(0):
        return ""
    shown = f"{local:%H:%M} {_abbreviation(local)}"
    return shown if local.date() == utc.date() else f"{_day(local)} {shown}"


def span(length: timedelta) -> str:
    """Return a duration in its two largest units: "41 min", "6 h 23 min", "2 d 3 h"."""
    minutes = int(length.total_seconds() // 60)
    if minutes < 1:
        return "under a minute"
    days, hours, rest = minutes // 1440, minutes % 1440 // 60, minutes % 60
    parts = [(days, "d"), (hours, "h"), (rest, "min")]
    first = next(i for i, (count, _) in enumerate(parts) if count)
    return " ".join(f"{count} {unit}" for count, unit in parts[first : first + 2] if count)


def _day(at: datetime) -> str:
    return f"{at.day} {at:%b}"


def _abbreviation(local: datetime) -> str:
    """Return "JST", or "UTC+0545" for a zone whose name is only a number."""
    name = local.tzname() or "UTC"
    return name if name.isalpha() else f"UTC{local:%z}"
