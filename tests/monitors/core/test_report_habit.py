"""What is usual at an hour of the week: pure, by tables."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from monitors.core.report_habit import FEWEST_HOURS, HOUR, LEAN, PAST, habit_of

NOW = datetime(2026, 11, 16, tzinfo=UTC)  # a Monday
BEGAN = NOW - PAST
HOURS = [BEGAN + n * HOUR for n in range(PAST // HOUR)]


def per_hour(counted, at, *, began=BEGAN, until=NOW):
    habit = habit_of(counted, began, until)
    assert habit is not None
    return habit.per_quarter(at) * 4


@pytest.mark.parametrize("rate", [0, 1, 7, 400])
def test_a_flat_past_is_usual_at_every_hour(rate):
    habit = habit_of(dict.fromkeys(HOURS, rate), BEGAN, NOW)
    assert {round(value, 9) for value in habit.hourly.values()} == {rate}


def test_an_hour_of_the_week_that_is_busier_is_usual_then_and_pulled_to_the_mean():
    counted = {hour: 40 if hour.weekday() == 0 and hour.hour == 9 else 10 for hour in HOURS}
    monday, tuesday = NOW + timedelta(hours=9), NOW + timedelta(days=1, hours=9)
    mean = 10 + 30 * 8 / len(HOURS)
    nine = (48 * 10 + 8 * 40 + LEAN * mean) / (56 + LEAN)
    assert per_hour(counted, monday) == pytest.approx((8 * 40 + LEAN * nine) / (8 + LEAN))
    assert per_hour(counted, tuesday) == pytest.approx((8 * 10 + LEAN * nine) / (8 + LEAN))


@pytest.mark.parametrize("days", [7, 14, 56])
def test_an_hour_that_is_busy_every_day_is_usual_however_quiet_the_others_are(days):
    began = NOW - timedelta(days=days)
    counted = {hour: 60 for hour in HOURS if hour.hour == 12}
    assert 40 < per_hour(counted, NOW + timedelta(hours=12), began=began) < 60
    assert per_hour(counted, NOW + timedelta(hours=4), began=began) < 3


def test_days_have_their_own_nights():
    counted = {hour: 2 if hour.hour < 8 else 20 for hour in HOURS}
    assert 2 < per_hour(counted, NOW + timedelta(hours=3)) < 4
    assert 18 < per_hour(counted, NOW + timedelta(hours=15)) < 20


def test_an_outage_of_last_week_is_not_what_is_usual_this_week():
    outage = {NOW - timedelta(days=7) + timedelta(hours=n): 5000 for n in range(9, 12)}
    assert per_hour(dict.fromkeys(HOURS, 4) | outage, NOW + timedelta(hours=10)) < 5


def test_the_present_teaches_nothing_about_itself():
    later = {NOW + n * HOUR: 1000 for n in range(24)}
    calm = dict.fromkeys(HOURS, 3)
    assert per_hour(calm | later, NOW + HOUR) == per_hour(calm, NOW + HOUR)


@pytest.mark.parametrize(("hours", "is_known"), [(0, False), (FEWEST_HOURS - 1, False), (FEWEST_HOURS, True)])
def test_less_than_a_day_of_past_is_no_habit(hours, is_known):
    assert (habit_of({}, NOW - hours * HOUR, NOW) is not None) is is_known


def test_an_hour_that_had_begun_before_we_looked_is_no_whole_hour():
    assert habit_of({}, NOW - FEWEST_HOURS * HOUR + timedelta(minutes=1), NOW) is None


def test_an_hour_of_which_there_is_no_past_is_the_mean():
    began = NOW - 30 * HOUR
    assert per_hour({began + n * HOUR: 6 for n in range(30)}, NOW + timedelta(days=3), began=began) == 6


def test_a_zone_of_the_caller_changes_nothing():
    counted = {hour: hour.hour for hour in HOURS}
    at = NOW + timedelta(hours=20)
    assert per_hour(counted, at.astimezone(timezone(timedelta(hours=9)))) == per_hour(counted, at)
