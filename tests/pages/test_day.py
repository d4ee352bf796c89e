"""The last 24 hours on one axis: where moments lie, and what is drawn there."""

from datetime import UTC, datetime

import pytest

from incidents.core.timeline import ImpactSpan, Span
from monitors.core.states import Source, State
from pages.core import day

NOW = datetime(2026, 3, 2, 14, 7, 30, tzinfo=UTC)
WINDOW = day.window_of(NOW)
UP, UNKNOWN, DEGRADED, DOWN = State.OPERATIONAL, State.UNKNOWN, State.DEGRADED, State.MAJOR_OUTAGE


def at(hour, minute=0, *, yesterday=False):
    return datetime(2026, 3, 1 if yesterday else 2, hour, minute, tzinfo=UTC)


def test_the_day_ends_with_the_quarter_that_is_running():
    assert Span(at(14, 15, yesterday=True), at(14, 15)) == WINDOW


@pytest.mark.parametrize(
    ("moment", "where"),
    [
        (at(14, 15, yesterday=True), 0.0),
        (at(2, 15), 0.5),
        (at(14, 15), 1.0),
        (at(3, yesterday=True), 0.0),
        (at(20), 1.0),
    ],
)
def test_a_moment_lies_where_its_share_of_the_day_is(moment, where):
    assert day.place(moment, WINDOW) == where


def test_every_third_hour_is_numbered_and_midnight_is_a_day():
    hours = day.hours_of(WINDOW)
    assert (len(hours), hours[0].at, hours[-1].at) == (24, at(15, yesterday=True), at(14))
    assert [hour.label for hour in hours if hour.label] == [
        "15:00", "18:00", "21:00", "2 Mar", "03:00", "06:00", "09:00", "12:00",
    ]  # fmt: skip


def test_a_source_s_day_is_what_it_heard_with_its_trouble_over_it_to_the_minute():
    impacts = [
        ImpactSpan(Span(at(11, 7), at(12, 3)), DEGRADED, 1),
        ImpactSpan(Span(at(11, 30), at(11, 40)), DOWN, 2),
    ]
    drawn = day.stretches(impacts, [Span(at(8), at(14, 7))], WINDOW, NOW)
    assert [(one.state, one.label) for one in drawn] == [
        (UNKNOWN, "14:15 to 08:00 UTC: no data"),
        (UP, "08:00 to 14:07 UTC: no trouble seen"),
        (DEGRADED, "11:07 to 11:30 UTC: degraded"),
        (DOWN, "11:30 to 11:40 UTC: major outage"),
        (DEGRADED, "11:40 to 12:03 UTC: degraded"),
    ]


def test_what_covers_nothing_is_no_data_and_not_good_news():
    assert [one.state for one in day.stretches((), (), WINDOW, NOW)] == [UNKNOWN]


def test_trouble_from_before_the_day_begins_with_it():
    began = at(3, yesterday=True)
    drawn = day.stretches([ImpactSpan(Span(began, NOW), DOWN, 1)], (), WINDOW, NOW)
    assert (drawn[-1].place, round(drawn[-1].width, 3)) == (0.0, 0.995)
    one = day.band(Span(began, NOW), DOWN, "SMS", "1", is_open=True, window=WINDOW)
    assert (one.stretch.place, one.stretch.began_at, one.stretch.ended_at) == (0.0, WINDOW.began_at, NOW)


def test_reports_lie_where_their_quarter_begins_with_what_is_usual_then():
    counted = [(at(14, yesterday=True), 7, 1.0), (at(2, 15), 3, None), (at(14), 31, 2.5)]
    drawn = day.columns(counted, WINDOW)
    assert [(one.place, one.number, one.usual) for one in drawn] == [(0.5, 3, None), (95 / 96, 31, 2.5)]


def test_of_many_incidents_the_newest_are_told_with_who_saw_them_first():
    def marks(minute, *numbers):
        return tuple(day.Mark(at(n, minute), 0.0, f"Incident {n}", str(n)) for n in numbers)

    official = day.Strip(Source.OFFICIAL, (), marks(31, *range(1, 8)))
    people = day.Strip(Source.CROWD, (), (*marks(0, 6), *marks(31, 7)))
    told = day.Day(WINDOW, (), (), (official, people)).firsts
    assert [one.uid for one in told] == ["7", "6", "5", "4", "3"]
    assert [one.words for one in told[:3]] == [
        "Vendor's page at 07:31 UTC, people at the same time",
        "People at 06:00 UTC, vendor's page 31\u00a0min\u00a0later",
        "Vendor's page at 05:31 UTC",
    ]
