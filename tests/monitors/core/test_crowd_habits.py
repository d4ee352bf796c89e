"""The crowd detector on the weekly habit: a spike is found no later than by a plain mean, quiet and busy hours stay calm."""

from datetime import UTC, datetime, timedelta
from math import cos, pi
from random import Random

import pytest

from monitors.core.cells import Cell
from monitors.core.crowd import LEAST_USUAL, WINDOW, Vote, is_unusual, judge
from monitors.core.report_habit import HOUR, PAST, habit_of

MONDAY = datetime(2026, 11, 16, tzinfo=UTC)
BEGAN = MONDAY - PAST
HOURS = [BEGAN + n * HOUR for n in range(PAST // HOUR)]
ALL = Cell()
MINUTE = timedelta(minutes=1)


def rate_at(hour, mean):
    """Reports an hour: three times as many in the evening as at night, half as many on a weekend."""
    of_day = 1 + 0.5 * cos((hour.hour - 19) / 12 * pi)
    return mean * of_day * (0.6 if hour.weekday() >= 5 else 1.16)


def world(mean, *, outage=False):
    past = {hour: round(rate_at(hour, mean)) for hour in HOURS}
    if outage:  # of three days, in the last two weeks
        past |= {hour: 40 * past[hour] for hour in HOURS[-240:] if hour.day in (7, 8, 9) and 8 <= hour.hour < 20}
    return past


def habit(past, at):
    found = habit_of(past, BEGAN, MONDAY)
    assert found is not None
    return found.per_quarter(at)


def plain(past, at):
    """What a mean of two weeks says."""
    return sum(past[hour] for hour in HOURS[-14 * 24 :] if hour.hour == at.hour) / 14 / 4


def found_after(usual, rate, began):
    """Return after how many minutes reports that come evenly, `rate` an hour, are loud; None: within an hour not at all."""
    votes = [Vote(ALL, f"{n}", began + n * HOUR / rate) for n in range(int(rate))]
    for minute in range(61):
        now = began + minute * MINUTE
        if any(crowd.is_loud for crowd in judge([vote for vote in votes if vote.at <= now], {ALL: usual}, set(), now)):
            return minute
    return None


def drawn(random, mean):
    """Return a count of a quarter of an hour as quiet ones vary: with a variance of 2.2 times the mean."""
    lam = random.gammavariate(mean / 1.2, 1.2)
    count, left = 0, random.expovariate(1)
    while left < lam:
        count, left = count + 1, left + random.expovariate(1)
    return count


@pytest.mark.parametrize("hour", [5, 19, 5 * 24 + 7, 6 * 24 + 19])  # a Monday's night and evening; a weekend's
@pytest.mark.parametrize("mean", [12, 60, 200])
@pytest.mark.parametrize("outage", [False, True])
def test_a_tenfold_spike_is_found_no_later_than_by_a_plain_mean(mean, hour, outage):
    at, past = MONDAY + hour * HOUR, world(mean, outage=outage)
    rate = 10 * rate_at(at, mean)
    ours, theirs = found_after(habit(past, at), rate, at), found_after(plain(past, at), rate, at)
    assert (ours or 61) <= (theirs or 61)


@pytest.mark.parametrize(("hour", "minutes"), [(5, 5), (19, 3), (127, 7), (163, 5)])
def test_a_tenfold_spike_of_a_provider_that_people_report_often_is_found_in_minutes(hour, minutes):
    at = MONDAY + hour * HOUR
    assert found_after(habit(world(60), at), 10 * rate_at(at, 60), at) == minutes


def false_alarms(mean, usual):
    """Return how many quarters of an hour of eight quiet weeks are loud."""
    random, loud = Random(mean), 0
    for n in range(8 * 7 * 96):
        at = MONDAY + n % (7 * 96) * WINDOW
        number = drawn(random, rate_at(at.replace(minute=0), mean) / 4)
        loud += is_unusual(number, max(LEAST_USUAL, usual[at.weekday(), at.hour]))
    return loud


@pytest.mark.parametrize(("mean", "most", "by_plain_mean"), [(1, 1, 1), (12, 5, 5), (60, 10, 13), (200, 7, 25)])
def test_quiet_weeks_give_no_more_false_alarms_than_a_plain_mean(mean, most, by_plain_mean):
    past = world(mean)
    hours = [MONDAY + n * HOUR for n in range(7 * 24)]
    ours, theirs = ({(at.weekday(), at.hour): means(past, at) for at in hours} for means in (habit, plain))
    assert (false_alarms(mean, ours), false_alarms(mean, theirs)) == (most, by_plain_mean)
