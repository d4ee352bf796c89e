"""A check that falls due is made once: claimed by one, taken by one, and again only when its worker is lost."""

import threading
from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection

from monitors.core.schedule import slot_after, slot_at
from monitors.models import Monitor
from monitors.services.dispatch import AHEAD_S, LEASE_MARGIN_S, claim_due, take
from tests.factories import MonitorFactory, OrganizationFactory, ScopeFactory

NOON = datetime(2026, 3, 29, 12, tzinfo=UTC)


def due(**fields):
    return MonitorFactory(**{"next_check_at": NOON} | fields)


@pytest.mark.django_db
@pytest.mark.parametrize("interval_s", [10, 60, 3600])
def test_the_next_check_is_at_the_next_slot(interval_s):
    monitor = due(interval_s=interval_s)
    (claim,) = claim_due(now=NOON)
    assert claim == (monitor.id, 1, NOON)
    monitor.refresh_from_db()
    assert monitor.next_check_at == slot_after(monitor.id, interval_s, NOON)
    assert monitor.leased_until == NOON + timedelta(seconds=monitor.timeout_s + LEASE_MARGIN_S)


@pytest.mark.django_db
def test_sql_and_python_agree_on_slots():
    organization, scope = OrganizationFactory(), ScopeFactory()
    for number, interval_s in enumerate([10, 30, 60, 86_400] * 10):
        late = NOON - timedelta(days=3)
        MonitorFactory(
            id=1 + number * 54_321_987,
            organization=organization,
            scope=scope,
            interval_s=interval_s,
            next_check_at=late,
        )
    claims = {claim.monitor_id: claim.slot for claim in claim_due(now=NOON)}
    assert claims == {m.id: slot_at(m.id, m.interval_s, NOON) for m in Monitor.objects.all()}


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("fields", "is_claimed"),
    [
        ({}, True),
        ({"next_check_at": NOON + timedelta(seconds=AHEAD_S)}, True),
        ({"next_check_at": NOON + timedelta(seconds=AHEAD_S, milliseconds=1)}, False),
        ({"is_paused": True}, False),
        ({"leased_until": NOON + timedelta(seconds=1)}, False),
        ({"leased_until": NOON, "next_check_at": NOON + timedelta(minutes=1)}, True),
        ({"leased_until": NOON, "is_paused": True}, False),
    ],
)
def test_what_is_claimed(fields, is_claimed):
    due(**fields)
    assert bool(claim_due(now=NOON)) == is_claimed


@pytest.mark.django_db
def test_a_long_overdue_monitor_is_checked_once_and_not_for_each_missed_slot():
    monitor = due(next_check_at=NOON - timedelta(hours=1), interval_s=60)
    (claim,) = claim_due(now=NOON)
    assert claim.slot == slot_at(monitor.id, 60, NOON)
    assert claim_due(now=NOON) == []


@pytest.mark.django_db
def test_a_lost_check_is_claimed_again_with_a_higher_fence():
    monitor = due(timeout_s=10)
    (lost,) = claim_due(now=NOON)
    lapse = NOON + timedelta(seconds=10 + LEASE_MARGIN_S)
    assert claim_due(now=lapse - timedelta(seconds=1)) == []
    (again,) = claim_due(now=lapse)
    assert (again.monitor_id, again.fence) == (monitor.id, lost.fence + 1)
    assert take([lost], now=lapse) == []
    assert [check.monitor_id for check in take([again], now=lapse)] == [monitor.id]


@pytest.mark.django_db
def test_a_message_that_comes_twice_is_taken_once():
    due()
    claims = claim_due(now=NOON)
    assert (len(take(claims, now=NOON)), len(take(claims, now=NOON))) == (1, 0)


@pytest.mark.django_db
def test_a_monitor_that_was_paused_meanwhile_is_not_taken():
    due()
    claims = claim_due(now=NOON)
    Monitor.objects.update(is_paused=True)
    assert take(claims, now=NOON) == []


@pytest.mark.django_db
def test_nothing_claimed_is_nothing_taken():
    assert take([], now=NOON) == []


@pytest.mark.django_db(transaction=True)
def test_eight_threads_claim_and_take_each_check_once():
    organization, scope = OrganizationFactory(), ScopeFactory()
    monitors = [due(organization=organization, scope=scope, interval_s=60) for _ in range(200)]
    taken, gate = Counter(), threading.Barrier(8)
    lock = threading.Lock()

    def work():
        gate.wait()
        for minute in range(3):
            now = NOON + timedelta(minutes=minute)
            claims = claim_due(now=now, limit=40)
            checks = take(claims, now=now)
            with lock:
                taken.update((check.monitor_id, check.slot) for check in checks)
        connection.close()

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert set(taken.values()) == {1}
    assert {monitor_id for monitor_id, _ in taken} == {monitor.id for monitor in monitors}
