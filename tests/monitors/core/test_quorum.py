"""Regions outvote each other, and one that is alone with its word is itself in doubt."""

from datetime import UTC, datetime, timedelta

import pytest

from monitors.core.debounce import Track
from monitors.core.quorum import Panel, View, settle, suspects, wanted_of, weigh
from monitors.core.states import State
from monitors.core.verdict import Word

NOON = datetime(2026, 3, 29, 12, tzinfo=UTC)
UNKNOWN, UP, SLOW, PART, DOWN = (
    State.UNKNOWN, State.OPERATIONAL, State.DEGRADED, State.PARTIAL_OUTAGE, State.MAJOR_OUTAGE,
)  # fmt: skip


def views(*states):
    return [View(region, state, NOON + timedelta(minutes=region)) for region, state in enumerate(states)]


@pytest.mark.parametrize(
    ("states", "quorum", "expected"),
    [
        ([UP, UP, DOWN], None, UP),
        ([UP, DOWN, DOWN], None, PART),
        ([DOWN, DOWN, DOWN], None, DOWN),
        ([UP, UP, DOWN], 1, PART),
        ([UP, DOWN, DOWN], 3, UP),
        ([UP, SLOW, DOWN], None, SLOW),
        ([UP, DOWN], None, UP),  # one of two is not more than half
        ([UNKNOWN, UNKNOWN, DOWN], 2, DOWN),  # who can see decides
    ],
)
def test_as_many_regions_as_wanted_make_a_state(states, quorum, expected):
    assert settle(views(*states), wanted=wanted_of(len(states), quorum)).state == expected


@pytest.mark.parametrize("states", [[], [UNKNOWN, UNKNOWN]])
def test_without_a_region_that_sees_nothing_is_said(states):
    assert settle(views(*states), wanted=2) is None


@pytest.mark.parametrize(
    ("states", "expected"),
    [
        ([UP, UP, UP], Word(UP, 3)),
        ([DOWN, DOWN, UP], Word(UP, 1)),  # they were heard when they said it
        ([DOWN, UP, UP], Word(UP, 3, why="1 of 3 regions see trouble; that is too few.")),
        ([UNKNOWN, UNKNOWN, UNKNOWN], Word(UP, 2, look_again=True)),  # each is in doubt: its own word, and another look
    ],
)
def test_a_check_that_begins_no_round_means_what_the_regions_say_together(states, expected):
    said = views(*states)
    panel = Panel(count=3, wanted=2, views=said, is_new=False, up_after=3)
    assert weigh(Word(UP, 1), said[-1], panel, Track(UP, NOON)) == expected


@pytest.mark.parametrize("states", [[UP, UP, DOWN], [UP, UNKNOWN, DOWN]])
def test_a_check_that_fails_ends_no_outage(states):
    said = views(*states)
    panel = Panel(count=3, wanted=2, views=said, is_new=False)
    assert weigh(Word(DOWN, 1), said[-1], panel, Track(PART, NOON)) == Word(PART, 1)


def test_the_first_to_see_a_failure_asks_the_others_and_what_they_said_before_does_not_count():
    said = views(UP, UP, DOWN)
    panel = Panel(count=3, wanted=2, views=said, is_new=True)
    asked = Word(DOWN, 2, look_again=True, why="The other regions are being asked.")
    assert weigh(Word(DOWN, 1), said[-1], panel, Track(UP, NOON)) == asked


def test_the_joint_word_says_how_many_agree():
    assert settle(views(UP, DOWN, DOWN), wanted=2).why == "2 of 3 regions see it fail."
    assert settle(views(UP, UP, DOWN), wanted=2).why == "1 of 3 regions see trouble; that is too few."


@pytest.mark.parametrize(
    ("monitors", "expected"),
    [
        ([views(UP, UP, DOWN)] * 3, {2: 3}),
        ([views(UP, UP, DOWN)] * 2, {}),
        ([views(UP, UP, DOWN)] * 3 + [views(UP, UP, UP)] * 4, {}),
        ([views(UP, DOWN)] * 9, {}),
        ([views(DOWN, DOWN, UP)] * 4, {2: 4}),  # it says all is well, as it asks something else than it should
        ([views(UP, UP, UNKNOWN)] * 9, {}),
    ],
    ids=["alone", "too few", "mostly agrees", "two only", "alone with good news", "silent"],
)
def test_a_region_alone_with_its_word_on_most_monitors_is_suspected(monitors, expected):
    assert suspects(monitors) == expected
