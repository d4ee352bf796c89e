"""From due to recorded, through the tasks, with a real server and a real broker; and everything twice."""

import threading
from datetime import timedelta

import pytest
from django.db import connection

from config.celery import app
from kit.clock import clock
from monitors.core.states import State
from monitors.models import CheckResult, Monitor, SourceState
from monitors.services.dispatch import claim_due
from monitors.tasks.checks import BATCH, QUEUE, dispatch_due_checks, run_checks
from tests.factories import MonitorFactory, OrganizationFactory, ScopeFactory
from tests.kit.servers import answer, serving


def message(claims):
    return [(id_, fence, slot.isoformat()) for id_, fence, slot in claims]


@pytest.mark.django_db
def test_a_due_monitor_is_checked_and_recorded_and_a_second_run_changes_nothing(settings):
    with serving(answer(b"ok")) as server:
        settings.ALLOWED_PRIVATE_HOSTS = [server.place]
        monitor = MonitorFactory(target=server.url, next_check_at=clock())
        batch = message(claim_due(now=clock()))
        for _ in range(2):
            run_checks(batch)
            assert (len(server.requests), CheckResult.objects.count()) == (1, 1)
    monitor.refresh_from_db()
    assert (monitor.last_state, monitor.leased_until) == (State.OPERATIONAL, None)
    assert SourceState.objects.get().state == State.OPERATIONAL


@pytest.mark.django_db
def test_a_check_starts_at_its_slot(settings):

    with serving(answer(b"ok")) as server:
        settings.ALLOWED_PRIVATE_HOSTS = [server.place]
        slot = clock() + timedelta(seconds=1)
        MonitorFactory(target=server.url, next_check_at=slot)
        run_checks(message(claim_due(now=clock())))
        late = clock() - slot
    assert CheckResult.objects.get().slot == slot
    assert 0 <= late.total_seconds() < 2


@pytest.mark.django_db
def test_a_check_whose_slot_is_long_past_starts_at_once(settings):
    with serving(answer(b"ok")) as server:
        settings.ALLOWED_PRIVATE_HOSTS = [server.place]
        MonitorFactory(target=server.url, interval_s=3600, next_check_at=clock() - timedelta(minutes=50))
        run_checks(message(claim_due(now=clock())))
    assert CheckResult.objects.get().state == State.OPERATIONAL


@pytest.mark.django_db
def test_a_target_that_moved_inside_is_blocked_and_not_down(settings):
    settings.ALLOWED_PRIVATE_HOSTS = []
    monitor = MonitorFactory(target="http://127.0.0.1:8100/", next_check_at=clock())
    run_checks(message(claim_due(now=clock())))
    monitor.refresh_from_db()
    assert (monitor.last_state, monitor.last_reason) == (State.UNKNOWN, "blocked")
    assert SourceState.objects.count() == 0


@pytest.mark.django_db
def test_dispatch_sends_batches_to_the_probe_queue_and_only_what_is_due():
    organization, scope = OrganizationFactory(), ScopeFactory()
    for _ in range(BATCH + 1):
        MonitorFactory(organization=organization, scope=scope, next_check_at=clock())
    with app.connection_for_write() as broker:
        queue = broker.SimpleQueue(QUEUE)
        queue.clear()
        dispatch_due_checks()
        dispatch_due_checks()
        sizes = sorted(len(queue.get(timeout=5).payload[0][0]) for _ in range(queue.qsize()))
        queue.clear()
        queue.close()
    assert sizes == [1, BATCH]


@pytest.mark.django_db(transaction=True)
def test_eight_workers_given_the_same_batch_check_each_monitor_once(settings):
    with serving(answer(b"ok")) as server:
        settings.ALLOWED_PRIVATE_HOSTS = [server.place]
        organization, scope = OrganizationFactory(), ScopeFactory()
        for _ in range(20):
            MonitorFactory(organization=organization, scope=scope, target=server.url, next_check_at=clock())
        batch = message(claim_due(now=clock()))

        def work():
            run_checks(batch)
            connection.close()

        threads = [threading.Thread(target=work) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert len(server.requests) == 20
    assert sorted(CheckResult.objects.values_list("monitor_id", flat=True)) == sorted(
        Monitor.objects.values_list("id", flat=True)
    )
    CheckResult.objects.all().delete()  # the table is no model's, so no test's end empties it
