"""What holds of verdicts whatever checks say, one after the other."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

from hypothesis import example, given
from hypothesis import strategies as st

from monitors.core.debounce import Track, step
from monitors.core.states import State
from monitors.core.verdict import NOISY_CHANGES, NOISY_WITHIN, SLOW_CHECKS, Policy, Seen, is_noisy, judge

NOON = datetime(2026, 3, 29, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
FAST_US, LATE_US = 1_000, 700_000
UP, LATE, SLOW, PART, DOWN = (
    Seen(State.OPERATIONAL, FAST_US),
    Seen(State.OPERATIONAL, LATE_US),
    Seen(State.DEGRADED, FAST_US),
    Seen(State.PARTIAL_OUTAGE, FAST_US),
    Seen(State.MAJOR_OUTAGE, FAST_US),
)
SAYS_NOTHING = [Seen(State.UNKNOWN, FAST_US), Seen(State.MAJOR_OUTAGE, FAST_US, tells=False), Seen(State.OPERATIONAL, FAST_US, tells=False)]  # fmt: skip
PLANNED = Seen(State.MAJOR_OUTAGE, FAST_US, in_window=True)

checks = st.lists(st.sampled_from([UP, LATE, SLOW, PART, DOWN, *SAYS_NOTHING]), max_size=30)
policies = st.builds(
    Policy, st.just(60), st.integers(1, 5), st.integers(1, 5), slow_factor=st.just(2.0), baseline_us=st.just(300_000)
)
two = Policy(60, 2, 2, slow_factor=2.0, baseline_us=300_000)


def fails(seen):
    return seen.tells and seen.state >= State.PARTIAL_OUTAGE


def answers(seen):
    return seen.tells and State.UNKNOWN < seen.state < State.PARTIAL_OUTAGE


def follow(seen, policy, track=None):
    """Give each check with the track before and after it, a minute apart; noise is noted as services do."""
    track, changes, noisy = track or Track(State.OPERATIONAL, NOON), [], False
    for minute, one in enumerate(seen):
        at = NOON + minute * MINUTE
        word = judge(one, track, Policy(60, policy.confirmations, policy.recovery_confirmations, policy.slow_factor, policy.baseline_us, noisy))  # fmt: skip
        before = track
        if word is not None:
            moved = step(track, word.state, at=at, confirmations=word.confirmations)
            track = moved.track
            if moved.changed and (before.state.is_impaired or track.state.is_impaired):
                changes.append(at)
                noisy = track.state.is_impaired and (noisy or is_noisy(changes, now=at))
        yield minute, one, before, track


def minute_of(at):
    return (at - NOON) // MINUTE


@given(checks, policies)
@example([DOWN, LATE, DOWN], two)
def test_an_outage_begins_with_a_failure_ends_with_enough_and_has_no_good_check_in_between(seen, policy):
    for minute, _, before, after in follow(seen, policy):
        if after.state >= State.PARTIAL_OUTAGE > before.state:
            spell = seen[minute_of(after.since) : minute + 1]
            assert fails(spell[0])
            assert fails(spell[-1])
            assert UP not in spell
            told = [one for one in spell if fails(one) or answers(one)]
            assert len(told) >= policy.confirmations


@given(checks, policies)
def test_an_outage_ends_with_as_many_answers_as_are_wanted_and_no_failure_among_them(seen, policy):
    for minute, _, before, after in follow(seen, policy):
        if before.state >= State.PARTIAL_OUTAGE > after.state:
            spell = seen[minute_of(after.since) : minute + 1]
            assert answers(spell[0])
            assert not any(fails(one) for one in spell)
            assert sum(answers(one) for one in spell) >= policy.recovery_confirmations


@given(checks, policies, st.sampled_from(SAYS_NOTHING))
def test_what_says_nothing_changes_nothing(seen, policy, nothing):
    for _, one, before, after in follow(seen, policy):
        assert judge(nothing, after, policy) is None
        if one in SAYS_NOTHING:
            assert after == before


@given(checks, policies)
def test_times_never_go_back(seen, policy):
    for minute, _, before, after in follow(seen, policy):
        assert before.since <= after.since <= NOON + minute * MINUTE
        assert after.pending_since is None or after.since <= after.pending_since


@given(checks, policies, st.integers(1, 40))
def test_what_fails_for_long_enough_is_down_whatever_was_before(seen, policy, more):
    *_, (_, _, _, last) = follow([*seen, *[DOWN] * (policy.confirmations + more)], policy)
    assert last.state == State.MAJOR_OUTAGE
    assert last.pending is None


@given(checks, policies)
def test_what_answers_in_time_for_a_quarter_of_an_hour_is_up_whatever_was_before(seen, policy):
    *_, (_, _, _, last) = follow([*seen, *[UP] * 17], policy)
    assert (last.state, last.pending) == (State.OPERATIONAL, None)


@given(st.lists(st.sampled_from([LATE, SLOW, PART, DOWN]), min_size=2 * SLOW_CHECKS + 10, max_size=30), policies)
@example([DOWN, LATE] * 10, two)
@example([LATE, PART] * 10, two)
def test_what_is_never_well_is_not_up_for_long(seen, policy):
    *_, (_, _, _, last) = follow(seen, policy)
    assert last.state.is_impaired


@given(st.lists(st.sampled_from([UP, LATE]), min_size=17, max_size=30), policies)
@example([UP, LATE] * 10, two)
def test_what_answers_each_time_does_not_stay_down(seen, policy):
    *_, (_, _, _, last) = follow(seen, policy, Track(State.MAJOR_OUTAGE, NOON - MINUTE))
    assert last.state < State.PARTIAL_OUTAGE


@given(st.lists(st.sampled_from([UP, LATE, PART, DOWN, *SAYS_NOTHING]), min_size=60, max_size=180), policies)
@example([DOWN, UP] * 90, Policy(60, 1, 1))
@example([DOWN, *[UP] * 16] * 9, Policy(60, 1, 1))
def test_going_up_and_down_is_told_a_few_times_an_hour(seen, policy):
    changes = [NOON + m * MINUTE for m, _, a, b in follow(seen, policy) if a.state.is_impaired != b.state.is_impaired]
    recoveries = [NOON + m * MINUTE for m, _, a, b in follow(seen, policy) if a.state.is_impaired and not b.state.is_impaired]  # fmt: skip
    within = max((sum(at <= other < at + NOISY_WITHIN for other in changes) for at in changes), default=0)
    assert within <= NOISY_CHANGES + 8  # then a quarter of an hour for each recovery
    quiet = [
        b - a for a, b in pairwise(recoveries) if sum(b - NOISY_WITHIN <= at < b for at in changes) > NOISY_CHANGES
    ]
    assert all(pause >= timedelta(minutes=15) for pause in quiet)


@given(checks, st.lists(st.just(PLANNED), min_size=1, max_size=9), policies)
def test_planned_work_confirms_no_outage(seen, planned, policy):
    for _, one, before, after in follow([*seen, *planned, UP, *planned], policy):
        if one is PLANNED and not before.state.is_impaired:
            assert (after.state, after.pending) == (State.MAINTENANCE, None)


@given(checks, policies)
def test_the_same_check_again_adds_nothing_to_a_state_that_is_confirmed(seen, policy):
    for _, _, _, after in follow(seen, policy):
        if after.pending is None:
            assert step(after, after.state, at=NOON, confirmations=1).track == after
