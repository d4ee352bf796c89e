"""Our own network's failure is seen as ours, for a while, and never hides the world for long."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitors.core.guard import (
    BAD_CANARIES,
    LONGEST,
    STALE,
    Failing,
    Round,
    Sight,
    Watch,
    after_round,
    sight,
)

NOON = datetime(2026, 3, 29, 12, tzinfo=UTC)
NAMES = ("a", "b", "c", "d", "e")
MOST, FEW, ONE_HOST = Failing(100, 51, 5), Failing(100, 50, 50), Failing(100, 99, 4)
NONE = Failing()


def s(seconds):
    return NOON + timedelta(seconds=seconds)


def follow(failed, failing=NONE, every_s=5):
    """Return whether the region was blind after each round; `failed` canaries per round of five."""
    watch, blind = Watch(), []
    for n, count in enumerate(failed):
        watch = after_round(watch, Round(s(every_s * n), 5, NAMES[:count]), failing)
        blind.append(watch.blind_since is not None)
    return blind


@pytest.mark.parametrize(
    ("failed", "failing", "expected"),
    [
        ([0, 2, 2, 2], NONE, [False] * 4),
        ([0, 3], NONE, [False, True]),
        ([0, 5, 0, 0], NONE, [False, True, True, False]),
        ([0, 5, 0, 5, 0, 0], NONE, [False, True, True, True, True, False]),
        ([5, 5, 5], NONE, [False] * 3),
        ([5, 0, 5], NONE, [False, False, True]),
        ([0, 1], MOST, [False, True]),
        ([0, 1], FEW, [False, False]),
        ([0, 1], ONE_HOST, [False, False]),
        ([0, 0, 0], MOST, [False] * 3),
    ],
    ids=[
        "two canaries", "three", "released after two good rounds", "not after one", "never had a way out",
        "armed by its first good round", "most monitors and a canary", "half", "one hoster is down",
        "most monitors, and every canary answers: the world",
    ],
)  # fmt: skip
def test_when_a_region_is_blind(failed, failing, expected):
    assert follow(failed, failing) == expected


def test_it_has_been_blind_since_its_last_good_round_and_says_why():
    watch = after_round(Watch(last_good_at=NOON), Round(s(5), 5, ("a", "b", "c")), NONE)
    assert (watch.blind_since, watch.reason) == (NOON, "3 of 5 canaries do not answer: a, b, c.")


def test_what_failed_while_nobody_guarded_is_not_taken_back_by_the_first_bad_round():
    watch = after_round(Watch(last_good_at=NOON, last_round_at=NOON), Round(s(7200), 5, NAMES), NONE)
    assert watch.blind_since == s(7200) - STALE
    watch = after_round(watch, Round(s(7205), 5, NAMES), NONE)
    assert watch.blind_since == s(7200) - STALE  # and not released, as if it were blind for two hours


def test_after_a_quarter_of_an_hour_it_looks_again_and_stays_so_until_all_is_well():
    blind = follow([0] + [5] * 60, every_s=20)
    assert blind == [False] + [True] * 44 + [False] * 16


@pytest.mark.parametrize(("asked", "failed", "is_blind"), [(1, 1, True), (2, 1, False), (2, 2, True), (3, 2, False)])
def test_with_few_canaries_all_of_them_must_fail(asked, failed, is_blind):
    watch = after_round(Watch(last_good_at=NOON), Round(s(5), asked, NAMES[:failed]), NONE)
    assert (watch.blind_since is not None) is is_blind


@pytest.mark.parametrize(
    ("watch", "began", "ended", "now", "expected"),
    [
        (None, 0, 0, 0, Sight.CLEAR),
        (Watch(None, s(0)), 0, 0, 0, Sight.CLEAR),
        (Watch(s(5), s(5)), 4, 5, 6, Sight.CLEAR),
        (Watch(s(5), s(5)), 4, 6, 7, Sight.DOUBT),  # it may have failed after the good round
        (Watch(s(5), s(5)), 6, 6, 36, Sight.CLEAR),  # nobody guards any more
        (Watch(s(5), s(10), s(5)), 4, 5, 11, Sight.CLEAR),
        (Watch(s(5), s(10), s(5)), 4, 6, 11, Sight.BLIND),
        (Watch(s(60), s(60), dark_from=s(5), dark_until=s(60)), 59, 69, 70, Sight.BLIND),  # under way at its end
        (Watch(s(70), s(70), dark_from=s(5), dark_until=s(60)), 61, 69, 70, Sight.CLEAR),
        (Watch(s(70), s(70), dark_from=s(5), dark_until=s(60)), 3, 5, 70, Sight.CLEAR),
    ],
    ids=[
        "no guard", "not armed", "before a good round", "after it", "stale", "before blindness", "within it",
        "told late", "after it is over", "told very late of before",
    ],
)  # fmt: skip
def test_what_a_failure_is_worth(watch, began, ended, now, expected):
    assert sight(watch, began=s(began), ended=s(ended), now=s(now)) is expected


ROUNDS = st.lists(
    st.tuples(st.sampled_from([5, 5, 5, 5, 45, 600]), st.sampled_from([0, 0, 0, 1, 2, 3, 5]), st.sampled_from([NONE, MOST])),
    max_size=300,
)  # fmt: skip


def lived(rounds):
    """Give each watch with the second of its round, how many seconds passed before it, and whether it was good."""
    watch, second = Watch(), 0
    for pause_s, failed, failing in rounds:
        second += pause_s
        before, watch = watch, after_round(watch, Round(s(second), 5, NAMES[:failed]), failing)
        yield before, watch, second, failed < BAD_CANARIES and not (failed and failing is MOST)


@given(ROUNDS)
def test_a_region_is_blind_for_a_quarter_of_an_hour_at_the_most(rounds):
    went_blind = None
    for _, watch, second, _ in lived(rounds):
        if watch.blind_since is None:
            went_blind = None
            continue
        went_blind = second if went_blind is None else went_blind
        assert s(second) - watch.blind_since < LONGEST
        assert watch.blind_since >= s(went_blind) - STALE


@given(ROUNDS)
def test_two_good_rounds_make_any_region_see_and_arm_its_guard(rounds):
    *_, (_, watch, second, _) = lived([*rounds, (5, 0, NONE), (5, 0, NONE)])
    assert (watch.blind_since, watch.last_good_at) == (None, s(second))


@given(ROUNDS, st.integers(0, 3), st.integers(0, 30))
def test_what_a_good_round_followed_is_believed_and_what_failed_in_the_dark_is_not(rounds, took_s, ago_s):
    for before, watch, second, is_good in lived(rounds):
        if is_good and before.blind_since is None and watch.dark_until is None:
            seen = sight(watch, began=s(second - took_s - 1), ended=s(second - 1), now=s(second))
            assert seen is Sight.CLEAR
        if watch.blind_since is not None:
            ended = max(watch.blind_since + timedelta(microseconds=1), s(second - ago_s))
            seen = sight(watch, began=ended - timedelta(seconds=took_s), ended=ended, now=s(second))
            assert seen is Sight.BLIND
