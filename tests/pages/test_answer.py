"""The sentences of "is it down?": how sure, by whom, and what is usual."""

from datetime import UTC, datetime, timedelta

import pytest

from monitors.core.states import State
from pages.core.answer import answered, of_calm, of_trouble, sureness, verdict
from pages.core.usual import usual_range, usual_sentence

AT = datetime(2026, 3, 7, 14, 2, tzinfo=UTC)
PEOPLE, VENDOR = "people's reports", "the vendor's page"


@pytest.mark.parametrize(
    ("confidence", "words"),
    [
        (1.0, "Almost certain (99 %)"),
        (0.95, "Almost certain (95 %)"),
        (0.949, "Very likely (94 %)"),
        (0.85, "Very likely (85 %)"),
        (0.6, "Likely (60 %)"),
        (0.59, "Possible (59 %)"),
        (0.0, "Possible (0 %)"),
    ],
)
def test_confidence_is_said_in_words_with_its_number_and_never_certain(confidence, words):
    assert sureness(confidence) == words


@pytest.mark.parametrize(
    ("whole", "worst", "word"),
    [
        (State.OPERATIONAL, State.OPERATIONAL, "Up"),
        (State.MAINTENANCE, State.MAINTENANCE, "Up"),
        (State.UNKNOWN, State.UNKNOWN, "Unknown"),
        (State.OPERATIONAL, State.MAJOR_OUTAGE, "Degraded"),  # a component's page alone says so
        (State.DEGRADED, State.MAJOR_OUTAGE, "Degraded"),  # an incident in a part
        (State.PARTIAL_OUTAGE, State.MAJOR_OUTAGE, "Degraded"),
        (State.MAJOR_OUTAGE, State.MAJOR_OUTAGE, "Down"),
    ],
)
def test_down_is_said_of_the_whole_and_not_of_a_part(whole, worst, word):
    assert verdict(answered(whole, worst)) == word


@pytest.mark.parametrize(
    ("seen", "others", "sentence"),
    [
        ([], 0, "Likely (70 %)."),
        ([(PEOPLE, 0)], 0, "Likely (70 %): people's reports showed it first, at 14:02 UTC."),
        (
            [(PEOPLE, 0), (VENDOR, 31)],
            0,
            "Likely (70 %): people's reports showed it first, at 14:02 UTC, the vendor's page 31\u00a0min\u00a0later.",
        ),
        (
            [(PEOPLE, 0), (VENDOR, 0)],
            1,
            "Likely (70 %): people's reports showed it first, at 14:02 UTC, the vendor's page at the same time. "
            "1 more is open.",
        ),
        ([(PEOPLE, 0)], 2, "Likely (70 %): people's reports showed it first, at 14:02 UTC. 2 more are open."),
    ],
)
def test_trouble_is_told_by_who_saw_it_when(seen, others, sentence):
    assert of_trouble(0.7, [(who, AT + timedelta(minutes=minutes)) for who, minutes in seen], others) == sentence


def test_a_record_without_a_number_is_told_without_one():
    assert of_trouble(0.0, [(VENDOR, AT)], 0) == "The vendor's page showed it first, at 14:02 UTC."
    assert of_trouble(0.0, [], 0) == ""
    assert of_trouble(0.0, [], 2) == "2 more are open."


@pytest.mark.parametrize(
    ("state", "reports", "last", "sentence"),
    [
        (State.OPERATIONAL, 0, 0, "The vendor's page shows no trouble; nobody reported a problem in 24 hours."),
        (State.OPERATIONAL, 1, 1, "The vendor's page shows no trouble; 1 person reported a problem in 24 hours."),
        (
            State.OPERATIONAL,
            40,
            9,
            "The vendor's page shows no trouble, but people report more than usual; "
            "40 people reported a problem in 24 hours.",
        ),
        (State.MAINTENANCE, 0, 0, "The vendor's page announces it; nobody reported a problem in 24 hours."),
        (State.DEGRADED, 2, 0, "The vendor's own page shows it; 2 people reported a problem in 24 hours."),
        (
            State.UNKNOWN,
            0,
            0,
            "Nothing that we can read speaks for it; nobody reported a problem in 24 hours, which proves neither.",
        ),
    ],
)
def test_calm_is_told_by_who_sees_it(state, reports, last, sentence):
    assert of_calm(state, reports, last, usual=1.0) == sentence


def test_where_nobody_knows_what_is_usual_no_number_is_called_unusual():
    said = of_calm(State.OPERATIONAL, 40, 9, usual=None)
    assert said == "The vendor's page shows no trouble; 40 people reported a problem in 24 hours."


@pytest.mark.parametrize(("mean", "bounds"), [(0.0, (0, 0)), (0.2, (0, 1)), (3.0, (0, 6)), (30.0, (22, 38))])
def test_what_is_usual_is_a_range_that_two_of_three_quiet_quarters_lie_in(mean, bounds):
    assert usual_range(mean) == bounds


@pytest.mark.parametrize(
    ("mean", "number", "sentence"),
    [
        (None, 3, "How many reports are usual in a quarter of an hour is not known yet; in the last one 3."),
        (
            0.0,
            0,
            "Usually hardly any reports in a quarter of an hour at this time on a Saturday; in the last one none.",
        ),
        (0.2, 1, "Usually up to 1 report in a quarter of an hour at this time on a Saturday; in the last one 1."),
        (3.0, 5, "Usually up to 6 reports in a quarter of an hour at this time on a Saturday; in the last one 5."),
        (
            30.0,
            90,
            "Usually 22 to 38 reports in a quarter of an hour at this time on a Saturday; "
            "in the last one 90, 3 times as many.",
        ),
    ],
)
def test_reports_are_told_against_what_is_usual(mean, number, sentence):
    assert usual_sentence(mean, number, AT) == sentence
