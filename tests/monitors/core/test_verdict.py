"""What a check means: nothing of our own faults, no alarm in planned work, and the first failure's time."""

from datetime import UTC, datetime, timedelta

import pytest

from monitors.core.debounce import Track, step
from monitors.core.states import State
from monitors.core.verdict import NOISY_CHANGES, SLOW_CHECKS, Policy, Seen, Word, is_noisy, judge

NOON = datetime(2026, 3, 29, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
UNKNOWN, UP, PLANNED, SLOW, PART, DOWN = (
    State.UNKNOWN, State.OPERATIONAL, State.MAINTENANCE, State.DEGRADED, State.PARTIAL_OUTAGE, State.MAJOR_OUTAGE,
)  # fmt: skip
POLICY = Policy(interval_s=60, confirmations=2, recovery_confirmations=3)
WITH_BASELINE = Policy(60, 2, 3, slow_factor=2.0, baseline_us=300_000)


def track(state, pending=None, agreeing=0):
    return Track(state, NOON, pending, NOON if pending is not None else None, agreeing)


def run(checks, policy=POLICY, start=UP):
    """Follow checks a minute apart; return [(minute, state, the minute it is said to have begun)] of changes."""
    now, changes = Track(start, NOON), []
    for minute, seen in enumerate(checks):
        word = judge(seen if isinstance(seen, Seen) else Seen(seen, 1000), now, policy)
        if word is None:
            continue
        after = step(now, word.state, at=NOON + minute * MINUTE, confirmations=word.confirmations)
        now = after.track
        if after.changed:
            changes.append((minute, now.state, (now.since - NOON) // MINUTE))
    return changes


@pytest.mark.parametrize(
    ("checks", "expected"),
    [
        ([UP, DOWN, UP, DOWN, UP], []),
        ([UP, DOWN, DOWN], [(2, DOWN, 1)]),
        ([UP, DOWN, UNKNOWN, DOWN], [(3, DOWN, 1)]),
        ([DOWN, DOWN, UP, UP, DOWN, UP, UP, UP], [(1, DOWN, 0), (7, UP, 5)]),
        ([DOWN, PART], [(1, PART, 0)]),
        ([UNKNOWN] * 9, []),
        ([Seen(DOWN, 0, tells=False)] * 9, []),
    ],
    ids=["single failures", "two in a row", "blocked between", "three good ones", "worse and worse", "unknown", "ours"],
)
def test_a_change_is_confirmed_and_carries_the_first_checks_time(checks, expected):
    assert run(checks) == expected


def test_one_failure_after_slow_answers_is_not_an_outage_yet():
    late = Seen(UP, 700_000)
    assert run([late] * 3 + [DOWN, UP], WITH_BASELINE) == []
    assert run([late] * 3 + [DOWN, DOWN], WITH_BASELINE) == [(4, DOWN, 3)]


@pytest.mark.parametrize(
    ("answers", "expected"),
    [
        ([UP, "late"] * 5, [(1, SLOW, 0)]),
        ([UP, "late", UP, UP], [(1, SLOW, 0), (3, UP, 2)]),
        (["late"] * 9, [(1, SLOW, 0)]),
        (["late", DOWN, "late", DOWN], []),
        ([SLOW, SLOW], [(1, SLOW, 0)]),
    ],
)
def test_an_outage_ends_with_answers_even_if_they_are_late(answers, expected):
    policy = Policy(60, 1, 2, slow_factor=2.0, baseline_us=300_000)
    checks = [Seen(UP, 700_000) if answer == "late" else answer for answer in answers]
    assert run(checks, policy, start=DOWN) == expected


def test_late_answers_between_failures_are_no_recovery():
    assert run([DOWN, Seen(UP, 700_000), DOWN], WITH_BASELINE) == [(2, DOWN, 0)]


@pytest.mark.parametrize(
    ("factor", "baseline_us", "total_us", "is_slow"),
    [
        (2.0, 300_000, 600_000, False),
        (2.0, 300_000, 600_001, True),
        (2.0, 10_000, 210_000, False),  # 21 times as long, and nobody notices
        (2.0, 10_000, 210_001, True),
        (None, 300_000, 9_000_000, False),
        (2.0, None, 9_000_000, False),
    ],
)
def test_slow_is_measured_against_the_monitors_own_baseline(factor, baseline_us, total_us, is_slow):
    policy = Policy(60, 2, 3, slow_factor=factor, baseline_us=baseline_us)
    word = judge(Seen(UP, total_us), track(UP), policy)
    assert (word.state, word.confirmations) == ((SLOW, SLOW_CHECKS) if is_slow else (UP, 1))


def test_slow_for_long_enough_is_degraded_and_says_why():
    late = Seen(UP, 700_000)
    assert run([late] * SLOW_CHECKS, WITH_BASELINE) == [(4, SLOW, 0)]
    why = "It took 700 ms, where 95 of 100 checks of the last week took 300 ms at most."
    assert judge(late, track(UP), WITH_BASELINE) == Word(SLOW, SLOW_CHECKS, why=why)


@pytest.mark.parametrize(
    ("seen", "before", "look_again"),
    [
        (DOWN, track(UP), True),
        (DOWN, track(UP, DOWN, 1), False),  # this one confirms
        (DOWN, track(DOWN), False),
        (UP, track(DOWN), True),
        (UP, track(DOWN, UP, 1), True),
        (UP, track(DOWN, UP, 2), False),
        (UP, track(UP, DOWN, 1), False),
        (UP, track(UNKNOWN), False),
    ],
)
def test_a_change_that_waits_for_confirmation_asks_for_another_look(seen, before, look_again):
    assert judge(Seen(seen, 1), before, POLICY).look_again is look_again


def test_a_monitor_that_is_satisfied_with_one_check_needs_no_second_look():
    policy = Policy(interval_s=60, confirmations=1, recovery_confirmations=1)
    assert not judge(Seen(DOWN, 1), track(UP), policy).look_again


@pytest.mark.parametrize(
    ("seen", "before", "expected"),
    [
        (DOWN, UP, PLANNED), (DOWN, PLANNED, PLANNED), (DOWN, UNKNOWN, PLANNED), (DOWN, DOWN, DOWN), (UP, PLANNED, UP),
        (DOWN, SLOW, PLANNED), (SLOW, SLOW, SLOW), (SLOW, DOWN, SLOW), (DOWN, PART, DOWN), (SLOW, UP, PLANNED),
    ],
)  # fmt: skip
def test_planned_work_makes_no_trouble_and_hides_none_that_was_there(seen, before, expected):
    assert judge(Seen(seen, 1, in_window=True), track(before), POLICY).state == expected


def test_slow_answers_within_planned_work_are_expected():
    assert judge(Seen(UP, 9_000_000, in_window=True), track(UP), WITH_BASELINE).state == UP


def test_what_is_still_down_after_planned_work_is_down_from_its_end():
    planned = Seen(DOWN, 1, in_window=True)
    assert run([UP, planned, planned, DOWN, DOWN]) == [(1, PLANNED, 1), (4, DOWN, 3)]


@pytest.mark.parametrize(
    ("minutes_ago", "expected"),
    [([1, 9, 20, 30, 59], True), ([1, 9, 20, 30], False), ([1, 9, 20, 30, 61], False), ([0] * NOISY_CHANGES, True)],
)
def test_five_changes_within_an_hour_are_noise(minutes_ago, expected):
    assert is_noisy([NOON - n * MINUTE for n in minutes_ago], now=NOON) is expected


def test_a_noisy_monitor_is_up_after_quarter_of_an_hour_without_a_failure():
    noisy = Policy(60, 2, 3, is_noisy=True)
    assert run([UP] * 10 + [DOWN] + [UP] * 16, noisy, start=DOWN) == [(26, UP, 11)]
    assert not judge(Seen(UP, 1), track(DOWN), noisy).look_again
