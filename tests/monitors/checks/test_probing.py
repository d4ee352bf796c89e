"""From due to recorded by the prober, with a real server and a real database; killed, doubled, and over its caps."""

import threading
import time
from contextlib import contextmanager
from datetime import timedelta

import pytest
from django.db import OperationalError, connection

from kit.clock import clock
from monitors.core.states import State
from monitors.models import CheckResult, Monitor, RegionWatch, SourceState
from monitors.services import dispatch, results
from monitors.services.checks import engine, mail_name
from monitors.services.dispatch import LEASE_S
from monitors.services.probing import Prober
from tests.factories import MonitorFactory, OrganizationFactory, ScopeFactory
from tests.kit.servers import answer, serving

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def no_results_left():
    yield
    CheckResult.objects.all().delete()  # the table is no model's, so no test's end empties it


@contextmanager
def probing(count=1, region=0):
    """Run probers of one region, and stop them."""
    stop = threading.Event()
    probers = [Prober(engine(), region=region, clock=clock) for _ in range(count)]
    threads = [threading.Thread(target=prober.run, args=[stop]) for prober in probers]
    for thread in threads:
        thread.start()
    try:
        yield stop
    finally:
        stop.set()
        for thread in threads:
            thread.join()


def until(condition, seconds=15):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not come to that"
        time.sleep(0.02)


def some(count, **fields):
    shared = {"organization": OrganizationFactory(), "scope": ScopeFactory(), "interval_s": 3600}
    return [MonitorFactory(**shared | {"next_check_at": clock()} | fields) for _ in range(count)]


def test_a_due_monitor_is_checked_at_its_slot_and_recorded(settings):
    with serving(answer(b"ok")) as server:
        settings.ALLOWED_PRIVATE_HOSTS = [server.place]
        slot = clock() + timedelta(seconds=1.2)
        (monitor,) = some(1, target=server.url, next_check_at=slot)
        with probing():
            until(lambda: server.requests)
            assert clock() >= slot
            until(CheckResult.objects.count)
    monitor.refresh_from_db()
    assert (monitor.last_state, monitor.leased_until, monitor.last_check_at) == (State.OPERATIONAL, None, slot)
    assert SourceState.objects.get().state == State.OPERATIONAL


def test_probers_side_by_side_make_each_check_once(settings):
    with serving(answer(b"ok")) as server:
        settings.ALLOWED_PRIVATE_HOSTS = [server.place]
        monitors = some(60, target=server.url)
        with probing(4):
            until(lambda: CheckResult.objects.count() == 60)
    assert len(server.requests) == 60
    assert set(CheckResult.objects.values_list("monitor_id", flat=True)) == {monitor.id for monitor in monitors}


def test_a_slow_target_delays_no_other(settings):
    gate = threading.Event()
    with serving(lambda _: gate.wait(5)) as slow, serving(answer(b"ok")) as good:
        settings.ALLOWED_PRIVATE_HOSTS = [slow.place, good.place]
        some(20, target=slow.url)
        some(20, target=good.url)
        with probing():
            until(lambda: CheckResult.objects.count() == 20)
            assert set(CheckResult.objects.values_list("state", flat=True)) == {State.OPERATIONAL}
            gate.set()


def test_a_check_that_outlasts_its_lease_stays_ours(settings, monkeypatch):
    monkeypatch.setattr("monitors.services.probing.LEASE_S", 1.0)
    monkeypatch.setattr("monitors.services.dispatch.LEASE_S", 1.0)
    monkeypatch.setattr("monitors.services.probing.RENEW_WITHIN_S", 0.9)

    def slow(connection_):
        time.sleep(2.5)
        connection_.sendall(answer(b"ok"))

    with serving(slow) as server:
        settings.ALLOWED_PRIVATE_HOSTS = [server.place]
        some(1, target=server.url)
        with probing(2):
            until(CheckResult.objects.count)
    assert len(server.requests) == 1
    assert CheckResult.objects.get().state == State.OPERATIONAL


def test_what_a_killed_prober_had_claimed_is_made_by_another_once_its_lease_is_over(settings):
    with serving(answer(b"ok")) as server:
        settings.ALLOWED_PRIVATE_HOSTS = [server.place]
        some(3, target=server.url, next_check_at=clock() - timedelta(seconds=10))
        lost = dispatch.claim_due(now=clock() - timedelta(seconds=LEASE_S - 1))  # and never heard of again
        assert dispatch.claim_due(now=clock() - timedelta(seconds=1)) == []
        with probing():
            until(lambda: CheckResult.objects.count() == 3)
    assert len(server.requests) == 3
    assert dispatch.renew(lost, now=clock()) == set()


def test_a_prober_that_stops_hands_over_what_it_has_not_begun(settings):
    settings.ALLOWED_PRIVATE_HOSTS = []
    some(3, next_check_at=clock() + timedelta(seconds=60))
    with probing() as stop:
        Monitor.objects.update(next_check_at=clock() + timedelta(seconds=1.9))
        until(lambda: Monitor.objects.filter(leased_until__isnull=False).count() == 3)
        stop.set()
    assert len(dispatch.claim_due(now=clock())) == 3


def test_a_target_that_moved_inside_is_blocked_and_not_down(settings):
    settings.ALLOWED_PRIVATE_HOSTS = []
    (monitor,) = some(1, target="http://127.0.0.1:8100/")
    with probing():
        until(CheckResult.objects.count)
    monitor.refresh_from_db()
    assert (monitor.last_state, monitor.last_reason) == (State.UNKNOWN, "blocked")
    assert SourceState.objects.count() == 0


def test_what_finds_no_place_is_not_made_and_is_no_downtime(settings):
    gate = threading.Event()
    with serving(lambda _: gate.wait(8)) as server:
        settings.ALLOWED_PRIVATE_HOSTS = [server.place]
        settings.PROBES_AT_ONCE_PER_ORGANIZATION = 2
        some(4, target=server.url, timeout_s=10)
        with probing():
            until(lambda: CheckResult.objects.count() == 2)
            gate.set()
            until(lambda: CheckResult.objects.count() == 4)
        assert len(server.requests) == 2
    not_made = Monitor.objects.filter(last_reason="overloaded")
    assert [monitor.last_state for monitor in not_made] == 2 * [State.UNKNOWN]


def test_one_result_that_cannot_be_stored_costs_no_other(settings, monkeypatch, caplog):
    monitors, record = [], results.record_quiet

    def fragile(outcomes, *, now):
        if any(check.monitor_id == monitors[1].id for check, _ in outcomes):
            raise ValueError("a fault of ours")
        return record(outcomes, now=now)

    monkeypatch.setattr(results, "record_quiet", fragile)
    with serving(answer(b"ok")) as server:
        settings.ALLOWED_PRIVATE_HOSTS = [server.place]
        monitors += some(3, target=server.url)
        with probing():
            until(lambda: CheckResult.objects.count() == 2)
    assert f"The result of monitor {monitors[1].id} is lost." in caplog.messages


def test_a_database_that_was_away_loses_no_result(settings, monkeypatch, caplog):
    record, failures = results.record_quiet, iter([True, True])

    def away(outcomes, *, now):
        if outcomes and next(failures, False):
            raise OperationalError("server closed the connection unexpectedly")
        return record(outcomes, now=now)

    monkeypatch.setattr(results, "record_quiet", away)
    with serving(answer(b"ok")) as server:
        settings.ALLOWED_PRIVATE_HOSTS = [server.place]
        some(3, target=server.url)
        with probing():
            until(lambda: CheckResult.objects.count() == 3)
    assert len(server.requests) == 3
    said = "The prober cannot use the database, and keeps trying: server closed the connection unexpectedly"
    assert set(caplog.messages) == {said}


def test_a_prober_whose_engine_is_dead_gives_up_what_it_holds_and_says_so(settings, monkeypatch):
    monkeypatch.setattr("monitors.services.probing.OVERDUE_S", 0.1)

    class Dead:
        def submit(self, tasks, put):
            """Take checks, and never answer."""

    some(2, timeout_s=1)
    with pytest.raises(RuntimeError, match="2 checks have not come back"):
        Prober(Dead(), region=0, clock=clock).run(threading.Event(), grace_s=0)
    assert len(dispatch.claim_due(now=clock())) == 2


def test_a_prober_says_that_its_region_is_attended_and_takes_the_turns_of_those_that_are_not(settings):
    settings.PROBE_REGIONS = ["home", "away"]

    class Busy:
        tasks = 0

        def submit(self, tasks, put):
            self.tasks += len(tasks)

    engine, shared = Busy(), {"regions": [0, 1], "next_check_at": clock() + timedelta(seconds=1)}
    some(4, **shared, fence=1)  # whose turn it is in "away"
    Prober(engine, region=0, clock=clock).claim()
    assert engine.tasks == 4
    assert [row.region for row in RegionWatch.objects.filter(attended_at__isnull=False)] == [0]


def test_only_monitors_of_the_region_are_checked(settings):
    with serving(answer(b"ok")) as server:
        settings.ALLOWED_PRIVATE_HOSTS = [server.place]
        some(1, target=server.url, regions=[0])
        (elsewhere,) = some(1, target=server.url, regions=[1])
        with probing(region=1):
            until(CheckResult.objects.count)
    row = CheckResult.objects.get()
    assert (row.monitor_id, row.region) == (elsewhere.id, 1)


def test_it_asks_the_canaries_of_its_region(settings, monkeypatch):
    monkeypatch.setattr("monitors.services.probing.CANARIES_EVERY_S", 0.1)
    with serving(answer(b"ok")) as server:
        settings.ALLOWED_PRIVATE_HOSTS = [server.place]
        settings.CANARIES = [server.url]
        with probing(region=2):
            until(RegionWatch.objects.count)
    assert RegionWatch.objects.get().region == 2
    connection.close()


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("status.example.com", "status.example.com"),
        ("état.example.com", "xn--tat-9la.example.com"),
        ("192.0.2.1", "[192.0.2.1]"),
        ("2001:db8::1", "[IPv6:2001:db8::1]"),
    ],
)
def test_mail_servers_are_greeted_by_the_name_of_the_public_address(host, expected):
    assert mail_name(host) == expected
