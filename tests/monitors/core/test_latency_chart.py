"""The chart of response times: gaps stay gaps, and its words say what it shows."""

from datetime import UTC, datetime, timedelta

import pytest

from monitors.core.drawing import HEIGHT, LEAST_WIDTH, WIDTH, Frame
from monitors.core.latency_chart import Bucket, chart
from monitors.core.windows import Span

START = datetime(2026, 3, 29, tzinfo=UTC)
HOUR = timedelta(hours=1)
DAY = Frame(START, START + 24 * HOUR, HOUR)


def bucket(hour, p50=100_000, p95=200_000, p99=200_000, failed=0):
    return Bucket(START + hour * HOUR, 10, failed, p50, p95, p99)


def draw(*buckets):
    return chart(buckets, DAY)


def test_nothing_to_draw_is_no_chart():
    assert draw() is None


def test_neighbours_are_joined_and_a_gap_is_not():
    drawn = draw(bucket(0), bucket(1), bucket(5), bucket(6), bucket(7))
    assert drawn.median.count("M") == 2
    assert drawn.median == "M15.0,80.0L45.0,80.0 M165.0,80.0L195.0,80.0L225.0,80.0"


def test_a_lonely_bucket_is_a_dash():
    assert draw(bucket(12)).p95 == "M374.0,0.0h2"


@pytest.mark.parametrize(
    ("slowest_us", "top_ms"),
    [(400, 1), (1_000, 1), (1_001, 2), (4_900, 5), (7_000, 10), (120_000, 200), (30_000_000, 50_000)],
)
def test_the_scale_ends_at_a_round_number(slowest_us, top_ms):
    assert draw(bucket(0, p99=slowest_us)).top_ms == top_ms


def test_everything_lies_within_the_drawing():
    drawn = draw(*(bucket(hour, p50=hour * 1000, p95=hour * 3000, p99=hour * 5000 + 1) for hour in range(24)))
    points = [point.split(",") for path in (drawn.median, drawn.p95, drawn.p99) for point in path[1:].split("L")]
    assert all(0 <= float(x) <= WIDTH and 0 <= float(y) <= HEIGHT for x, y in points)


def test_failures_are_marked_where_they_were_by_their_share():
    assert draw(bucket(0), bucket(6, failed=2)).failures == ((180.0, 128.0, 30.0, 32.0),)


def test_one_failure_of_many_is_still_to_be_seen():
    (shade,) = draw(Bucket(START, 1440, 1, 100_000, 200_000, 200_000)).failures
    assert shade == (0.0, 152.0, 30.0, 8.0)


def test_the_words_say_what_the_lines_show():
    drawn = draw(bucket(0), bucket(1, p50=300_000, p95=900_000, p99=900_000, failed=3))
    assert drawn.summary == "20 checks, 3 failed; typically 300 ms, at its slowest 900 ms (p95)."
    assert DAY.times == tuple(START + 6 * n * HOUR for n in range(5))


def test_where_every_check_failed_there_is_a_shade_and_no_line():
    drawn = draw(bucket(0), bucket(1, p50=None, p95=None, p99=None, failed=10), bucket(2))
    assert (drawn.median.count("M"), drawn.failures) == (2, ((30.0, 0.0, 30.0, 160.0),))
    nothing = draw(bucket(1, p50=None, p95=None, p99=None, failed=10))
    assert (nothing.median, nothing.summary) == ("", "10 checks, 10 failed.")


@pytest.mark.parametrize(
    ("from_hour", "to_hour", "expected"),
    [
        (-5, 2, (0.0, 60.0)),
        (6, 12, (180.0, 180.0)),
        (6, 6.01, (180.0, LEAST_WIDTH)),
        (23, 30, (690.0, 30.0)),
        (23.999, 24, (WIDTH - LEAST_WIDTH, LEAST_WIDTH)),
        (24, 30, None),
        (-3, 0, None),
    ],
)
def test_a_band_is_what_of_a_span_can_be_seen(from_hour, to_hour, expected):
    assert DAY.band(Span(START + from_hour * HOUR, START + to_hour * HOUR)) == expected
