"""When a crowd is loud: pure, by tables."""

from datetime import UTC, datetime, timedelta

import pytest

from monitors.core.cells import Cell
from monitors.core.crowd import FEWEST, Crowd, Vote, judge, tail

NOON = datetime(2026, 1, 24, 12, tzinfo=UTC)
PROVIDER, SMS, VOICE = Cell(), Cell(1), Cell(2)
JAPAN, INDIA = Cell(1, "JP"), Cell(1, "IN")
DOCOMO, KDDI = Cell(1, "JP", 7), Cell(1, "JP", 8)


def voted(cell, networks, *, minutes_ago=1.0, first=0, now=NOON):
    at = now - timedelta(minutes=minutes_ago)
    return [Vote(cell, f"network {first + n}", at) for n in range(networks)]


def loud(votes, usual=(), spoken=(), now=NOON):
    return {crowd.cell for crowd in judge(votes, dict(usual), set(spoken), now) if crowd.is_loud}


@pytest.mark.parametrize(("networks", "expected"), [(0, set()), (FEWEST - 1, set()), (FEWEST, {SMS}), (60, {SMS})])
def test_seven_networks_are_loud_where_nobody_reports_usually(networks, expected):
    assert loud(voted(SMS, networks)) == expected


@pytest.mark.parametrize(("usual", "enough"), [(0.2, 7), (1, 11), (2, 14), (5, 21), (20, 46)])
def test_what_is_loud_depends_on_what_is_usual(usual, enough):
    assert loud(voted(SMS, enough - 1), {SMS: usual, PROVIDER: usual}) == set()
    assert loud(voted(SMS, enough), {SMS: usual, PROVIDER: usual}) == {SMS}


def test_ten_thousand_reports_from_three_networks_are_three_voices():
    assert loud(voted(SMS, 3) * 3334) == set()


def test_a_slow_sybil_from_few_networks_never_flips_a_state():  # C4
    votes = [vote for minute in range(35) for vote in voted(SMS, 6, minutes_ago=minute)]
    assert loud(votes) == set()


def test_votes_are_counted_for_a_quarter_of_an_hour():
    assert loud(voted(SMS, 30, minutes_ago=14.9)) == {SMS}
    assert loud(voted(SMS, 30, minutes_ago=15)) == set()


@pytest.mark.parametrize(
    ("votes", "expected"),
    [
        (voted(DOCOMO, 20), {DOCOMO}),
        (voted(DOCOMO, 20) + voted(JAPAN, 10, first=50), {DOCOMO}),  # who names no carrier may well mean DOCOMO
        (voted(DOCOMO, 8) + voted(JAPAN, 30, first=50), {DOCOMO, JAPAN}),
        (voted(DOCOMO, 4) + voted(KDDI, 4, first=50), {JAPAN}),
        (voted(DOCOMO, 20) + voted(KDDI, 20, first=50), {DOCOMO, KDDI}),
        (voted(JAPAN, 4) + voted(INDIA, 4, first=50), {SMS}),
        (voted(JAPAN, 20) + voted(INDIA, 6, first=50) + voted(Cell(1, "US"), 6, first=90), {JAPAN, SMS}),
        (voted(SMS, 4) + voted(VOICE, 4, first=50), {PROVIDER}),
        (voted(Cell(0, "JP"), 9), {Cell(0, "JP")}),
    ],
)
def test_the_narrowest_cell_with_enough_reports_wins_and_a_wider_one_only_when_it_has_spread(votes, expected):
    assert loud(votes) == expected


@pytest.mark.parametrize(("minutes_ago", "expected"), [(20, {SMS}), (34.5, {SMS}), (35.5, set())])
def test_a_crowd_that_spoke_stays_loud_until_it_was_calm_for_twenty_minutes(minutes_ago, expected):
    assert loud(voted(SMS, 20, minutes_ago=minutes_ago), spoken={SMS}) == expected


def test_a_crowd_that_is_calm_says_so_once_it_has_spoken():
    assert judge([], {}, {SMS}, NOON) == [Crowd(SMS, False, 0, 0.2)]
    assert judge(voted(SMS, 20, minutes_ago=20), {}, set(), NOON) == []


def test_networks_whose_key_changed_at_midnight_are_not_counted_twice():
    midnight = datetime(2026, 1, 25, tzinfo=UTC)
    now = midnight + timedelta(minutes=5)
    before = [Vote(SMS, f"old {n}", midnight - timedelta(minutes=3)) for n in range(6)]
    after = [Vote(SMS, f"new {n}", midnight + timedelta(minutes=3)) for n in range(6)]
    assert loud(before + after, now=now) == set()
    assert loud(before + after + [Vote(SMS, "new 6", now)], now=now) == {SMS}


@pytest.mark.parametrize(
    ("networks", "usual", "reason"),
    [
        (23, 2.1, "23 reports in 15 min; 2 are usual at this hour."),
        (9, 0.2, "9 reports in 15 min; fewer than 1 is usual at this hour."),
        (1, 1.2, "1 report in 15 min; 1 is usual at this hour."),
    ],
)
def test_the_reason_has_the_numbers(networks, usual, reason):
    assert Crowd(SMS, True, networks, usual).reason == reason


@pytest.mark.parametrize(
    ("count", "mean", "expected"), [(0, 2, 1.0), (1, 2, 0.7312), (7, 0.2, 0.00087), (14, 2, 0.00086)]
)
def test_the_tail_is_that_of_a_negative_binomial_with_variance_2_2_times_the_mean(count, mean, expected):
    assert tail(count, mean) == pytest.approx(expected, rel=0.05)
