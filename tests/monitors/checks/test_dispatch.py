"""A check that falls due is claimed by one, kept while it is made, and claimed again only when its prober is lost."""

import threading
from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection

from monitors.core.schedule import slot_after, slot_at
from monitors.models import Monitor
from monitors.services.dispatch import AHEAD_S, LEASE_S, TURN_S, claim_due, release, renew
from tests.factories import MonitorFactory, OrganizationFactory, ScopeFactory

NOON = datetime(2026, 3, 29, 12, tzinfo=UTC)


def due(**fields):
    return MonitorFactory(**{"next_check_at": NOON} | fields)


@pytest.mark.django_db
@pytest.mark.parametrize("interval_s", [10, 60, 3600])
def test_the_next_check_is_at_the_next_slot(interval_s):
    monitor = due(interval_s=interval_s)
    (claim,) = claim_due(now=NOON)
    assert (claim.monitor_id, claim.fence, claim.slot) == (monitor.id, 1, NOON)
    assert (claim.target, claim.options, claim.organization_id) == (monitor.target, {}, monitor.organization_id)
    monitor.refresh_from_db()
    assert monitor.next_check_at == slot_after(monitor.id, interval_s, NOON)
    assert monitor.leased_until == NOON + timedelta(seconds=LEASE_S)


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
        ({"regions": [1]}, False),
        ({"regions": [0, 1]}, True),
        ({"regions": [1, 0]}, False),  # it is the other's turn ...
        ({"regions": [1, 0], "fence": 1}, True),
        ({"regions": [1, 0], "next_check_at": NOON - timedelta(seconds=TURN_S)}, True),  # ... who does not take it
        ({"regions": [1, 0], "leased_until": NOON}, True),
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
@pytest.mark.parametrize("timeout_s", [1, 30])
def test_a_lost_check_is_claimed_again_with_a_higher_fence_whatever_its_timeout(timeout_s):
    monitor = due(timeout_s=timeout_s)
    (lost,) = claim_due(now=NOON)
    lapse = NOON + timedelta(seconds=LEASE_S)
    assert claim_due(now=lapse - timedelta(seconds=1)) == []
    (again,) = claim_due(now=lapse)
    assert (again.monitor_id, again.fence) == (monitor.id, lost.fence + 1)
    assert renew([lost], now=lapse) == set()
    assert renew([again], now=lapse) == {monitor.id}


@pytest.mark.django_db
def test_a_check_under_way_is_kept_as_long_as_it_is_renewed():
    monitor = due(interval_s=10)
    (check,) = claim_due(now=NOON)
    for second in range(5, 31, 5):
        now = NOON + timedelta(seconds=second)
        assert renew([check], now=now) == {monitor.id}
        assert claim_due(now=now) == []
    assert len(claim_due(now=now + timedelta(seconds=LEASE_S))) == 1


@pytest.mark.django_db
def test_a_check_that_was_given_up_can_be_claimed_at_once():
    due(interval_s=3600)
    (check,) = claim_due(now=NOON)
    release([check], now=NOON)
    (again,) = claim_due(now=NOON)
    assert again.fence == check.fence + 1


@pytest.mark.django_db
def test_a_result_that_is_in_cannot_be_renewed():
    due()
    claimed = claim_due(now=NOON)
    Monitor.objects.update(leased_until=None)
    assert renew(claimed, now=NOON) == set()


@pytest.mark.django_db
def test_nothing_claimed_is_nothing_renewed():
    assert renew([], now=NOON) == set()


@pytest.mark.django_db(transaction=True)
def test_eight_threads_claim_each_check_once():
    organization, scope = OrganizationFactory(), ScopeFactory()
    monitors = [due(organization=organization, scope=scope, interval_s=60) for _ in range(200)]
    taken, gate = Counter(), threading.Barrier(8)
    lock = threading.Lock()

    def work():
        gate.wait()
        for minute in range(3):
            now = NOON + timedelta(minutes=minute)
            checks = claim_due(now=now, limit=40)
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
