"""How a place did in a stretch of time."""

import pytest

from monitors.core.delivery import FIRST_GUESS, Habit
from monitors.core.delivery_cells import Sums, in_words, standing
from monitors.core.states import State

USUAL = Habit(late=0.02, failed=0.05)


@pytest.mark.parametrize(
    ("sums", "expected"),
    [
        (Sums(), State.UNKNOWN),
        (Sums(started=1), State.UNKNOWN),  # too new, or too few, to say
        (Sums(sender=9), State.UNKNOWN),  # the sender's own doing says nothing of the place
        (Sums(started=1, prompt=1, delivered=1), State.OPERATIONAL),
        (Sums(started=100, prompt=98, delivered=95, ambiguous=5), State.OPERATIONAL),  # as usual
        (Sums(started=100, prompt=98, delivered=95, ambiguous=5, sender=40), State.OPERATIONAL),
        (Sums(started=10, prompt=10, delivered=9, ambiguous=1), State.OPERATIONAL),  # one is chance
        (Sums(started=100, prompt=98, delivered=90, ambiguous=10), State.DEGRADED),
        (Sums(started=100, prompt=98, delivered=60, outage=40), State.PARTIAL_OUTAGE),
        (Sums(started=100, prompt=98, delivered=10, outage=90), State.MAJOR_OUTAGE),
        (Sums(started=5), State.MAJOR_OUTAGE),  # nothing ends: a stall
        (Sums(started=100, prompt=60, delivered=100), State.PARTIAL_OUTAGE),  # late
    ],
)
def test_a_place_does_as_its_messages_beyond_the_usual_say(sums, expected):
    assert standing(sums, USUAL) is expected


def test_what_fails_every_day_is_still_not_green():
    always = Sums(started=1000, prompt=1000, delivered=500, ambiguous=500)
    assert standing(always, always.habit) is State.PARTIAL_OUTAGE


def test_sums_add_up_and_have_shares():
    total = Sums(10, 8, 7, 1, 1, 1) + Sums(10, 10, 10)
    assert total == Sums(20, 18, 17, 1, 1, 1)
    assert (total.ended, total.failed, total.late, total.unfinished) == (19, 2, 2, 0)
    assert (total.delivered_share, total.unfinished_share) == (17 / 19, 0.0)
    assert Sums(19, 0).habit == FIRST_GUESS  # too few to know
    assert (Sums().delivered_share, Sums().unfinished_share) == (None, None)
    assert total.habit == Habit(0.1, 0.1)


@pytest.mark.parametrize(
    ("sums", "expected"),
    [
        (Sums(), "no messages"),
        (Sums(started=4), "4 started, none ended, 4 late"),
        (Sums(started=9, prompt=9, delivered=9), "9 of 9 delivered"),
        (Sums(started=9, prompt=8, delivered=7, sender=2), "7 of 7 delivered, 1 late, 2 refused as the sender's own"),
    ],
)
def test_a_field_in_words(sums, expected):
    assert in_words(sums) == expected
