"""Percentiles from histograms keep their bound, whatever the times and however they were split into hours."""

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitors.core.histogram import ERROR, UnreadableHistogram, add_up, bins_of, encode, percentile

TIMES = st.lists(st.integers(1, 2**31 - 1), min_size=1, max_size=200)


@given(TIMES, st.sampled_from([0.0, 0.01, 0.5, 0.95, 0.99, 1.0]))
@settings(max_examples=200)
def test_a_percentile_is_off_by_at_most_the_stated_error(times, share):
    true = sorted(times)[max(1, math.ceil(share * len(times))) - 1]
    assert abs(percentile(bins_of(times), share) - true) <= ERROR * true + 0.5


@given(TIMES, TIMES)
@settings(max_examples=50)
def test_the_sum_of_two_hours_is_the_histogram_of_both(first, second):
    assert add_up([encode(bins_of(first)), encode(bins_of(second))]) == bins_of(first + second)


@pytest.mark.parametrize("hours", [[], [b""], [b"", b""]])
def test_without_a_check_there_is_no_percentile(hours):
    assert percentile(add_up(hours), 0.5) is None


def test_an_hour_takes_two_bytes_for_each_bin_that_holds_something():
    assert [len(encode(bins_of(times))) for times in ([], [5000] * 60, [5000, 5600])] == [0, 3, 5]


@pytest.mark.parametrize("damaged", [b"\x80", b"\x01", b"\x01\x02\x03"])
def test_damaged_bytes_are_refused(damaged):
    with pytest.raises(UnreadableHistogram):
        add_up([damaged])
