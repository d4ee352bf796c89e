"""Several regions check one monitor in turn: enough of them must agree, and one that contradicts all others is left out."""

import threading
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection

from monitors.core.guard import Round
from monitors.core.states import State
from monitors.models import (
    CheckResult,
    Monitor,
    MonitorHour,
    RegionWord,
    SourceState,
    StateChange,
)
from monitors.probes.base import ProbeResult, Reason
from monitors.queries.history import sums_in, timeline
from monitors.services import bulk, guard, monitors
from monitors.services.dispatch import Check, claim_due
from monitors.services.results import record
from monitors.services.storage import pack_hour
from tests.factories import MaintenanceWindowFactory, MonitorFactory, OrganizationFactory, ScopeFactory

NOON = datetime(2026, 3, 29, 12, tzinfo=UTC)
S = timedelta(seconds=1)
GOOD = ProbeResult(State.OPERATIONAL, Reason.OK, 100_000, summary="GET answered 200.")
BAD = ProbeResult(State.MAJOR_OUTAGE, Reason.CONNECT_TIMEOUT, 1_000, summary="GET: no connection.")
UP, PART, DOWN = State.OPERATIONAL, State.PARTIAL_OUTAGE, State.MAJOR_OUTAGE
A, B, C = 0, 1, 2


@pytest.fixture(autouse=True)
def places(settings):
    settings.PROBE_REGIONS = ["tokyo", "oslo", "lima"]


def of_three(**fields):
    return MonitorFactory(**{"regions": [A, B, C], "confirmations": 1, "interval_s": 60} | fields)


def say(monitor, region, result, second):
    at = NOON + second * S
    check = Check(monitor.id, 0, at, "http", monitor.target, {}, monitor.timeout_s, region)
    record([(check, result)], now=at)


def play(monitor, script):
    """Let regions speak: "A- 60" says that A sees a failure in second 60, "B+ 61" that B sees none."""
    for words in script.split(", "):
        word, second = words.split()
        say(monitor, "ABC".index(word[0]), GOOD if word[1] == "+" else BAD, int(second))


def changes():
    return [(c.old, c.new, (c.at - NOON) // S) for c in StateChange.objects.order_by("id")]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("script", "quorum", "expected"),
    [
        ("A- 60, B+ 61, C+ 62", None, []),
        ("A- 60, B- 61", None, [(UP, DOWN, 60)]),
        ("A- 60, B+ 61, C- 62", None, [(UP, PART, 60)]),
        ("A- 60, B- 61, C+ 62", None, [(UP, DOWN, 60), (DOWN, PART, 62)]),
        ("A- 60, B- 61", 3, []),
        ("A- 60, B- 61, C- 62", 3, [(UP, DOWN, 60)]),
        ("A- 60", 1, [(UP, DOWN, 60)]),
        ("A- 60, A- 65, A- 66", None, [(UP, DOWN, 60)]),  # the others make no checks: who can see decides
        ("A- 60, B+ 61, C+ 62, A- 120, B+ 180", None, []),
        ("A- 60, B+ 61, C+ 62, A- 120, B- 180, C+ 181, A- 182", None, [(UP, PART, 180)]),
        ("A- 60, B- 61, C- 62, A+ 120, B+ 121", None, [(UP, DOWN, 60), (DOWN, UP, 120)]),
        ("A- 60, B- 61, C- 62, A+ 120, B- 121, C- 122", None, [(UP, DOWN, 60), (DOWN, PART, 122)]),
    ],
)
def test_enough_regions_that_agree_change_the_state_as_of_the_first_of_them(script, quorum, expected):
    monitor = of_three(quorum=quorum)
    play(monitor, "A+ 0, B+ 1, C+ 2")
    play(monitor, script)
    assert changes() == expected


@pytest.mark.django_db
def test_a_word_from_before_the_failure_does_not_speak_against_it():
    monitor = of_three()
    play(monitor, "A+ 0, B+ 1, C+ 2, A- 60")
    row = SourceState.objects.get()
    assert (row.state, row.pending, row.pending_since) == (UP, DOWN, NOON + 60 * S)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("script", "is_at_once"),
    [
        ("A- 60", True),
        ("A- 60, B+ 61", True),
        ("A- 60, B+ 61, C+ 62", False),
        ("A- 60, B- 61", True),  # enough, and the third is asked all the same
        ("A- 60, B- 61, C- 62", False),
        ("A- 60, B+ 61, C+ 62, A- 120", False),  # nothing new: no hurry
    ],
)
def test_on_a_first_failure_each_other_region_is_asked_at_once(script, is_at_once):
    monitor = of_three()
    play(monitor, "A+ 0, B+ 1, C+ 2")
    last = NOON + int(script.split()[-1]) * S
    for words in script.split(", "):
        Monitor.objects.update(next_check_at=NOON + timedelta(hours=1))
        play(monitor, words)
    assert (Monitor.objects.get().next_check_at == last) == is_at_once


@pytest.mark.django_db
def test_each_regions_latest_word_is_kept_with_the_time_it_began():
    monitor = of_three()
    play(monitor, "A+ 0, B+ 1, A- 60, B+ 61, A- 120")
    words = RegionWord.objects.order_by("region").values_list("region", "state", "since", "at")
    assert list(words) == [(A, DOWN, NOON + 60 * S, NOON + 120 * S), (B, UP, NOON + S, NOON + 61 * S)]


@pytest.mark.django_db
def test_regions_check_in_turn():
    monitor = of_three(next_check_at=NOON)
    takers = []
    for round_ in range(6):
        now = NOON + round_ * S
        Monitor.objects.update(next_check_at=now, leased_until=None)
        takers += [region for region in (A, B, C) if claim_due(now=now, region=region)]
    assert (takers, Monitor.objects.get(id=monitor.id).fence) == ([A, B, C, A, B, C], 6)


@pytest.mark.django_db(transaction=True)
def test_of_regions_that_claim_at_the_same_moment_one_gets_each_check():
    shared = {"organization": OrganizationFactory(), "scope": ScopeFactory()}
    ids = {of_three(**shared, next_check_at=NOON - 30 * S).id for _ in range(60)}  # overdue: anybody may
    claimed, start = [], threading.Barrier(3)

    def claim(region):
        start.wait()
        while checks := claim_due(now=NOON, region=region, limit=5):
            claimed.extend(check.monitor_id for check in checks)
        connection.close()

    threads = [threading.Thread(target=claim, args=(region,)) for region in (A, B, C)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(claimed) == sorted(ids)


@pytest.mark.django_db
def test_a_failure_in_a_region_that_may_be_cut_off_is_no_vote_before_its_network_is_known_to_work():
    monitor = of_three()
    guard.record_round(A, Round(NOON + 55 * S, 5))
    play(monitor, "A+ 0, B+ 1, C+ 2, A- 60, B- 61")
    assert changes() == []
    guard.record_round(A, Round(NOON + 65 * S, 5))
    play(monitor, "C- 66")
    assert changes() == [(UP, DOWN, 60)]


@pytest.mark.django_db
def test_a_monitor_of_one_region_has_no_words_of_regions():
    monitor = MonitorFactory(confirmations=1)
    play(monitor, "A+ 0, A- 60")
    assert (changes(), RegionWord.objects.count()) == ([(UP, DOWN, 60)], 0)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("script", "failed"),
    [
        ("A- 60, B+ 61, C+ 62", 0),
        ("A- 60, B+ 61, C+ 62, A- 240, B+ 300, C+ 360, A- 420", 0),  # it stays alone
        ("A- 60, B+ 61", 1),  # undecided yet
        ("A- 60, B- 61, C+ 62", 2),
        ("A- 60, B+ 61, C- 62", 2),
        ("A- 60, B- 61, C- 62, A+ 120, B+ 121", 3),
        ("A- 60, B- 61, C- 62, A+ 120, B- 121, C+ 122", 3),  # of the recovery's round B is outvoted
        ("A- 60, B- 61, C- 62, A+ 120, B+ 121, C- 122, C- 240", 3),
        ("A- 60, A- 65, A- 66", 3),  # nobody else is there to see it
    ],
)
def test_what_too_few_regions_saw_costs_no_uptime(script, failed):
    monitor = of_three()
    play(monitor, "A+ 0, B+ 1, C+ 2")
    play(monitor, script)
    sums = sums_in(timeline(monitor.id, start=NOON, end=NOON + timedelta(hours=1)), [])
    assert sums.failed == failed
    outvoted = CheckResult.objects.filter(reason=Reason.OUTVOTED)
    assert set(outvoted.values_list("state", flat=True)) <= {State.UNKNOWN}
    assert sums.checks + outvoted.count() == CheckResult.objects.count()


@pytest.mark.django_db
def test_a_round_that_ends_after_its_hour_was_packed_opens_it_again():
    monitor = of_three()
    play(monitor, "A+ 0, B+ 1, C+ 2, A- 3590")
    assert pack_hour(NOON, now=NOON + timedelta(hours=2))
    assert MonitorHour.objects.get(hour=NOON).failed == 1
    say_late = NOON + timedelta(hours=2)
    play(monitor, "B+ 7201, C+ 7202")
    assert pack_hour(NOON, now=say_late + timedelta(hours=1))
    assert (MonitorHour.objects.get(hour=NOON).failed, MonitorHour.objects.get(hour=NOON).checks) == (0, 3)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("script", "expected"),
    [
        ("A- 60, B- 61, C+ 62", []),
        ("A- 60, B- 61, C- 62, A+ 120, B- 180", []),
        ("A- 60, B- 61, A+ 300, B+ 301", []),  # what they said in the window speaks for nothing after it
        ("A- 60, B- 61, C- 62, A- 300", []),
        ("A- 60, B- 61, C- 62, A- 300, B- 301", [(State.MAINTENANCE, DOWN, 300)]),
        ("A- -1, B- 60, C- 61, A- 62, A+ 300", []),
    ],
)
def test_what_regions_see_in_planned_work_is_held_against_nobody(script, expected):
    monitor = of_three()
    play(monitor, "A+ -60, B+ -59, C+ -58")
    MaintenanceWindowFactory(
        organization=monitor.organization, starts_on_wall="2026-03-29T12:00", minutes=5, created_at=NOON - timedelta(days=1)
    )  # fmt: skip
    play(monitor, script)
    assert changes() == expected


@pytest.mark.django_db
@pytest.mark.parametrize("many", [False, True])
def test_what_regions_said_before_a_pause_is_forgotten(many):
    monitor = of_three()
    play(monitor, "A+ 0, B+ 1, C+ 2, A- 60, B- 61, C- 62")
    if many:
        bulk.pause(monitor.organization_id, [monitor.id], now=NOON + 70 * S)
        bulk.resume(monitor.organization_id, [monitor.id], now=NOON + 80 * S)
    else:
        monitors.pause(monitor, now=NOON + 70 * S)
        monitors.resume(monitor, now=NOON + 80 * S)
    Monitor.objects.update(fence=0)  # which play() says
    before = len(changes())
    play(monitor, "A+ 90, B+ 91")
    assert (changes()[before:], SourceState.objects.get().state) == ([], UP)


@pytest.mark.django_db
def test_a_check_that_a_region_cannot_make_ends_no_outage():
    monitor = of_three()
    play(monitor, "A+ 0, B+ 1, C+ 2, B- 60, C- 61, A+ 62")
    say(monitor, B, ProbeResult(State.UNKNOWN, Reason.BLOCKED, 0, summary="Not made."), 122)
    play(monitor, "C- 182")
    assert changes() == [(UP, DOWN, 60), (DOWN, PART, 62)]
