"""Results are judged by windows, baselines, noise and our own network before anybody hears of them."""

from datetime import UTC, datetime, timedelta

import pytest

from monitors.core.guard import Round
from monitors.core.states import State
from monitors.models import (
    CheckEvidence,
    CheckResult,
    MaintenanceWindow,
    Monitor,
    OperatorNotice,
    RegionWatch,
    SourceState,
    StateChange,
)
from monitors.probes.base import ProbeResult, Reason
from monitors.services import bulk, guard, monitors
from monitors.services.dispatch import Check
from monitors.services.results import record
from tests.factories import MonitorFactory, OrganizationFactory, ScopeFactory

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 3, 29, 12, tzinfo=UTC)
S = timedelta(seconds=1)
GOOD = ProbeResult(State.OPERATIONAL, Reason.OK, 100_000, summary="GET answered 200.")
LATE = ProbeResult(State.OPERATIONAL, Reason.OK, 900_000, summary="GET answered 200 in 900 ms.")
BAD = ProbeResult(State.MAJOR_OUTAGE, Reason.CONNECT_TIMEOUT, 1_000, summary="GET: no connection.")
UP, DOWN, SLOW, PLANNED, BLIND = (
    State.OPERATIONAL, State.MAJOR_OUTAGE, State.DEGRADED, State.MAINTENANCE, State.UNKNOWN,
)  # fmt: skip
CANARIES = ("a", "b", "c", "d", "e")


def say(monitor, result, second):
    at = NOON + second * S
    check = Check(monitor.id, 0, at, "http", monitor.target, {}, monitor.timeout_s, monitor.regions[0])
    record([(check, result)], now=at)


def round_(second, failed=0):
    guard.record_round(0, Round(NOON + second * S, 5, CANARIES[:failed]))


def state_of(monitor):
    return SourceState.objects.get(ref=f"monitor:{monitor.id}").state


def changes():
    return [(c.new, (c.at - NOON) // S) for c in StateChange.objects.order_by("id")]


def test_without_a_guard_a_failure_counts_at_once():
    monitor = MonitorFactory(confirmations=1)
    say(monitor, GOOD, 0)
    say(monitor, BAD, 60)
    assert changes() == [(DOWN, 60)]


def test_a_failure_waits_for_proof_that_our_network_works():
    monitor = MonitorFactory(confirmations=1)
    round_(55)
    say(monitor, GOOD, 0)
    say(monitor, BAD, 60)
    assert (changes(), state_of(monitor)) == ([], UP)
    round_(75)
    say(monitor, BAD, 76)
    assert changes() == [(DOWN, 60)]


def test_what_fails_in_the_dark_is_no_data_and_wakes_nobody():
    monitor = MonitorFactory(confirmations=2)
    round_(0)
    say(monitor, GOOD, 0)
    say(monitor, BAD, 1)  # before anybody knows
    round_(5, failed=5)
    for second in (11, 21, 31):
        say(monitor, BAD, second)
    round_(35)
    round_(40)
    say(monitor, BAD, 39)  # was under way when the network came back
    say(monitor, GOOD, 61)
    assert (changes(), state_of(monitor)) == ([], UP)
    row = SourceState.objects.get()
    assert (row.pending, row.agreeing) == (None, 0)
    states = CheckResult.objects.order_by("slot").values_list("state", "reason")
    assert list(states) == [(UP, 0), *[(BLIND, 60)] * 5, (UP, 0)]


def test_a_good_answer_in_the_dark_is_still_good():
    monitor = MonitorFactory()
    round_(0)
    round_(5, failed=3)
    say(monitor, GOOD, 6)
    assert (state_of(monitor), CheckResult.objects.get().state) == (UP, UP)


def test_a_target_that_went_down_in_the_dark_is_found_by_the_first_checks_after_it():
    monitor = MonitorFactory(confirmations=2, interval_s=60)
    round_(0)
    say(monitor, GOOD, 0)
    for second in range(5, 180, 5):
        round_(second, failed=5 if second < 90 else 0)
        if second in (60, 120, 130):
            say(monitor, BAD, second)
    assert changes() == [(DOWN, 120)]  # it sees again from 95 on


def test_operators_hear_once_of_a_dark_spell_and_of_its_end():
    round_(0)
    for second in (5, 10, 15):
        round_(second, failed=5)
    notice = OperatorNotice.objects.get()
    assert (notice.title, notice.count) == ("Checks from home are held back: our own network does not work", 1)
    round_(20)
    round_(25)
    notice.refresh_from_db()
    assert notice.resolved_at == NOON + 25 * S


def test_the_watch_of_a_region_says_why_it_is_blind_and_forgets_an_older_round():
    round_(0)
    round_(10, failed=4)
    round_(5)
    row = RegionWatch.objects.get()
    assert (row.blind_since, row.reason) == (NOON, "4 of 5 canaries do not answer: a, b, c, d.")


def test_one_canary_and_most_of_the_monitors_make_a_region_blind():
    monitors = [MonitorFactory(target=f"https://host-{n}.example.com") for n in range(6)]
    for monitor in monitors:
        say(monitor, GOOD, 0)
    round_(1)
    for monitor in monitors[:5]:
        say(monitor, BAD, 2)
    round_(6, failed=1)
    assert RegionWatch.objects.get().reason == "5 of 6 monitors fail at once, and so does a."


def test_a_region_that_goes_blind_takes_back_what_it_saw_and_nothing_of_the_others(settings):
    settings.PROBE_REGIONS = ["home", "oslo"]
    ours, theirs = (MonitorFactory(confirmations=2, regions=[region]) for region in (0, 1))
    for monitor in (ours, theirs):
        say(monitor, GOOD, 0)
    round_(1)
    for monitor in (ours, theirs):
        say(monitor, BAD, 2)
    round_(6, failed=5)
    pending = dict(SourceState.objects.values_list("ref", "pending"))
    assert pending == {f"monitor:{ours.id}": None, f"monitor:{theirs.id}": DOWN}
    assert [evidence.monitor_id for evidence in CheckEvidence.objects.all()] == [theirs.id]


def test_most_of_a_regions_own_monitors_make_it_blind_however_many_others_there_are():
    shared = {"organization": OrganizationFactory(), "scope": ScopeFactory()}
    ours = [MonitorFactory(**shared, target=f"https://host-{n}.example.com") for n in range(6)]
    theirs = [MonitorFactory(**shared, target=f"https://far-{n}.example.com", regions=[1]) for n in range(9)]
    for monitor in ours + theirs:
        say(monitor, GOOD, 0)
    round_(1)
    for monitor in ours:
        say(monitor, BAD, 2)
    round_(6, failed=1)
    assert RegionWatch.objects.get(region=0).reason == "6 of 6 monitors fail at once, and so does a."


def window(monitor, minutes=60):
    row = MaintenanceWindow.objects.create(
        organization=monitor.organization, name="Move", starts_on_wall="2026-03-29T12:00", time_zone="UTC",
        minutes=minutes, created_at=NOON - timedelta(days=1),
    )  # fmt: skip
    row.monitors.add(monitor)


def test_a_failure_in_a_window_is_maintenance_and_wakes_nobody():
    monitor = MonitorFactory(confirmations=1)
    window(monitor)
    say(monitor, BAD, 60)
    assert (changes(), state_of(monitor), CheckResult.objects.get().state) == ([], PLANNED, DOWN)


def test_what_is_down_after_the_window_is_down_from_then():
    monitor = MonitorFactory(confirmations=1)
    window(monitor, minutes=1)
    say(monitor, BAD, 0)
    say(monitor, BAD, 60)
    assert changes() == [(DOWN, 60)]


def test_five_slow_answers_in_a_row_are_degraded_by_the_monitors_own_measure():
    monitor = MonitorFactory(baseline_us=300_000)
    for n in range(5):
        say(monitor, LATE, 60 * n)
    assert changes() == [(SLOW, 0)]
    change = StateChange.objects.get()
    assert change.reason.endswith("It took 900 ms, where 95 of 100 checks of the last week took 300 ms at most.")
    assert set(CheckResult.objects.values_list("state", "reason")) == {(SLOW, Reason.SLOW)}


def test_a_monitor_that_goes_up_and_down_is_noisy_until_it_has_rested():
    monitor = MonitorFactory(confirmations=1, interval_s=60)
    for n, result in enumerate([BAD, GOOD, BAD, GOOD, BAD]):
        say(monitor, result, 60 * n)
    assert Monitor.objects.get().noisy_since == NOON + 240 * S
    for n in range(5, 20):
        say(monitor, GOOD, 60 * n)
    assert len(changes()) == 5
    say(monitor, GOOD, 60 * 20)
    assert (changes()[5:], Monitor.objects.get().noisy_since) == ([(UP, 300)], None)


def test_the_parts_of_a_health_document_are_not_the_monitor_going_up_and_down():
    monitor = MonitorFactory(confirmations=1, kind="health")
    say(monitor, GOOD, 0)
    for n in range(9):
        StateChange.objects.create(
            organization=monitor.organization, source="probe", ref=f"monitor:{monitor.id}", scope=ScopeFactory(),
            old=UP, new=DOWN, at=NOON, recorded_at=NOON + n * S,
        )  # fmt: skip
    say(monitor, BAD, 60)
    assert (state_of(monitor), Monitor.objects.get().noisy_since) == (DOWN, None)


@pytest.mark.parametrize("many", [False, True])
def test_a_noisy_monitor_that_is_paused_is_noisy_no_longer(many):
    monitor = MonitorFactory(confirmations=1)
    for n, result in enumerate([BAD, GOOD, BAD, GOOD, BAD]):
        say(monitor, result, 60 * n)
    if many:
        bulk.pause(monitor.organization_id, [monitor.id], now=NOON + 300 * S)
    else:
        monitors.pause(monitor, now=NOON + 300 * S)
    assert Monitor.objects.get().noisy_since is None


@pytest.mark.parametrize(("pause_s", "expected"), [(60, [(DOWN, 60)]), (190, [(DOWN, 60)]), (3600, [])])
def test_a_failure_from_before_a_long_gap_confirms_nothing(pause_s, expected):
    monitor = MonitorFactory(confirmations=2, interval_s=60, timeout_s=10)
    say(monitor, GOOD, 0)
    say(monitor, BAD, 60)
    say(monitor, BAD, 60 + pause_s)
    assert changes() == expected
    say(monitor, BAD, 70 + pause_s)
    assert changes() == (expected or [(DOWN, 60 + pause_s)])
