"""What the receipts of a scope come to: pure, by tables."""

from datetime import UTC, datetime, timedelta

import pytest

from monitors.core.cells import Cell
from monitors.core.delivery import (
    CALM,
    FIRST_GUESS,
    Habit,
    Minute,
    Tally,
    Verdict,
    counts_from,
    habit_of,
    judge,
    tail,
    tally,
)
from monitors.core.lifting import lifted
from monitors.core.receipts import PROMPT
from monitors.core.sight import sees_since
from monitors.core.states import State

NOON = datetime(2026, 1, 24, 12, tzinfo=UTC)
USUAL = Habit(late=0.02, failed=0.02)
WELL, DEGRADED, PARTIAL = State.OPERATIONAL, State.DEGRADED, State.PARTIAL_OUTAGE
DOCOMO, KDDI, SOFTBANK = (Cell(1, "JP", carrier) for carrier in (7, 8, 9))


def minutes(start, end, **counts):
    """The same counts in every minute from `start` to `end` minutes before noon."""
    return [Minute(NOON - timedelta(minutes=ago), **counts) for ago in range(start, end - 1, -1)]


FINE = {"started": 1, "prompt": 1, "delivered": 1}
STALLED = {"started": 1}
FAILED = {"started": 1, "prompt": 1, "failed": 1}


def state(counted, habit=USUAL, said=WELL):
    verdict = judge(counted, habit, said, NOON)
    return verdict and verdict.state


@pytest.mark.parametrize(
    ("counted", "expected"),
    [
        ([], None),
        (minutes(60, 0, **FINE), WELL),
        (minutes(60, 10, **FINE) + minutes(9, 0, **STALLED), PARTIAL),  # five of five that have had their time
        (minutes(60, 7, **FINE) + minutes(6, 0, **STALLED), None),  # too early to tell
        (minutes(60, 6, **FINE) + minutes(5, 0, **STALLED), WELL),
        (minutes(60, 3, **FINE) + minutes(2, 0, **STALLED), WELL),  # they still have time
        (minutes(3, 0, **STALLED), None),  # nothing is known of any
        (minutes(60, 10, **FINE) + minutes(9, 0, **FAILED), PARTIAL),
        (minutes(15, 0, started=4, prompt=4, delivered=2, failed=2), DEGRADED),
        (minutes(15, 0, started=20, prompt=20, delivered=20, sender=9), WELL),  # the sender's own doing is no evidence
        (minutes(15, 0, started=20, prompt=19, delivered=18, failed=1), WELL),
        (minutes(60, 0)[::12] + minutes(60, 5, **STALLED)[::12], PARTIAL),  # a small carrier: an hour is looked at
    ],
)
def test_a_scope_is_judged_by_what_failed_and_by_what_has_no_end(counted, expected):
    assert state(counted) == expected


def test_a_carrier_that_never_says_how_a_message_ended_does_not_stall():
    assert state(minutes(15, 0, started=3), Habit(late=0.95, failed=0.02)) is None


@pytest.mark.parametrize(
    ("share", "said", "expected"),
    [(7, WELL, DEGRADED), (5, PARTIAL, PARTIAL), (9, WELL, PARTIAL)],
)
def test_a_partial_outage_begins_at_four_in_five_and_stays_one_while_messages_stall(share, said, expected):
    assert state(minutes(15, 0, started=10, prompt=10 - share, delivered=10 - share), said=said) == expected


def test_an_impaired_scope_is_well_when_messages_have_arrived_for_ten_minutes():
    states = [
        state(minutes(60, ago + 1, **STALLED) + minutes(ago, 0, **FINE), said=PARTIAL) for ago in (2, 8, 11, 13, 15)
    ]
    assert states == [PARTIAL, PARTIAL, PARTIAL, WELL, WELL]  # each on its own: all were partial before


def test_a_trouble_that_is_over_is_not_judged_again():
    counted = minutes(60, 15, **STALLED)[::4] + minutes(14, 0, **FINE)[::4]
    start = counts_from(NOON - timedelta(hours=1), WELL, NOON)
    assert start == NOON - CALM - PROMPT
    assert state([minute for minute in counted if minute.at >= start]) == WELL


def test_nobody_knows_of_an_impaired_scope_without_traffic():
    assert state([], said=DEGRADED) is None
    assert state(minutes(3, 0, **STALLED), said=DEGRADED) is None


def test_the_reasons_have_the_numbers():
    stall = minutes(60, 19, **FINE) + minutes(18, 0, **STALLED)
    fails = minutes(15, 0, started=2, prompt=2, delivered=1, failed=1)
    reasons = [judge(counted, USUAL, WELL, NOON).reason for counted in (stall, fails, minutes(60, 0, **FINE))]
    assert reasons == [
        "5 of 5 messages had no final state after 3 min; normally 2%.",
        "9 of 18 messages failed in 8 min; normally 2%.",
        "9 of 9 messages were delivered in 8 min.",
    ]


def test_messages_count_as_late_only_once_they_have_had_their_time():
    assert tally(minutes(5, 0, started=1), NOON - timedelta(minutes=15), NOON) == Tally(started=2, late=2)


# --- What is usual ---


def test_a_habit_is_shrunk_to_that_of_country_and_component():
    history = {DOCOMO: Tally(1000, 20, 1000, 10), KDDI: Tally(10, 0, 10, 0), Cell(1, "US"): Tally(1000, 0, 1000, 0)}
    late = {cell: round(habit_of(cell, history).late, 3) for cell in (DOCOMO, KDDI, SOFTBANK, Cell(1, "US"), Cell(2))}
    assert late == {DOCOMO: 0.02, KDDI: 0.013, SOFTBANK: 0.02, Cell(1, "US"): 0.005, Cell(2): 0.01}


def test_without_any_history_there_is_a_first_guess():
    assert habit_of(DOCOMO, {}).late == pytest.approx(FIRST_GUESS.late)


@pytest.mark.parametrize(
    ("count", "of", "mean", "expected"), [(0, 10, 0.1, 1.0), (1, 1, 0.25, 0.25), (5, 5, 0.05, 3.7e-6)]
)
def test_the_tail_is_that_of_a_beta_binomial(count, of, mean, expected):
    assert tail(count, of, mean) == pytest.approx(expected, rel=0.01)


# --- Whether we see at all ---


@pytest.mark.parametrize(
    ("counted", "expected"),
    [
        ([], None),
        (minutes(60, 0, **FINE), 60),
        (minutes(60, 7, **FINE), None),  # silent for six minutes, at two receipts a minute
        (minutes(60, 4, **FINE), 60),
        (minutes(60, 20, **FINE) + minutes(10, 0, **FINE), 10),  # what began before the hole's end is not waited for
        (minutes(60, 0, **FINE)[::10], 60),  # ten minutes of silence are nothing special for this one
    ],
)
def test_a_silence_that_the_rate_makes_improbable_is_ours_and_no_verdict(counted, expected):
    since = None if expected is None else NOON - timedelta(minutes=expected)
    assert sees_since(counted, NOON) == since


# --- From carriers to countries ---


def verdict(state):
    return Verdict(state, Tally(10, 9, 1, 0), 15, USUAL, "")


@pytest.mark.parametrize(
    ("states", "expected"),
    [
        ({DOCOMO: DEGRADED, KDDI: WELL}, {}),
        ({DOCOMO: DEGRADED, KDDI: DEGRADED}, {Cell(1, "JP"): DEGRADED}),
        ({DOCOMO: PARTIAL, KDDI: DEGRADED, SOFTBANK: WELL}, {Cell(1, "JP"): DEGRADED}),
        ({DOCOMO: PARTIAL, KDDI: WELL, SOFTBANK: WELL}, {}),
        ({Cell(1, "US"): PARTIAL, Cell(1, "CA"): PARTIAL}, {Cell(1): PARTIAL}),
        ({Cell(1, "US"): PARTIAL, Cell(1, "CA"): WELL}, {}),
    ],
)
def test_most_parts_that_are_impaired_make_the_whole_impaired(states, expected):
    found = lifted({cell: verdict(state) for cell, state in states.items()})
    assert {cell: one.state for cell, one in found.items()} == expected
