"""Phases as areas on each other: what was measured, in order, with gaps left open."""

from datetime import UTC, datetime, timedelta

from monitors.core.drawing import Frame
from monitors.core.phase_chart import PhaseBucket, phase_chart
from monitors.core.phases import PhaseSums, together

START = datetime(2026, 3, 29, tzinfo=UTC)
HOUR = timedelta(hours=1)
DAY = Frame(START, START + 24 * HOUR, HOUR)


def bucket(hour, checks=1, **tenths):
    return PhaseBucket(START + hour * HOUR, PhaseSums(checks, **tenths))


def test_phases_lie_on_each_other_and_those_without_time_are_left_out():
    drawn = phase_chart([bucket(0, checks=2, dns=20, first_byte=60)], DAY)
    assert [(area.name, area.mean_ms, area.path) for area in drawn.areas] == [
        ("dns", 1.0, "M0.0,128.0L30.0,128.0L30.0,160.0L0.0,160.0Z"),
        ("first_byte", 3.0, "M0.0,32.0L30.0,32.0L30.0,128.0L0.0,128.0Z"),
    ]
    assert (drawn.top_ms, drawn.summary) == (5, "On average: DNS 1.0 ms, First byte 3.0 ms.")


def test_a_gap_stays_a_gap():
    drawn = phase_chart([bucket(0, dns=1), bucket(1, dns=1), bucket(2, checks=0), bucket(3, dns=1)], DAY)
    assert drawn.areas[0].path.count("M") == 2


def test_what_has_no_phases_has_no_chart():
    assert phase_chart([bucket(0), bucket(1, checks=0)], DAY) is None
    assert phase_chart([], DAY) is None


def test_sums_add_up():
    assert together([PhaseSums(1, 2, 3, 4, 5, 6), PhaseSums(1, 1, 1, 1, 1, 1)]) == PhaseSums(2, 3, 4, 5, 6, 7)
    assert together([]) == PhaseSums()
