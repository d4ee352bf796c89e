"""The table of check results stays small, loses nothing, and may be tended twice."""

import threading
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection

from accounts.models import Plan
from monitors.core.states import State
from monitors.models import CheckBlock, CheckEvidence, CheckResult, Coverage, MonitorDay
from monitors.probes.base import ProbeResult, Reason
from monitors.services.dispatch import Check
from monitors.services.results import record
from monitors.services.upkeep import DAYS_AHEAD, keep_results, partitions, prune
from tests.factories import MonitorFactory

NOON = datetime(2026, 3, 29, 12, tzinfo=UTC)
DAY = timedelta(days=1)
UP, DOWN, BLIND = State.OPERATIONAL, State.MAJOR_OUTAGE, State.UNKNOWN


def check(monitor, state, at, us=1000):
    reason = {UP: Reason.OK, DOWN: Reason.STATUS, BLIND: Reason.BLOCKED}[state]
    slot = Check(monitor.id, 0, at, "http", monitor.target, {}, 10)
    record([(slot, ProbeResult(state, reason, us))], now=at)


def in_default():
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM ONLY monitors_checkresult_default")
        return cursor.fetchone()[0]


@pytest.mark.django_db
def test_days_are_made_ahead_and_take_over_what_the_default_partition_held():
    monitor = MonitorFactory()
    check(monitor, UP, NOON)
    assert in_default() == 1
    keep_results(now=NOON)
    assert partitions() == {date(2026, 3, 29) + DAY * offset for offset in range(DAYS_AHEAD + 1)}
    check(monitor, DOWN, NOON + timedelta(minutes=1))
    assert (in_default(), CheckResult.objects.count()) == (0, 2)


@pytest.mark.django_db
def test_tending_twice_changes_nothing():
    monitor = MonitorFactory()
    check(monitor, UP, NOON)
    for _ in range(2):
        keep_results(now=NOON)
        prune(now=NOON)
        assert (len(partitions()), CheckResult.objects.count()) == (DAYS_AHEAD + 1, 1)


@pytest.mark.django_db
def test_a_day_is_packed_before_it_is_dropped_even_long_after():
    monitor = MonitorFactory()
    keep_results(now=NOON)
    for minute, (state, us) in enumerate([(UP, 1000), (DOWN, 5000), (BLIND, 1), (UP, 3000)]):
        check(monitor, state, NOON + timedelta(minutes=minute), us)
    check(monitor, UP, NOON + 10 * DAY)  # falls into the default partition
    keep_results(now=NOON + 30 * DAY)
    days = list(MonitorDay.objects.order_by("day").values_list("day", "checks", "failed", "sum_us", "max_us"))
    assert days == [(NOON.date(), 3, 1, 4000, 3000), ((NOON + 10 * DAY).date(), 1, 0, 1000, 1000)]
    assert CheckResult.objects.count() == 0
    assert min(partitions()) == (NOON + 30 * DAY).date()


@pytest.mark.django_db
def test_a_day_that_cannot_be_packed_is_not_dropped(monkeypatch):
    keep_results(now=NOON)
    check(MonitorFactory(), UP, NOON)
    monkeypatch.setattr("monitors.services.storage.pack_hour", lambda hour, now: False)  # another is at it
    keep_results(now=NOON + 30 * DAY)
    assert CheckResult.objects.count() == 1


@pytest.mark.django_db
def test_the_results_of_the_last_days_stay():
    monitor = MonitorFactory()
    for days in range(5):
        check(monitor, UP, NOON - days * DAY)
    keep_results(now=NOON)
    assert CheckResult.objects.count() == 3  # today and CHECK_RESULTS_KEEP_DAYS before


@pytest.mark.django_db
def test_old_evidence_and_coverage_are_forgotten():
    monitor = MonitorFactory()
    for age in (89, 91):
        CheckEvidence.objects.create(monitor=monitor, at=NOON - age * DAY, reason="status")
    for age in (399, 401):
        Coverage.objects.create(ref="monitor:1", began_at=NOON - 500 * DAY, ended_at=NOON - age * DAY)
    prune(now=NOON)
    assert (CheckEvidence.objects.count(), Coverage.objects.count()) == (1, 1)


@pytest.mark.django_db
@pytest.mark.parametrize(("plan_days", "kept"), [(None, 90), (30, 30), (365, 365)])
def test_packed_checks_are_kept_for_as_long_as_the_plan_says(plan_days, kept):
    plan = Plan.objects.create(name="Any", checks_kept_days=plan_days)
    monitor = MonitorFactory(organization__plan=plan)
    for age in (kept - 1, kept + 1):
        CheckBlock.objects.create(
            monitor_id=monitor.id, hour=NOON - age * DAY, checks=0, failed=0, sum_us=0, max_us=0, packed=b""
        )
    prune(now=NOON)
    assert [block.hour for block in CheckBlock.objects.all()] == [NOON - (kept - 1) * DAY]


@pytest.mark.django_db(transaction=True)
def test_two_at_once_make_each_partition_once():
    def work():
        keep_results(now=NOON)
        connection.close()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    keep_results(now=NOON)
    assert len(partitions()) == DAYS_AHEAD + 1
    with connection.cursor() as cursor:  # the table is no model's, so no test's end empties it
        for day in partitions():
            cursor.execute(f"DROP TABLE monitors_checkresult_{day:%Y%m%d}")
