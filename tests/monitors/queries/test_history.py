"""A monitor's history reads the same wherever its checks lie: in rows, in packed hours, or in days."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection

from monitors.core.states import State
from monitors.models import MaintenanceWindow
from monitors.queries.history import DAY, DayBar, day_bars, stretches, timeline, total
from monitors.services.storage import GRACE, pack_closed_hours
from tests.factories import MonitorFactory

pytestmark = pytest.mark.django_db
MIDNIGHT = datetime(2026, 3, 29, tzinfo=UTC)
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
UP, DOWN, BLIND = State.OPERATIONAL, State.MAJOR_OUTAGE, State.UNKNOWN
NOW = MIDNIGHT + 2 * DAY + 10 * HOUR + 30 * MINUTE


def store(monitor, *checks):
    with connection.cursor() as cursor:
        cursor.executemany(
            "INSERT INTO monitors_checkresult VALUES (%s, %s, %s, 0, %s, 0, 0, 0, 0, 0, 0)",
            [(monitor.id, at, state, us) for at, state, us in checks],
        )


def drop_rows(before):
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM monitors_checkresult WHERE slot < %s", [before])


@pytest.fixture
def monitor():
    """Checks every 20 minutes for two days and a half; one of six fails, none between 03:00 and 05:00."""
    monitor = MonitorFactory(interval_s=1200)
    times = [MIDNIGHT + n * 20 * MINUTE for n in range((NOW - MIDNIGHT) // (20 * MINUTE))]
    checks = [(at, DOWN if n % 6 == 5 else UP, 1000 + n) for n, at in enumerate(times) if not 3 <= at.hour < 5]
    store(monitor, *checks)
    monitor.checks = checks
    return monitor


def seen(monitor, start=MIDNIGHT, end=NOW):
    return [(c.at, c.check.state, c.check.total_us) for c in timeline(monitor.id, start=start, end=end)]


@pytest.mark.parametrize("packed_at", [None, MIDNIGHT + DAY + HOUR, NOW], ids=["rows", "a day and a bit", "all"])
def test_the_timeline_is_every_check_wherever_it_lies(monitor, packed_at):
    if packed_at:
        pack_closed_hours(now=packed_at)
        drop_rows(packed_at - HOUR - GRACE)
    assert seen(monitor) == monitor.checks
    since, until = NOW - DAY, NOW - HOUR
    assert seen(monitor, since, until) == [check for check in monitor.checks if since <= check[0] <= until]


@pytest.mark.parametrize("packed_at", [None, MIDNIGHT + DAY + HOUR, NOW], ids=["rows", "a day and a bit", "all"])
def test_sums_are_the_same_wherever_the_checks_lie(monitor, packed_at):
    if packed_at:
        pack_closed_hours(now=packed_at)
        drop_rows(packed_at - 2 * HOUR)
    for days in (3, 2):
        since = MIDNIGHT + (3 - days) * DAY
        mine = [check for check in monitor.checks if check[0] >= since]
        sums = total(stretches(monitor.id, start=since, now=NOW), since=since)
        failed = [check for check in mine if check[1] == DOWN]
        good = sorted(us for _, state, us in mine if state == UP)
        assert (sums.checks, sums.failed, sums.max_us) == (len(mine), len(failed), good[-1])
        assert sums.percentiles(0.5)[0] == pytest.approx(good[(len(good) - 1) // 2], rel=0.01)


def test_a_day_without_a_check_is_no_stretch_and_a_bar_without_checks():
    monitor = MonitorFactory()
    store(monitor, (MIDNIGHT, UP, 1), (MIDNIGHT + 2 * DAY, DOWN, 1))
    pack_closed_hours(now=NOW)
    assert [part.start for part in stretches(monitor.id, start=MIDNIGHT, now=NOW)] == [MIDNIGHT, MIDNIGHT + 2 * DAY]
    assert day_bars([monitor.id], days=4, now=NOW)[monitor.id] == [
        DayBar(date(2026, 3, 28), 0, 0), DayBar(date(2026, 3, 29), 1, 0), DayBar(date(2026, 3, 30), 0, 0),
        DayBar(date(2026, 3, 31), 1, 1),
    ]  # fmt: skip


@pytest.mark.parametrize("packed_at", [None, MIDNIGHT + DAY + 5 * MINUTE, MIDNIGHT + DAY + HOUR, NOW])
def test_bars_are_the_same_wherever_the_checks_lie(packed_at):
    monitor = MonitorFactory()
    store(monitor, *((MIDNIGHT + DAY + n * HOUR, DOWN if n == 30 else UP, 1) for n in range(34)))
    if packed_at:
        pack_closed_hours(now=packed_at)
    bars = day_bars([monitor.id], days=2, now=NOW)[monitor.id]
    assert bars == [DayBar(date(2026, 3, 30), 24, 0), DayBar(date(2026, 3, 31), 10, 1)]


@pytest.mark.parametrize("packed_at", [None, MIDNIGHT + DAY + 5 * MINUTE, MIDNIGHT + DAY + HOUR, NOW])
def test_planned_work_moves_no_check_to_another_day(packed_at):
    monitor = MonitorFactory()
    MaintenanceWindow.objects.create(
        organization=monitor.organization, name="Move", starts_on_wall="2026-03-30T22:30", time_zone="UTC",
        minutes=180, created_at=MIDNIGHT - DAY, is_for_all=True,
    )  # fmt: skip
    store(monitor, *((MIDNIGHT + DAY + n * HOUR, DOWN if n in (20, 23, 24) else UP, 1) for n in range(18, 34)))
    if packed_at:
        pack_closed_hours(now=packed_at)
    bars = day_bars([monitor.id], days=2, now=NOW)[monitor.id]
    assert bars == [DayBar(date(2026, 3, 30), 5, 1), DayBar(date(2026, 3, 31), 8, 0)]


@pytest.mark.parametrize("count", [1, 20])
def test_bars_of_many_take_as_many_queries_as_of_one(count, django_assert_num_queries):
    monitors = MonitorFactory.create_batch(count)
    with django_assert_num_queries(5):
        assert len(day_bars([monitor.id for monitor in monitors], days=90, now=NOW)) == count


@pytest.mark.parametrize("is_packed", [False, True])
def test_planned_work_leaves_every_sum(is_packed):
    monitor = MonitorFactory()
    MaintenanceWindow.objects.create(
        organization=monitor.organization, name="Move", starts_on_wall="2026-03-31T09:00", time_zone="UTC",
        minutes=60, created_at=MIDNIGHT, is_for_all=True,
    )  # fmt: skip
    store(monitor, *((NOW.replace(hour=9, minute=n), DOWN, 1) for n in (0, 30, 59)), (NOW - 10 * MINUTE, UP, 1))
    if is_packed:
        pack_closed_hours(now=NOW)
    sums = total(stretches(monitor.id, start=NOW, now=NOW), since=MIDNIGHT)
    assert (sums.checks, sums.failed, sums.planned) == (1, 0, 3)
    assert day_bars([monitor.id], days=1, now=NOW)[monitor.id] == [DayBar(NOW.date(), 1, 0)]


def test_what_was_our_own_fault_is_in_the_timeline_and_in_no_sum():
    monitor = MonitorFactory()
    store(monitor, (NOW - MINUTE, BLIND, 1))
    assert len(seen(monitor)) == 1
    assert stretches(monitor.id, start=MIDNIGHT, now=NOW) == []
