"""When a job should report: every so often, or as a cron line says in a time zone."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from itertools import islice
from zoneinfo import available_timezones

from cronsim import CronSim, CronSimError

from kit.zones import zone_named

DAY_S = 86_400
EARLY = timedelta(minutes=1)  # before its due time, a report is of a job whose clock is fast
_SPAN = re.compile(r"(\d{1,8})\s*([smhd])")
_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": DAY_S}
_NICKNAMES = {
    "@hourly": "0 * * * *",
    "@daily": "0 0 * * *",
    "@midnight": "0 0 * * *",
    "@weekly": "0 0 * * 0",
    "@monthly": "0 0 1 * *",
    "@yearly": "0 0 1 1 *",
    "@annually": "0 0 1 1 *",
}
_RARE_DAYS = re.compile(r"\d{1,2}W|L-\d+", re.IGNORECASE)
_LEAST_APART = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Schedule:
    """When a job should report: every `period_s` seconds, or as `cron` says in `zone`; each with some grace."""

    period_s: int
    grace_s: int
    cron: str = ""
    zone: str = "UTC"
    longest_s: int | None = None

    @classmethod
    def of(cls, options: Mapping[str, object]) -> "Schedule":
        longest = str(options.get("longest") or "")
        return cls(
            period_s=seconds(str(options.get("period") or "1d")),
            grace_s=seconds(str(options.get("grace") or "5m")),
            cron=str(options.get("cron") or ""),
            zone=str(options.get("zone") or "UTC"),
            longest_s=seconds(longest) if longest else None,
        )

    @property
    def run_s(self) -> int:
        """How many seconds a run may take whose start was reported."""
        return self.longest_s or self.grace_s

    def next_due(self, last_at: datetime, waits_from: datetime | None) -> datetime:
        """Return when the next report is due after the last; what was due until `waits_from` is let pass."""
        due = self.next_after(last_at)
        return self.next_after(waits_from) if waits_from and due <= waits_from else due

    def must_end_at(self, began_at: datetime, waits_from: datetime | None) -> datetime:
        return max(filter(None, (began_at, waits_from))) + timedelta(seconds=self.run_s)

    def next_after(self, at: datetime) -> datetime:
        """Return when the next report is due after one at `at`, without the grace; in UTC.

        A report that comes up to a minute before its time, or half the way from the time before, counts for that time:
        clocks differ.
        """
        if not self.cron:
            return at + timedelta(seconds=self.period_s)
        turns = CronSim(self.cron, at.astimezone(zone_named(self.zone)))
        first, second = (turn.astimezone(UTC) for turn in islice(turns, 2))
        return second if first - at <= min(EARLY, (second - first) / 2) else first


def is_other_schedule(before: Mapping[str, object], after: Mapping[str, object]) -> bool:
    """Whether reports are due at other times, whatever the grace."""
    return any(before.get(name) != after.get(name) for name in ("period", "cron", "zone"))


def seconds(text: str) -> int:
    """Return "90m" in seconds. Raises ValueError."""
    match = _SPAN.fullmatch(text.strip().lower())
    found = int(match[1]) * _SECONDS[match[2]] if match else 0
    if not 10 <= found <= 400 * DAY_S:
        raise ValueError(f"{text[:20]!r} is no time. Write a number with s, m, h or d, as in 90m; at least 10s.")
    return found


def span_words(seconds_: int) -> str:
    unit = next((u for u in ("d", "h", "m") if seconds_ % _SECONDS[u] == 0), "s")
    return f"{seconds_ // _SECONDS[unit]} {unit}"


def cron_line(raw: str) -> str:
    """Return a cron line as it is stored, its nickname written out. Raises ValueError."""
    text = " ".join(raw.split())
    line = _NICKNAMES.get(text.lower(), text)
    try:
        first, second = islice(CronSim(line, datetime(2026, 1, 1, tzinfo=UTC)), 2)
    except (CronSimError, ValueError) as error:
        raise ValueError(f"{text[:60]!r} is no cron line that we can follow. {_advice(text, error)}") from error
    if second - first < _LEAST_APART:
        raise ValueError(
            f"{text[:60]!r} has a field for seconds. Write five fields; a job reports once a minute at most."
        )
    return line


def _advice(text: str, error: Exception) -> str:
    fields = text.split()
    if text.startswith("@"):
        return f"Of the nicknames, {', '.join(_NICKNAMES)} are known."
    if len(fields) != 5:
        return "Write five fields, as in 30 4 * * 1-5: minute, hour, day of the month, month, day of the week."
    if _RARE_DAYS.search(fields[2]):
        return "Of the days of the month, L (the last) and LW (the last weekday) are known."
    if "?" in text:
        return "Write * for ?."
    if not isinstance(error, CronSimError) or _is_readable([*fields[:3], "*", fields[4]]):
        return "No such day comes in these months."
    names = "Names are jan to dec and sun to sat; a range goes upwards, as in 1-5."
    return f"The {str(error).removeprefix('Bad ').replace('-', ' ')} cannot be read. {names}"


def _is_readable(fields: list[str]) -> bool:
    try:
        CronSim(" ".join(fields), datetime(2026, 1, 1, tzinfo=UTC))
    except CronSimError:
        return False
    return True


@lru_cache(maxsize=1)
def zones() -> dict[str, str]:
    """Return the names of time zones by themselves in small letters."""
    return {name.lower(): name for name in available_timezones()}
