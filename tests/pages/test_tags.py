from datetime import UTC, datetime, timedelta

import pytest

from incidents.core.timeline import Bar
from monitors.core.states import State
from pages.templatetags.statuswire import bars, lasting, percent, short_time

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("share", "digits", "words"),
    [
        (None, 2, "–"),
        (0.0, 2, "0.00 %"),
        (0.999999, 2, "99.99 %"),  # never rounded up to what was not reached
        (0.29, 0, "29 %"),
        (0.57, 0, "57 %"),
        (0.29, 2, "29.00 %"),
        (0.649, 0, "64 %"),
        (1.0, 2, "100 %"),
    ],
)
def test_a_share_is_cut_and_never_rounded_up(share, digits, words):
    assert percent(share, digits) == words


@pytest.mark.parametrize(
    ("length", "words"),
    [
        (None, ""),
        (12, "12 s"),
        (timedelta(minutes=41), "41 min"),
        (timedelta(hours=6, minutes=23), "6 h 23 min"),
        (timedelta(days=2, hours=4), "2 d 4 h"),
    ],
)
def test_a_length_of_time_in_words(length, words):
    assert lasting(length) == words


def series(*states):
    days = [NOON + timedelta(days=n) for n in range(len(states))]
    return [
        Bar(day, day + timedelta(days=1), state, 0, 0, f"{n}: {state.word}")
        for n, (day, state) in enumerate(zip(days, states, strict=True))
    ]


def test_small_bars_put_neighbours_without_trouble_together():
    up, down, unknown = State.OPERATIONAL, State.MAJOR_OUTAGE, State.UNKNOWN
    drawn = bars(series(down, unknown, unknown, up, up, up, down, down), "SMS", "small")
    titles = ["0: major outage", "1: unknown – 2: unknown", "3: operational – 5: operational"]
    titles += ["6: major outage", "7: major outage"]
    assert [part.split("</title>")[0] for part in drawn.split("<title>")[1:]] == titles
    assert bars(series(up, up, up), "SMS").count("<title>") == 3


@pytest.mark.parametrize(
    ("us", "words"),
    [
        (0, "0.00 ms"),
        (167, "0.17 ms"),
        (7_110, "7.1 ms"),
        (99_949, "99.9 ms"),
        (338_400, "338 ms"),
        (9_993_008, "9.99 s"),
    ],
)
def test_a_time_is_as_fine_as_it_is_short(us, words):
    assert short_time(us) == words
