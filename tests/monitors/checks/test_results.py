"""What one batch of results leaves behind: rows, last words, coverage, evidence, states, and nothing twice."""

from datetime import UTC, datetime, timedelta

import pytest

from monitors.core.states import State
from monitors.models import CheckEvidence, CheckResult, Coverage, Monitor, PendingChange, SourceState, StateChange
from monitors.probes.base import Phases, ProbeResult, Reason
from monitors.services.dispatch import Check
from monitors.services.results import record
from monitors.services.verdicts import RECHECK_AFTER_S
from monitors.signals import readings_changed
from tests.factories import MonitorFactory

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 3, 29, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
GOOD = ProbeResult(
    State.OPERATIONAL, Reason.OK, 123_456, Phases(100, 2_000, 30_000, 90_000, 1_356), "GET answered 200."
)
BAD = ProbeResult(
    State.MAJOR_OUTAGE, Reason.STATUS, 9_000, summary="GET answered 503.", detail={"status": 503, "body": "no"}
)
SLOW = ProbeResult(State.DEGRADED, Reason.SLOW, 900_000, summary="GET took 900 ms.")
BLOCKED = ProbeResult(State.UNKNOWN, Reason.BLOCKED, 5, summary="10.0.0.1 is not a public address.")


def outcome(monitor, result, minute=0, fence=0):
    check = Check(monitor.id, fence, NOON + minute * MINUTE, "http", monitor.target, {}, monitor.timeout_s)
    return check, result


def say(monitor, *results):
    for minute, result in enumerate(results):
        record([outcome(monitor, result, minute)], now=NOON + minute * MINUTE)


def state_of(monitor):
    return SourceState.objects.get(ref=f"monitor:{monitor.id}", scope=monitor.scope)


def test_a_result_is_stored_with_its_phases_and_becomes_the_last_word():
    monitor = MonitorFactory(leased_until=NOON + MINUTE, next_check_at=NOON + MINUTE)
    assert record([outcome(monitor, GOOD)], now=NOON) == 1
    row = CheckResult.objects.get(monitor_id=monitor.id)
    assert (row.slot, row.state, row.reason, row.total_us) == (NOON, State.OPERATIONAL, 0, 123_456)
    assert (row.dns, row.connect, row.tls, row.first_byte, row.transfer) == (1, 20, 300, 900, 13)
    monitor.refresh_from_db()
    assert (monitor.last_check_at, monitor.last_state, monitor.last_total_us, monitor.last_reason) == (
        NOON,
        State.OPERATIONAL,
        123_456,
        "",
    )
    assert (monitor.leased_until, monitor.next_check_at) == (None, NOON + MINUTE)


def test_a_phase_that_does_not_fit_is_stored_as_the_longest():
    monitor = MonitorFactory()
    record(
        [outcome(monitor, ProbeResult(State.OPERATIONAL, Reason.OK, 9_000_000, Phases(first_byte=9_000_000)))], now=NOON
    )
    assert CheckResult.objects.get().first_byte == 32_767


@pytest.mark.parametrize(
    "results",
    [
        [GOOD],
        [BAD],
        [GOOD, BAD],
        [GOOD, BAD, BAD],
        [GOOD, BAD, BAD, GOOD],
        [GOOD, SLOW],
        [GOOD, BLOCKED],
        [GOOD, BAD, GOOD],
    ],
    ids=lambda results: " ".join(result.reason.word for result in results),
)
def test_recording_the_last_result_again_changes_nothing(results):
    monitor = MonitorFactory(confirmations=2)
    say(monitor, *results)
    kept = (CheckResult, Coverage, CheckEvidence, StateChange, SourceState, Monitor)
    before = [list(model.objects.values()) for model in kept]
    minute = len(results) - 1
    record([outcome(monitor, results[-1], minute)], now=NOON + (minute + 1) * MINUTE)
    assert [list(model.objects.values()) for model in kept] == before


@pytest.mark.parametrize("fields", [{"fence": 7}, {"is_paused": True}])
def test_a_result_of_an_older_claim_or_a_paused_monitor_is_dropped(fields):
    monitor = MonitorFactory(**fields)
    assert record([outcome(monitor, BAD)], now=NOON) == 0
    assert (CheckResult.objects.count(), SourceState.objects.count(), CheckEvidence.objects.count()) == (0, 0, 0)
    monitor.refresh_from_db()
    assert monitor.last_check_at is None


def test_a_deleted_monitors_result_is_dropped():
    monitor = MonitorFactory()
    late = outcome(monitor, BAD)
    Monitor.objects.all().delete()
    assert record([late], now=NOON) == 0


def test_a_new_monitor_that_answers_is_believed_at_once():
    monitor = MonitorFactory()
    say(monitor, GOOD)
    assert state_of(monitor).state == State.OPERATIONAL
    assert StateChange.objects.count() == 0  # from unknown to good is no news


def test_an_outage_counts_once_confirmed_and_from_its_first_failure():
    monitor = MonitorFactory(confirmations=2)
    say(monitor, GOOD, BAD)
    assert state_of(monitor).state == State.OPERATIONAL
    say(monitor, GOOD, BAD, BAD)
    change = StateChange.objects.get()
    assert (change.old, change.new, change.at) == (State.OPERATIONAL, State.MAJOR_OUTAGE, NOON + MINUTE)
    assert (change.organization_id, change.source, change.ref) == (
        monitor.organization_id,
        "probe",
        f"monitor:{monitor.id}",
    )
    assert change.reason == f"{monitor.name}: GET answered 503."
    assert PendingChange.objects.get().organization_id == monitor.organization_id


@pytest.mark.parametrize(
    ("results", "is_soon"),
    [
        ((GOOD,), False),
        ((GOOD, BAD), True),
        ((GOOD, BAD, BAD), False),
        ((GOOD, SLOW), True),
        ((GOOD, BAD, BAD, GOOD), True),
        ((GOOD, BAD, BAD, GOOD, GOOD), False),
        ((BAD,), True),
        ((GOOD, BLOCKED), False),
    ],
)
def test_what_awaits_confirmation_is_checked_again_soon(results, is_soon):
    monitor = MonitorFactory(interval_s=3600, confirmations=2)
    for minute, result in enumerate(results):
        Monitor.objects.update(next_check_at=NOON + timedelta(hours=1))
        record([outcome(monitor, result, minute)], now=NOON + minute * MINUTE)
    monitor.refresh_from_db()
    soon = NOON + (len(results) - 1) * MINUTE + timedelta(seconds=RECHECK_AFTER_S)
    assert monitor.next_check_at == (soon if is_soon else NOON + timedelta(hours=1))


def test_evidence_is_kept_of_the_first_failure_of_each_spell():
    monitor = MonitorFactory(confirmations=2)
    say(monitor, GOOD, BAD, BAD, BAD, GOOD, GOOD, SLOW)
    kept = [(row.at - NOON, row.reason, row.detail.get("status")) for row in CheckEvidence.objects.order_by("at")]
    assert kept == [(1 * MINUTE, "status", 503), (6 * MINUTE, "slow", None)]


def test_what_is_our_own_doing_is_never_downtime_and_leaves_the_source_to_age():
    monitor = MonitorFactory(confirmations=1)
    say(monitor, GOOD, BLOCKED, BLOCKED)
    row = state_of(monitor)
    assert (row.state, row.observed_at) == (State.OPERATIONAL, NOON)
    assert Coverage.objects.get().ended_at == NOON
    assert [(e.reason, e.detail["summary"]) for e in CheckEvidence.objects.all()] == [("blocked", BLOCKED.summary)]
    assert [r.state for r in CheckResult.objects.order_by("slot")] == [State.OPERATIONAL, State.UNKNOWN, State.UNKNOWN]


def test_an_unchanged_state_is_refreshed_without_being_judged_again():
    monitor = MonitorFactory(interval_s=60, timeout_s=10)
    say(monitor, GOOD, GOOD, GOOD)
    row = state_of(monitor)
    assert (row.since, row.observed_at, row.fresh_for_s) == (NOON, NOON + 2 * MINUTE, 195)


def test_coverage_grows_while_checks_come_and_breaks_where_they_do_not():
    monitor = MonitorFactory(interval_s=60)
    for minute in (0, 1, 3, 20, 21):
        record([outcome(monitor, GOOD, minute)], now=NOON + minute * MINUTE)
    spans = [(span.began_at - NOON, span.ended_at - NOON) for span in Coverage.objects.order_by("began_at")]
    assert spans == [(0 * MINUTE, 3 * MINUTE), (20 * MINUTE, 21 * MINUTE)]


def test_readers_are_told_once_per_batch(django_capture_on_commit_callbacks):
    first = MonitorFactory()
    second = MonitorFactory(organization=first.organization, scope=first.scope)
    told = []

    def listen(sender, provider_id, organization_id, **_):
        told.append((provider_id, organization_id))

    readings_changed.connect(listen)
    with django_capture_on_commit_callbacks(execute=True):
        record([outcome(first, GOOD), outcome(second, GOOD)], now=NOON)
    readings_changed.disconnect(listen)
    assert told == [(first.scope.provider_id, first.organization_id)]


@pytest.mark.parametrize("count", [1, 30])
def test_a_batch_that_says_nothing_new_asks_the_orm_for_nothing(count, django_assert_num_queries):
    first = MonitorFactory()
    monitors = [first, *(MonitorFactory(organization=first.organization, scope=first.scope) for _ in range(count - 1))]
    for minute in (0, 1):
        with django_assert_num_queries(2):  # the savepoint, set and released: the rest is one COPY and one statement
            record([outcome(monitor, GOOD, minute) for monitor in monitors], now=NOON + minute * MINUTE)
    assert CheckResult.objects.count() == 2 * count
    assert set(Monitor.objects.values_list("last_check_at", flat=True)) == {NOON + MINUTE}
    assert set(SourceState.objects.values_list("observed_at", flat=True)) == {NOON + MINUTE}


def test_good_and_bad_results_of_one_batch_are_all_stored():
    first = MonitorFactory()
    second = MonitorFactory(organization=first.organization, scope=first.scope)
    record([outcome(first, GOOD), outcome(second, GOOD)], now=NOON)
    assert record([outcome(first, GOOD, 1), outcome(second, BAD, 1)], now=NOON + MINUTE) == 2
    assert [(m.last_state, m.last_reason) for m in Monitor.objects.order_by("id")] == [
        (State.OPERATIONAL, ""),
        (State.MAJOR_OUTAGE, "status"),
    ]


def test_steady_readings_poke_pages_now_and_then_and_news_always(django_capture_on_commit_callbacks):
    monitor, told = MonitorFactory(), []

    def listen(sender, organization_id, **_):
        told.append(organization_id)

    readings_changed.connect(listen)
    with django_capture_on_commit_callbacks(execute=True):
        for second, result in [(0, GOOD), (1, GOOD), (2, GOOD), (9, GOOD), (11, GOOD), (12, BAD)]:
            at = NOON + timedelta(seconds=second)
            check = Check(monitor.id, 0, at, "http", monitor.target, {}, monitor.timeout_s)
            record([(check, result)], now=at)
    readings_changed.disconnect(listen)
    assert len(told) == 3  # the first reading, one after QUIET_FOR_S, and the news
