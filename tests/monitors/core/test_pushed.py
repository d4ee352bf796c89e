"""Counts that a sender pushes, as so many messages with their ends."""

import pytest

from monitors.core.pushed import MOST, Ended, Weighed, ages_of, weighed


def said(**changes):
    return {
        "started": 0,
        "prompt": 0,
        "delivered": 0,
        "seconds": 0,
        "times": {},
        "failures": [],
        "ages": None,
    } | changes


@pytest.mark.parametrize(
    ("times", "delivered", "expected"),
    [
        ([], 0, {}),
        ([], 40, {"0": 40}),  # nobody says how long: they balance what began
        ([(0, 10)], 10, {"0": 10}),
        ([(15, 40)], 40, {"0": 30, "1": 10}),
        ([(90, 40)], 40, {"1": 20, "2": 20}),
        ([(120, 5), (6, 10)], 20, {"0": 14, "1": 1, "2": 5}),
    ],
)
def test_times_become_whole_minutes_of_age(times, delivered, expected):
    assert ages_of(times, delivered) == expected


@pytest.mark.parametrize(
    ("one", "expected"),
    [
        (said(), Weighed(0, [])),
        (
            said(started=90, delivered=50, ages={"0": 40, "1": 10}, failures=[["E7", "outage", 3]]),
            Weighed(90, [Ended("delivered", 0, 40), Ended("delivered", 1, 10), Ended("outage", 0, 3)]),
        ),
        # Without a word about time nobody waits.
        (
            said(started=90, delivered=50, failures=[["", "sender", 7]]),
            Weighed(0, [Ended("delivered", None, 50), Ended("sender", None, 7)]),
        ),
        (said(started=10_000_000, ages={}), Weighed(MOST, [])),
        (
            said(started=4000, delivered=3000, ages={"0": 3000}, failures=[["", "outage", 1000]]),
            Weighed(200, [Ended("delivered", 0, 150), Ended("outage", 0, 50)]),
        ),
        # What ends in a flood began long ago: it outweighs what began now.
        (said(started=100, delivered=2000, ages={"9": 2000}), Weighed(10, [Ended("delivered", 9, 200)])),
    ],
)
def test_a_minute_is_weighed_by_its_proportions(one, expected):
    assert weighed(one) == expected
