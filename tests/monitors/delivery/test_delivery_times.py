"""Percentiles out of a histogram of fixed steps."""

import random
from itertools import pairwise

import pytest

from monitors.core.delivery_times import SIZE, STEPS, percentile, step_of


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [(-3, 0), (0, 0), (1, 0), (1.01, 1), (2, 1), (8.4, 6), (3600, 19), (3601, 20), (90_000, 20)],
)
def test_a_time_belongs_to_the_first_step_that_it_did_not_exceed(seconds, expected):
    assert step_of(seconds) == expected


def counts_of(times):
    counts = [0] * SIZE
    for seconds in times:
        counts[step_of(seconds)] += 1
    return counts


@pytest.mark.parametrize(
    ("times", "share", "expected"),
    [
        ([], 0.5, None),
        ([0.5], 0.5, 0.5),
        ([5], 1.0, 6),
        ([5, 5], 0.5, 5.0),
        ([1.0, 10.0], 0.5, 1.0),
        ([7_000], 0.5, 3600),  # an hour or more
        ([2, 2, 2, 7_000], 0.95, 3600),
    ],
)
def test_a_percentile_lies_within_its_step(times, share, expected):
    assert percentile(counts_of(times), share) == expected


@pytest.mark.parametrize("share", [0.5, 0.95])
def test_percentiles_of_sums_are_off_by_less_than_a_step(share):
    drawn = random.Random(5)
    times = [drawn.lognormvariate(2.3, 0.7) for _ in range(4000)]
    parts = [counts_of(times[n::4]) for n in range(4)]
    found = percentile([sum(column) for column in zip(*parts, strict=True)], share)
    true = sorted(times)[int(share * len(times)) - 1]
    assert abs(found - true) / true < 0.1


def test_no_step_is_more_than_twice_the_one_before():
    assert [b for a, b in pairwise(STEPS) if b > 2 * a] == []
