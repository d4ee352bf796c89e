"""Bars and uptime, as tables."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from incidents.core.timeline import ImpactSpan, Span, minus, timeline, union, uptime
from monitors.core.states import State

DAY = datetime(2026, 10, 25, tzinfo=UTC)  # a night on which Europe's clocks go back
HOURS = Span(DAY, DAY + timedelta(hours=4))
OK, DEGRADED, PARTIAL, MAJOR = State.OPERATIONAL, State.DEGRADED, State.PARTIAL_OUTAGE, State.MAJOR_OUTAGE
MAINTENANCE, UNKNOWN = State.MAINTENANCE, State.UNKNOWN


def span(began, ended):
    return Span(DAY + timedelta(minutes=began), DAY + timedelta(minutes=ended))


def impact(began, ended, state=DEGRADED, key=1):
    return ImpactSpan(span(began, ended), state, key)


ALL = [span(0, 240)]


@pytest.mark.parametrize(
    ("impacts", "coverage", "maintenance", "states"),
    [
        ([], [], [], [UNKNOWN] * 4),
        ([], ALL, [], [OK] * 4),
        ([], [span(0, 70)], [], [OK, OK, UNKNOWN, UNKNOWN]),
        ([impact(50, 70)], ALL, [], [DEGRADED, DEGRADED, OK, OK]),
        ([impact(60, 120)], ALL, [], [OK, DEGRADED, OK, OK]),  # its end is not in it
        ([impact(0, 240), impact(70, 80, MAJOR)], ALL, [], [DEGRADED, MAJOR, DEGRADED, DEGRADED]),
        ([impact(-500, 10), impact(230, 900)], ALL, [], [DEGRADED, OK, OK, DEGRADED]),
        ([impact(-500, 0), impact(240, 900)], ALL, [], [OK] * 4),
        ([impact(70, 80)], [], [], [UNKNOWN, DEGRADED, UNKNOWN, UNKNOWN]),
        ([impact(70, 80)], ALL, [span(60, 180)], [OK, DEGRADED, MAINTENANCE, OK]),
        ([impact(70, 70)], ALL, [], [OK] * 4),
    ],
)
def test_a_bar_shows_the_worst_that_is_known(impacts, coverage, maintenance, states):
    bars = timeline(impacts, coverage, maintenance, window=HOURS, bars=4)
    assert [bar.state for bar in bars] == states


@pytest.mark.parametrize(
    ("impacts", "coverage", "impaired_s", "covered_s", "label"),
    [
        ([], [], 0, 0, "25 Oct: no data"),
        ([], [span(0, 1440)], 0, 86_400, "25 Oct: no trouble seen"),
        ([], [span(0, 90), span(60, 120)], 0, 7_200, "25 Oct: no trouble seen, data for 2 h 00 min"),
        ([impact(10, 22)], [span(0, 1440)], 720, 86_400, "25 Oct: 12 min degraded, 1 incident"),
        ([impact(10, 22), impact(20, 32, PARTIAL, 2)], [], 1_320, 0, "25 Oct: 22 min partial outage, 2 incidents"),
        ([impact(10, 22), impact(100, 200)], [], 6_720, 0, "25 Oct: 1 h 52 min degraded, 1 incident"),
    ],
)
def test_a_day_is_told_in_numbers_and_words(impacts, coverage, impaired_s, covered_s, label):
    (bar,) = timeline(impacts, coverage, [], window=Span(DAY, DAY + timedelta(days=1)), bars=1)
    assert (bar.impaired_s, bar.covered_s, bar.label) == (impaired_s, covered_s, label)


def test_bars_are_equally_long_over_a_night_on_which_clocks_change():
    bars = timeline([], [], [], window=Span(DAY - timedelta(days=45), DAY + timedelta(days=45)), bars=90)
    assert {bar.ended_at - bar.began_at for bar in bars} == {timedelta(days=1)}
    assert [a.ended_at for a in bars[:-1]] == [b.began_at for b in bars[1:]]


def test_bars_that_are_drawn_already_change_nothing():
    known = ([impact(50, 70)], ALL, [span(130, 140)])
    clear = timeline([], ALL, [], window=HOURS, bars=4)
    assert timeline(*known, window=HOURS, bars=4, clear=clear) == timeline(*known, window=HOURS, bars=4)


def test_a_zone_changes_nothing():
    tokyo = timezone(timedelta(hours=9))
    there = ImpactSpan(Span(span(10, 22).began_at.astimezone(tokyo), span(10, 22).ended_at.astimezone(tokyo)), MAJOR, 1)
    here = impact(10, 22, MAJOR)
    assert timeline([there], ALL, [], window=HOURS, bars=4) == timeline([here], ALL, [], window=HOURS, bars=4)


@pytest.mark.parametrize(
    ("impacts", "coverage", "maintenance", "expected"),
    [
        ([], [], [], None),
        ([], ALL, [], 1.0),
        ([impact(0, 240, MAJOR)], ALL, [], 0.0),
        ([impact(0, 60, MAJOR)], ALL, [], 0.75),
        ([impact(0, 60, PARTIAL)], ALL, [], 0.875),
        ([impact(0, 60, DEGRADED)], ALL, [], 1.0),
        ([impact(0, 60, PARTIAL), impact(30, 60, MAJOR)], ALL, [], 1 - 45 / 240),
        ([impact(0, 60, MAJOR), impact(0, 60, MAJOR, 2)], ALL, [], 0.75),  # twice down is down
        ([impact(0, 60, MAJOR)], ALL, [span(0, 60)], 1.0),
        ([impact(0, 60, MAJOR)], ALL, [span(30, 150)], 1 - 30 / 120),
        ([impact(0, 60, MAJOR)], [span(0, 120)], [], 0.5),
        ([impact(0, 60, MAJOR)], [], [], None),  # what was between the troubles that we know of, nobody knows
        ([impact(-600, 60, MAJOR)], ALL, [], 0.75),
        ([], ALL, ALL, None),
    ],
)
def test_uptime_is_the_share_of_known_time_without_an_outage(impacts, coverage, maintenance, expected):
    assert uptime(impacts, coverage, maintenance, window=HOURS) == expected


def test_spans_add_and_subtract():
    assert union([span(50, 60), span(0, 10), span(5, 20), span(20, 30)]) == [span(0, 30), span(50, 60)]
    assert minus([span(0, 100)], [span(-10, 10), span(40, 60), span(90, 200)]) == [span(10, 40), span(60, 90)]
