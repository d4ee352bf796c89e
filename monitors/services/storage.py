"""Pack each closed hour of check results, once, and sum up each closed day.

An hour is closed GRACE after its end. Everything here may run twice, or on two machines at once: an hour is
packed in one transaction that holds the lock, and packing it again gives the same. A result that comes
later than that opens its hour again (`reopen`); the next run packs it anew, together with what is packed.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from itertools import groupby, islice
from operator import itemgetter

from django.db import connection, transaction
from django.db.models import F, Q

from monitors.core.blocks import Packed, pack, unpack
from monitors.core.histogram import add_up, percentile
from monitors.core.sums import Sums, sums_of, together
from monitors.core.windows import Span, covers
from monitors.models import CheckBlock, Monitor, MonitorDay, MonitorHour, PackedHour
from monitors.queries.windows import planned_spans

GRACE = timedelta(minutes=10)  # far longer than a check may take, its lease included
HOUR = timedelta(hours=1)
_LOCK = 0x5357_4842  # "SWHB": any number, as long as nobody else takes it
BASELINE_CHECKS = 500  # good ones of a week, before we know what is usual
_BATCH = 500  # monitors per statement

_RESULTS = """
    SELECT monitor_id, region, (extract(epoch FROM slot - %(hour)s) * 1000000)::bigint, state, reason, total_us,
        dns, connect, tls, first_byte, transfer
    FROM monitors_checkresult
    WHERE slot >= %(hour)s AND slot < %(hour)s + interval '1 hour'
      AND EXISTS (SELECT FROM monitors_monitor WHERE id = monitor_id)
    ORDER BY monitor_id
"""

_PUT_BLOCKS = """
    INSERT INTO monitors_checkblock (monitor_id, hour, region, checks, failed, sum_us, max_us, packed)
    SELECT * FROM unnest(%s::int[], %s::timestamptz[], %s::int[], %s::int[], %s::int[], %s::bigint[], %s::int[], %s::bytea[])
    ON CONFLICT (monitor_id, hour, region) DO UPDATE SET checks = excluded.checks, failed = excluded.failed,
        sum_us = excluded.sum_us, max_us = excluded.max_us, packed = excluded.packed
"""

_PUT_HOURS = """
    INSERT INTO monitors_monitorhour (monitor_id, hour, checks, failed, planned, sum_us, max_us, histogram)
    SELECT * FROM unnest(%s::int[], %s::timestamptz[], %s::int[], %s::int[], %s::int[], %s::bigint[], %s::int[], %s::bytea[])
    ON CONFLICT (monitor_id, hour) DO UPDATE SET checks = excluded.checks, failed = excluded.failed,
        planned = excluded.planned, sum_us = excluded.sum_us, max_us = excluded.max_us, histogram = excluded.histogram
"""

_PUT_BASELINES = """
    UPDATE monitors_monitor AS monitor SET baseline_us = learnt.baseline_us
    FROM unnest(%s::bigint[], %s::int[]) AS learnt (id, baseline_us) WHERE monitor.id = learnt.id
"""


def pack_closed_hours(*, now: datetime) -> int:
    """Pack every closed hour that is not packed yet, oldest first; return how many this run packed."""
    return sum(pack_hour(hour, now=now) for hour in open_hours(now=now) if hour + HOUR + GRACE <= now)


def open_hours(*, now: datetime) -> list[datetime]:
    """Return the hours from the oldest result to this one that are not packed, oldest first."""
    oldest = _oldest_result(now)
    if oldest is None:
        return []
    first = midnight(oldest.astimezone(UTC).date())  # a day counts as complete with all its hours
    packed = set(PackedHour.objects.filter(hour__gte=first).values_list("hour", flat=True))
    hours = (first + n * HOUR for n in range((now - first) // HOUR + 1))
    return [hour for hour in hours if hour not in packed]


@transaction.atomic
def pack_hour(hour: datetime, *, now: datetime) -> bool:
    """Pack one hour, and its day if that is complete; False if it is packed, or another process is packing."""
    with connection.cursor() as cursor:
        # One at a time: two that pack the last hours of a day would each miss the other's.
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [_LOCK])
        if cursor.fetchone() != (True,):
            return False
    if PackedHour.objects.filter(hour=hour).exists():
        return False
    planned = planned_spans(hour, hour + HOUR)
    before = _packed_before(hour)
    checks = 0
    monitors = _by_monitor(hour, before)
    while batch := list(islice(monitors, _BATCH)):
        checks += _write(hour, batch, planned)
    PackedHour.objects.create(hour=hour, packed_at=now, checks=checks)
    day = hour.date()
    if PackedHour.objects.filter(hour__gte=midnight(day), hour__lt=midnight(day) + timedelta(days=1)).count() == 24:
        sum_up_day(day)
        if not MonitorDay.objects.filter(day__gt=day).exists():  # an old day that is packed again teaches nothing
            learn_baselines(day)
    return True


def reopen(slots: Iterable[datetime], *, now: datetime) -> None:
    """Let hours that got a result after they were packed be packed again."""
    if late := {hour_of(slot) for slot in slots if hour_of(slot) + HOUR + GRACE <= now}:
        PackedHour.objects.filter(hour__in=late).delete()


def sum_up_day(day: date) -> None:
    """Write a day of every monitor from its hours."""
    hours = MonitorHour.objects.filter(hour__gte=midnight(day), hour__lt=midnight(day) + timedelta(days=1))
    hours = hours.filter(monitor_id__in=Monitor.objects.values("id"))
    columns = ("monitor_id", "checks", "failed", "planned", "sum_us", "max_us", "histogram")
    rows = groupby(hours.order_by("monitor_id").values_list(*columns).iterator(), key=itemgetter(0))
    days = (
        MonitorDay(monitor_id=monitor_id, day=day, **together([Sums(*row[1:]) for row in hours_of])._asdict())
        for monitor_id, hours_of in rows
    )
    while batch := list(islice(days, _BATCH)):
        MonitorDay.objects.bulk_create(
            batch, update_conflicts=True, unique_fields=["monitor", "day"], update_fields=columns[1:]
        )


def learn_baselines(day: date) -> None:
    """Write what is usual for each monitor: the p95 of its good checks of the week that ends with `day`.

    Of one that was given another target, only of the days after that.
    """
    week = MonitorDay.objects.filter(day__gt=day - timedelta(days=7), day__lte=day).order_by("monitor_id")
    week = week.filter(Q(monitor__retargeted_at=None) | Q(day__gt=F("monitor__retargeted_at__date")))
    rows = week.values_list("monitor_id", "histogram").iterator()
    learnt = ((id_, add_up(bytes(row[1]) for row in days)) for id_, days in groupby(rows, key=itemgetter(0)))
    known = ((id_, percentile(bins, 0.95)) for id_, bins in learnt if bins.total() >= BASELINE_CHECKS)
    while batch := list(islice(known, _BATCH)):
        with connection.cursor() as cursor:
            cursor.execute(_PUT_BASELINES, [list(column) for column in zip(*batch, strict=True)])


def hour_of(at: datetime) -> datetime:
    return at.astimezone(UTC).replace(minute=0, second=0, microsecond=0)


def midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)


def _oldest_result(now: datetime) -> datetime | None:
    """Return a time at or before the oldest result, without reading them: where the oldest partition begins."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT least((SELECT min(slot) FROM ONLY monitors_checkresult_default), (SELECT min("
            " to_date(substring(relname FROM '\\d{8}$'), 'YYYYMMDD')::timestamp AT TIME ZONE 'UTC')"
            " FROM pg_inherits JOIN pg_class ON oid = inhrelid"
            " WHERE inhparent = 'monitors_checkresult'::regclass AND relname ~ '\\d{8}$'))"
        )
        oldest: datetime | None = cursor.fetchone()[0]
    return None if oldest is None or oldest > now else oldest


def _packed_before(hour: datetime) -> Mapping[int, Sequence[tuple[int, bytes]]]:
    """Return {monitor: [(region, block)]} of an hour that is packed again."""
    found: dict[int, list[tuple[int, bytes]]] = {}
    for monitor_id, region, block in CheckBlock.objects.filter(hour=hour).values_list("monitor_id", "region", "packed"):
        found.setdefault(monitor_id, []).append((region, bytes(block)))
    return found


Hours = tuple[int, dict[int, dict[int, Packed]]]  # a monitor's checks: {region: {offset: check}}


def _by_monitor(hour: datetime, before: Mapping[int, Sequence[tuple[int, bytes]]]) -> Iterator[Hours]:
    """Give each monitor's checks of an hour: the stored ones, and those that were packed before."""
    with connection.chunked_cursor() as cursor:
        cursor.execute(_RESULTS, {"hour": hour})
        for monitor_id, rows in groupby(cursor, key=itemgetter(0)):
            regions: dict[int, dict[int, Packed]] = {}
            for region, block in before.get(monitor_id, ()):
                regions[region] = {check.offset_us: check for check in unpack(block)}
            for _, region, *row in rows:
                regions.setdefault(region, {})[row[0]] = Packed(*row)
            yield monitor_id, regions


def _write(hour: datetime, monitors: Sequence[Hours], planned: Mapping[int, Sequence[Span]]) -> int:
    """Store blocks and sums of some monitors; return how many checks they hold."""
    blocks, hours, stored = [], [], 0
    for monitor_id, regions in monitors:
        windows = planned.get(monitor_id, ())
        everything = [check for checks in regions.values() for check in checks.values()]
        for region, checks in regions.items():
            sums = sums_of(checks.values(), is_planned=[False] * len(checks))
            block = pack(checks.values())
            blocks.append((monitor_id, hour, region, len(checks), sums.failed, sums.sum_us, sums.max_us, block))
        during = [bool(windows) and covers(windows, hour + timedelta(microseconds=c.offset_us)) for c in everything]
        hours.append((monitor_id, hour, *sums_of(everything, is_planned=during)))
        stored += len(everything)
    with connection.cursor() as cursor:
        cursor.execute(_PUT_BLOCKS, [list(column) for column in zip(*blocks, strict=True)])
        cursor.execute(_PUT_HOURS, [list(column) for column in zip(*hours, strict=True)])
    return stored
