"""What a monitor's checks came to, wherever they are kept: rows for two days, packed hours, sums of hours and days.

Nobody else asks where. Hours are packed oldest first, so what is younger than a monitor's last packed hour is
in the rows; likewise what is younger than its last day is in its hours. A gap stays a gap.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import groupby
from typing import NamedTuple

from django.db import connection
from django.db.models import Max

from monitors.core.blocks import Packed, phase_sums, unpack
from monitors.core.phases import PHASES, PhaseSums
from monitors.core.states import State
from monitors.core.sums import Sums, sums_of, together
from monitors.core.windows import Span, covers
from monitors.models import CheckBlock, MonitorDay, MonitorHour, PackedHour
from monitors.queries.windows import planned_spans

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
_SUMS = ("checks", "failed", "planned", "sum_us", "max_us", "histogram")
_ROWS = """
    SELECT slot, region, state, reason, total_us, dns, connect, tls, first_byte, transfer
    FROM monitors_checkresult WHERE monitor_id = %s AND slot >= %s AND slot <= %s ORDER BY slot
"""
_HOURS = """
    SELECT monitor_id, (hour AT TIME ZONE 'UTC')::date AS day, sum(checks)::int, sum(failed)::int FROM monitors_monitorhour
    WHERE monitor_id = ANY(%s) AND hour >= %s GROUP BY 1, 2
"""
_RECENT = """
    SELECT monitor_id, (slot AT TIME ZONE 'UTC')::date, count(*), count(*) FILTER (WHERE state >= 3)
    FROM monitors_checkresult
    WHERE monitor_id = ANY(%s) AND slot >= %s AND slot <= %s AND state >= 0 GROUP BY 1, 2
"""


class Checked(NamedTuple):
    """A check as it was: when, from which region, and what came of it."""

    at: datetime
    region: int
    check: Packed


@dataclass(frozen=True, slots=True)
class Stretch:
    """What the checks from `start` on, for `length`, came to."""

    start: datetime
    length: timedelta
    sums: Sums


class DayBar(NamedTuple):
    """One day of one monitor: `failed` of `checks`; 0 checks is no data."""

    day: date
    checks: int
    failed: int


def timeline(monitor_id: int, *, start: datetime, end: datetime, region: int | None = None) -> list[Checked]:
    """Return every check, or those from one region, from `start` to `end`, both included, earliest first. Two queries."""
    found: list[Checked] = []
    rows_from = start
    blocks = CheckBlock.objects.filter(monitor_id=monitor_id, hour__gte=_hour(start), hour__lte=end).order_by("hour")
    blocks = blocks if region is None else blocks.filter(region=region)
    for hour, place, packed in blocks.values_list("hour", "region", "packed"):
        found.extend(_checked(hour, place, unpack(bytes(packed))))
        rows_from = max(rows_from, hour + HOUR)
    with connection.cursor() as cursor:
        cursor.execute(_ROWS, [monitor_id, rows_from, end])
        rows = ((at, place, rest) for at, place, *rest in cursor.fetchall() if region in (None, place))
        found.extend(Checked(at, place, Packed(0, *rest)) for at, place, rest in rows)
    return sorted((checked for checked in found if start <= checked.at <= end), key=lambda checked: checked.at)


def phases_by_hour(monitor_id: int, *, start: datetime, end: datetime) -> list[tuple[datetime, PhaseSums]]:
    """Return what the phases came to in each hour from that of `start` on that is packed, by region. One query."""
    blocks = CheckBlock.objects.filter(monitor_id=monitor_id, hour__gte=_hour(start), hour__lt=end).order_by("hour")
    return [(hour, phase_sums(bytes(packed))) for hour, packed in blocks.values_list("hour", "packed")]


def phases_in(checks: Iterable[Checked]) -> PhaseSums:
    """Add up the phases of the good ones among these checks."""
    good = [one.check for one in checks if State.UNKNOWN < one.check.state < State.PARTIAL_OUTAGE]
    return PhaseSums(len(good), *(sum(getattr(check, phase) for check in good) for phase in PHASES))


def stretches(monitor_id: int, *, start: datetime, now: datetime) -> list[Stretch]:
    """Return what a monitor's checks came to since the day of `start`: in days, then hours, then what is newer.

    Five queries. Days are UTC; stretches without a check are left out.
    """
    found: list[Stretch] = []
    newer_than = _midnight(start.astimezone(UTC).date())
    for day, sums in _days(monitor_id, newer_than.date()):
        found.append(Stretch(_midnight(day), DAY, sums))
        newer_than = _midnight(day) + DAY
    hours = MonitorHour.objects.filter(monitor_id=monitor_id, hour__gte=newer_than, hour__lte=now).order_by("hour")
    for hour, *sums in hours.values_list("hour", *_SUMS):
        found.append(Stretch(hour, HOUR, Sums(*sums)))
        newer_than = hour + HOUR
    rows = timeline(monitor_id, start=newer_than, end=now)
    windows = planned_spans(newer_than, now, monitor_ids=[monitor_id]).get(monitor_id, ())
    recent = sums_in(rows, windows)
    if recent.checks or recent.planned:
        began = max(newer_than, _hour(rows[0].at))  # not where the last packed hour ended, which may be long ago
        found.append(Stretch(began, now - began, recent))
    return found


def total(parts: Iterable[Stretch], *, since: datetime) -> Sums:
    """Add up the stretches that begin at `since` or later."""
    return together([part.sums for part in parts if part.start >= since])


def sums_in(checks: Sequence[Checked], windows: Sequence[Span]) -> Sums:
    """Add up checks; those within `windows` are planned."""
    return sums_of(
        [checked.check for checked in checks],
        is_planned=[bool(windows) and covers(windows, checked.at) for checked in checks],
    )


def day_bars(monitor_ids: Collection[int], *, days: int, now: datetime) -> dict[int, list[DayBar]]:
    """Return the last `days` of each monitor, oldest first, today last.

    Five queries, however many monitors, and one for each that is in a maintenance window.
    """
    today = now.astimezone(UTC).date()
    first = today - timedelta(days=days - 1)
    found: dict[int, dict[date, DayBar]] = {id_: {} for id_ in monitor_ids}
    kept = MonitorDay.objects.filter(monitor_id__in=monitor_ids, day__gte=first)
    for monitor_id, day, checks, failed in kept.values_list("monitor_id", "day", "checks", "failed"):
        found[monitor_id][day] = DayBar(day, checks, failed)
    summed = {id_: max(bars, default=first - DAY) for id_, bars in found.items()}
    with connection.cursor() as cursor:
        cursor.execute(_HOURS, [list(monitor_ids), _midnight(today - 2 * DAY)])
        newer = [row for row in cursor.fetchall() if row[1] > summed[row[0]]]
    for monitor_id, day, checks, failed in (*newer, *_unpacked(monitor_ids, now)):
        before = found[monitor_id].get(day, DayBar(day, 0, 0))
        found[monitor_id][day] = DayBar(day, before.checks + checks, before.failed + failed)
    nothing = [DayBar(first + timedelta(days=n), 0, 0) for n in range(days)]
    return {id_: [bars.get(bar.day, bar) for bar in nothing] for id_, bars in found.items()}


def _unpacked(monitor_ids: Collection[int], now: datetime) -> list[tuple[int, date, int, int]]:
    """Count the checks since the last packed hour: [(monitor, day, checks, failed)]."""
    packed = PackedHour.objects.aggregate(last=Max("hour"))["last"]
    since = max(packed + HOUR, now - 2 * DAY) if packed else now - 2 * DAY
    planned = planned_spans(since, now, monitor_ids=monitor_ids)
    with connection.cursor() as cursor:
        cursor.execute(_RECENT, [[id_ for id_ in monitor_ids if id_ not in planned], since, now])
        counts: list[tuple[int, date, int, int]] = cursor.fetchall()
    for id_, windows in planned.items():  # few: their checks are looked at one by one
        for day, checks in groupby(timeline(id_, start=since, end=now), key=lambda c: c.at.astimezone(UTC).date()):
            sums = sums_in(list(checks), windows)
            counts.append((id_, day, sums.checks, sums.failed))
    return counts


def _days(monitor_id: int, first: date) -> Iterable[tuple[date, Sums]]:
    rows = MonitorDay.objects.filter(monitor_id=monitor_id, day__gte=first).order_by("day")
    return ((day, Sums(*sums)) for day, *sums in rows.values_list("day", *_SUMS))


def _checked(hour: datetime, region: int, checks: Iterable[Packed]) -> Iterable[Checked]:
    return (Checked(hour + timedelta(microseconds=check.offset_us), region, check) for check in checks)


def _hour(at: datetime) -> datetime:
    return at.astimezone(UTC).replace(minute=0, second=0, microsecond=0)


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)
