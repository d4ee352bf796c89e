"""Each closed hour is packed once, loses nothing, and tells the same as its results did."""

import threading
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection

from monitors.core.blocks import Packed, unpack
from monitors.core.histogram import add_up, bins_of, encode
from monitors.core.states import State
from monitors.models import CheckBlock, MaintenanceWindow, MonitorDay, MonitorHour, PackedHour
from monitors.services.storage import (
    BASELINE_CHECKS,
    GRACE,
    learn_baselines,
    open_hours,
    pack_closed_hours,
    pack_hour,
    reopen,
    sum_up_day,
)
from tests.factories import MonitorFactory

NOON = datetime(2026, 3, 29, 12, tzinfo=UTC)
MIDNIGHT = NOON.replace(hour=0)
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
CLOSED = NOON + HOUR + GRACE
UP, SLOW, DOWN, BLIND = State.OPERATIONAL, State.DEGRADED, State.MAJOR_OUTAGE, State.UNKNOWN
STORE = "INSERT INTO monitors_checkresult VALUES (%s, %s, %s, %s, %s, 1, 2, 3, 4, 5, %s)"


def store(monitor, *checks, region=0):
    with connection.cursor() as cursor:
        cursor.executemany(STORE, [(monitor.id, at, state, 0, us, region) for at, state, us in checks])


def drop_results():
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM monitors_checkresult")


def sums(row):
    return row.checks, row.failed, row.planned, row.sum_us, row.max_us


@pytest.mark.django_db
def test_a_closed_hour_becomes_a_block_and_sums():
    monitor = MonitorFactory()
    checks = [(UP, 1000), (DOWN, 9000), (BLIND, 7), (SLOW, 3000)]
    store(monitor, *((NOON + n * MINUTE, state, us) for n, (state, us) in enumerate(checks)))
    pack_closed_hours(now=CLOSED)
    block, hour = CheckBlock.objects.get(), MonitorHour.objects.get()
    assert unpack(bytes(block.packed)) == [
        Packed(n * 60_000_000, state, 0, us, 1, 2, 3, 4, 5) for n, (state, us) in enumerate(checks)
    ]
    assert (block.checks, block.failed, block.sum_us, block.max_us) == (4, 1, 4000, 3000)
    assert sums(hour) == (3, 1, 0, 4000, 3000)
    assert add_up([bytes(hour.histogram)]) == bins_of([1000, 3000])


@pytest.mark.django_db
def test_an_hour_is_packed_only_when_it_is_over_and_once():
    store(MonitorFactory(), (NOON, UP, 1))
    assert pack_closed_hours(now=CLOSED - MINUTE) == 12  # the empty hours since midnight
    assert pack_closed_hours(now=CLOSED) == 1
    assert pack_closed_hours(now=CLOSED) == 0
    assert PackedHour.objects.get(hour=NOON).checks == 1


@pytest.mark.django_db
def test_packing_an_hour_twice_changes_nothing():
    store(MonitorFactory(), (NOON, UP, 1), (NOON + MINUTE, DOWN, 2))
    seen = []
    for _ in range(2):
        reopen([NOON], now=CLOSED)
        assert pack_hour(NOON, now=CLOSED)
        seen.append((list(CheckBlock.objects.values()), list(MonitorHour.objects.values())))
    assert seen[0] == seen[1]


@pytest.mark.django_db
def test_hours_without_a_check_leave_nothing_but_the_word_that_they_are_done():
    store(MonitorFactory(), (NOON, UP, 1), (NOON + 3 * HOUR, UP, 1))
    pack_closed_hours(now=NOON + 5 * HOUR)
    assert [block.hour for block in CheckBlock.objects.order_by("hour")] == [NOON, NOON + 3 * HOUR]
    assert open_hours(now=NOON + 5 * HOUR) == [NOON + 4 * HOUR, NOON + 5 * HOUR]


@pytest.mark.django_db
@pytest.mark.parametrize("are_results_gone", [False, True])
def test_a_late_result_is_packed_with_what_is_packed_already(are_results_gone):
    monitor, other = MonitorFactory.create_batch(2)
    store(monitor, (NOON, UP, 1))
    store(other, (NOON, UP, 1))
    pack_closed_hours(now=CLOSED)
    if are_results_gone:
        drop_results()
    late = NOON + 59 * MINUTE
    store(monitor, (late, DOWN, 2))
    reopen([late], now=CLOSED)
    pack_hour(NOON, now=CLOSED)
    assert sorted(MonitorHour.objects.values_list("monitor_id", "checks", "failed")) == [
        (monitor.id, 2, 1), (other.id, 1, 0)
    ]  # fmt: skip


@pytest.mark.django_db
def test_a_result_in_time_opens_nothing():
    pack_hour(NOON, now=CLOSED)
    reopen([NOON], now=CLOSED - MINUTE)
    assert PackedHour.objects.count() == 1


@pytest.mark.django_db
def test_what_was_planned_leaves_the_sums_and_stays_in_the_block():
    monitor = MonitorFactory()
    window = MaintenanceWindow.objects.create(
        organization=monitor.organization, name="Move", starts_on_wall="2026-03-29T12:10", time_zone="UTC",
        minutes=10, created_at=NOON - HOUR,
    )  # fmt: skip
    window.monitors.add(monitor)
    store(monitor, *((NOON + n * MINUTE, DOWN, 5) for n in (9, 10, 19, 20)))
    pack_closed_hours(now=CLOSED)
    assert (CheckBlock.objects.get().failed, sums(MonitorHour.objects.get())) == (4, (2, 2, 2, 0, 0))


@pytest.mark.django_db
def test_regions_have_blocks_of_their_own_and_one_hour_together():
    monitor = MonitorFactory()
    for region in (0, 2):
        store(monitor, (NOON, UP, 1000), region=region)
    pack_closed_hours(now=CLOSED)
    assert sorted(CheckBlock.objects.values_list("region", "checks")) == [(0, 1), (2, 1)]
    assert MonitorHour.objects.get().checks == 2


@pytest.mark.django_db
def test_a_day_is_summed_up_when_its_last_hour_is_packed_and_again_when_one_is_packed_again():
    monitor = MonitorFactory()
    store(monitor, (MIDNIGHT, UP, 1000), (NOON, DOWN, 1), (MIDNIGHT + 23 * HOUR, UP, 5000))
    pack_closed_hours(now=MIDNIGHT + 24 * HOUR)
    assert MonitorDay.objects.count() == 0
    pack_closed_hours(now=MIDNIGHT + 24 * HOUR + GRACE)
    assert sums(MonitorDay.objects.get()) == (3, 1, 0, 6000, 5000)
    store(monitor, (NOON + MINUTE, UP, 9000))
    reopen([NOON], now=MIDNIGHT + 25 * HOUR)
    pack_closed_hours(now=MIDNIGHT + 25 * HOUR)
    assert sums(MonitorDay.objects.get()) == (4, 1, 0, 15000, 9000)
    assert add_up([bytes(MonitorDay.objects.get().histogram)]) == bins_of([1000, 5000, 9000])


@pytest.mark.django_db
def test_what_was_usual_of_another_target_is_forgotten():
    monitor = MonitorFactory(retargeted_at=NOON - timedelta(days=2))
    for ago, usual in [(0, 200_000), (1, 200_000), (2, 900_000), (3, 900_000)]:
        MonitorDay.objects.create(
            monitor=monitor, day=NOON.date() - timedelta(days=ago), checks=500, failed=0, sum_us=0, max_us=0,
            histogram=encode(bins_of([usual] * 500)),
        )  # fmt: skip
    learn_baselines(NOON.date())
    monitor.refresh_from_db()
    assert monitor.baseline_us == pytest.approx(200_000, rel=0.01)


@pytest.mark.django_db
def test_what_is_usual_is_learnt_from_the_good_checks_of_a_week():
    known, fresh = MonitorFactory.create_batch(2)
    for ago in range(9):
        slow = 9_000_000 if ago > 6 else 200_000  # the days before the last week say nothing
        MonitorDay.objects.create(
            monitor=known, day=NOON.date() - timedelta(days=ago), checks=100, failed=0, sum_us=0, max_us=0,
            histogram=encode(bins_of([100_000] * 90 + [slow] * 10)),
        )  # fmt: skip
    MonitorDay.objects.create(
        monitor=fresh, day=NOON.date(), checks=BASELINE_CHECKS - 1, failed=0, sum_us=0, max_us=0,
        histogram=encode(bins_of([100_000] * (BASELINE_CHECKS - 1))),
    )  # fmt: skip
    learn_baselines(NOON.date())
    known.refresh_from_db()
    fresh.refresh_from_db()
    assert known.baseline_us == pytest.approx(200_000, rel=0.01)
    assert fresh.baseline_us is None


@pytest.mark.django_db
def test_what_a_removed_monitor_saw_is_left_out():
    monitor = MonitorFactory()
    store(monitor, (NOON, UP, 1))
    pack_hour(NOON, now=CLOSED)
    type(monitor).objects.filter(id=monitor.id).delete()
    store(monitor, (NOON + HOUR, UP, 1))
    pack_hour(NOON + HOUR, now=CLOSED + HOUR)
    sum_up_day(NOON.date())
    assert (CheckBlock.objects.count(), MonitorDay.objects.count()) == (1, 0)


@pytest.mark.django_db(transaction=True)
def test_two_that_pack_at_once_pack_each_hour_once():
    store(MonitorFactory(), *((MIDNIGHT + n * HOUR, UP, 1) for n in range(24)))
    packed = []

    def work():
        packed.append(pack_closed_hours(now=MIDNIGHT + 25 * HOUR))
        connection.close()

    threads = [threading.Thread(target=work) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    pack_closed_hours(now=MIDNIGHT + 25 * HOUR)
    assert (CheckBlock.objects.count(), MonitorDay.objects.get().checks) == (24, 24)
    drop_results()  # the table is no model's, so no test's end empties it
