"""Schedules of systemd (OnCalendar, systemd.time(7)) as cron lines, where a cron line can say them."""

import re

_SHORTHANDS = {
    "minutely": "* * * * *", "hourly": "0 * * * *", "daily": "0 0 * * *", "weekly": "0 0 * * 1",
    "monthly": "0 0 1 * *", "quarterly": "0 0 1 1,4,7,10 *", "semiannually": "0 0 1 1,7 *",
    "yearly": "0 0 1 1 *", "annually": "0 0 1 1 *",
}  # fmt: skip
_DAYS = {name: number for number, name in enumerate(("mon", "tue", "wed", "thu", "fri", "sat", "sun"), start=1)}
_DATE = re.compile(r"(?:\*-)?([0-9*,./]+)-([0-9*,./]+)")  # of any year
_TIME = re.compile(r"([0-9*,./]+):([0-9*,./]+)(?::0?0)?")
_ZONE = re.compile(r"UTC|[A-Z][A-Za-z_]+/[A-Za-z_/+-]+")
_VALUE = re.compile(r"(?:\*|(\d{1,2})(?:\.\.(\d{1,2}))?)(?:/(\d{1,2}))?")


def cron_of(schedule: str) -> tuple[str, str] | None:
    """Return a cron line and the zone that stands at its end, if one does; None where no line says the same."""
    words, zone = schedule.split(), ""
    if "\n" in schedule.strip():  # several together
        return None
    if words and _ZONE.fullmatch(words[-1]):
        zone = words.pop()
    if len(words) == 1 and words[0].lower() in _SHORTHANDS:
        return _SHORTHANDS[words[0].lower()], zone
    days = _weekdays(words.pop(0)) if words and words[0][:1].isalpha() else "*"
    has_date = bool(words) and not _TIME.fullmatch(words[0])
    date = _DATE.fullmatch(words.pop(0)) if has_date else None
    month, day = (_field(date[1], 1), _field(date[2], 1)) if date else ("*", "*")
    time = _TIME.fullmatch(words.pop(0)) if words else None
    hour, minute = (_field(time[1], 0), _field(time[2], 0)) if time else ("0", "0")
    fields = (minute, hour, day, month, days)
    # With both a day of the month and one of the week, cron means either, and systemd both.
    says_nothing = not (time or date or days != "*")
    if words or says_nothing or (has_date and not date) or None in fields or (days != "*" and day != "*"):
        return None
    return " ".join(filter(None, fields)), zone


def _weekdays(text: str) -> str | None:
    found = []
    for piece in text.lower().split(","):
        first, dots, last = piece.partition("..")
        numbers = [
            _DAYS.get(name[:3] if name.endswith("day") else name) for name in ([first, last] if dots else [first])
        ]
        if None in numbers or (dots and str(numbers[0]) > str(numbers[1])):
            return None
        found.append("-".join(map(str, numbers)))
    return ",".join(found)


def _field(text: str, least: int) -> str | None:
    """Return hours, minutes, days or months as cron writes them. A step counts from where it begins."""
    found = []
    for piece in text.split(","):
        match = _VALUE.fullmatch(piece)
        if not match:
            return None
        first, last, step = match.groups()
        if first is None:
            found.append(f"*/{int(step)}" if step else "*")
        elif step:
            found.append(f"{int(first)}-{int(last)}/{int(step)}" if last else f"{int(first)}/{int(step)}")
        else:
            found.append(f"{int(first)}-{int(last)}" if last else str(int(first)))
    return ",".join(found)
