"""What a source's record with one provider makes of its word."""

from itertools import product

import pytest

from incidents.core.fuse import AGAINST, BY_HAND, FOR, Evidence, fuse
from incidents.core.reliability import IN_TIME, Outcome, Tally, in_words, judge, weights_of
from monitors.core.states import Source, State
from tests.incidents.scenes import at

DEGRADED, MAJOR, OK = State.DEGRADED, State.MAJOR_OUTAGE, State.OPERATIONAL
OFFICIAL, PROBE, CROWD, DELIVERY = Source.OFFICIAL, Source.PROBE, Source.CROWD, Source.DELIVERY
LATE = IN_TIME.seconds // 60 + 1


def outcome(told, denied=(), worst=DEGRADED, *, withdrawn=False):
    return Outcome({source: at(minutes) for source, minutes in told.items()}, frozenset(denied), worst, withdrawn)


@pytest.mark.parametrize(
    ("one", "expected"),
    [
        # Two sources saw it: it was real.
        (outcome({PROBE: 0, OFFICIAL: LATE - 1}, [OFFICIAL]), {PROBE: (1, 0, 1, 0), OFFICIAL: (1, 0, 1, 0)}),
        (outcome({PROBE: 0, OFFICIAL: LATE}, [OFFICIAL]), {PROBE: (1, 0, 1, 0), OFFICIAL: (1, 0, 0, 1)}),
        (outcome({PROBE: 0, OFFICIAL: LATE}), {PROBE: (1, 0, 1, 0), OFFICIAL: (1, 0, 0, 0)}),  # had no voice before
        (
            outcome({PROBE: 0, CROWD: 5}, [OFFICIAL]),
            {PROBE: (1, 0, 1, 0), CROWD: (1, 0, 1, 0), OFFICIAL: (0, 0, 0, 1)},
        ),
        # People who had read the vendor's page show nothing by agreeing with it.
        (outcome({OFFICIAL: 0, CROWD: 5}), {OFFICIAL: (1, 0, 1, 0), CROWD: (0, 0, 1, 0)}),
        (outcome({CROWD: 0, OFFICIAL: 5}), {OFFICIAL: (1, 0, 1, 0), CROWD: (1, 0, 1, 0)}),
        # One source alone: wrong only where what was said against it outweighs it.
        (outcome({CROWD: 0}, [OFFICIAL]), {CROWD: (0, 1, 0, 0)}),
        (outcome({CROWD: 0}), {}),
        (outcome({PROBE: 0}, [OFFICIAL]), {}),
        (outcome({PROBE: 0}, [DELIVERY]), {PROBE: (0, 1, 0, 0)}),
        (outcome({DELIVERY: 0}, [PROBE, CROWD, OFFICIAL]), {}),
        (outcome({OFFICIAL: 0}, [PROBE, DELIVERY]), {}),
        # The vendor took it back; whoever measured it knows better.
        (outcome({OFFICIAL: 0}, withdrawn=True), {OFFICIAL: (0, 1, 0, 0)}),
        (outcome({OFFICIAL: 0, CROWD: 9}, withdrawn=True), {OFFICIAL: (0, 1, 0, 0)}),
        (outcome({OFFICIAL: 0, PROBE: 9}, withdrawn=True), {OFFICIAL: (1, 0, 1, 0), PROBE: (1, 0, 1, 0)}),
        (outcome({}), {}),
    ],
)
def test_an_incident_that_is_over_shows_who_was_right(one, expected):
    assert judge(one) == {source: Tally(*counts) for source, counts in expected.items()}


def test_without_a_record_the_weights_are_those_set_by_hand():
    weights = weights_of({source: Tally() for source in Source})
    assert weights.shift == pytest.approx(dict.fromkeys(Source, 0.0))
    assert weights.against == pytest.approx(AGAINST)


@pytest.mark.parametrize("source", Source)
def test_one_incident_changes_little_and_many_change_more(source):
    for better, worse in ((Tally(right=1), Tally(wrong=1)), (Tally(right=30), Tally(wrong=30))):
        assert weights_of({source: worse}).shift[source] <= 0.0 <= weights_of({source: better}).shift[source]
    for one in (Tally(right=1), Tally(wrong=1), Tally(prompt=1), Tally(missed=1)):
        weights = weights_of({source: one})
        assert abs(weights.shift[source]) < 0.4
        assert abs(weights.against[source] - AGAINST[source]) < 0.4
    few, many = (weights_of({source: Tally(missed=n)}).against[source] for n in (2, 20))
    assert many <= few < AGAINST[source]


RECORDS = [Tally(), Tally(right=1000, prompt=1000), Tally(wrong=1000, missed=1000), Tally(right=50, missed=1000)]
ALL = [dict(zip(Source, records, strict=True)) for records in product(RECORDS, repeat=4)]


def test_whatever_was_counted_the_promises_hold():
    for tallies in ALL:
        weights = weights_of(tallies)

        def tier(*said, weights=weights):
            return fuse([Evidence(source, f"{source}:{n}", state) for n, (source, state) in enumerate(said)], weights)

        assert {tier((CROWD, worst)).tier for worst in FOR[CROWD]} == {"suspected"}
        assert tier(*[(CROWD, MAJOR)] * 9).tier == "suspected"
        assert {tier((source, DEGRADED)).tier for source in (OFFICIAL, PROBE, DELIVERY)} == {"confirmed"}
        assert tier((PROBE, MAJOR), (OFFICIAL, OK)).tier == "confirmed"
        assert tier((CROWD, MAJOR), (DELIVERY, OK)).tier is None
        for one, other in product((PROBE, DELIVERY, OFFICIAL), (CROWD, DELIVERY, OFFICIAL)):
            if one is not other:
                assert tier((one, DEGRADED), (other, DEGRADED)).confidence > tier((one, DEGRADED)).confidence


def test_a_page_that_is_always_silent_argues_less_against_what_others_see():
    said = [Evidence(PROBE, "monitor:1", DEGRADED), Evidence(OFFICIAL, "feed:1", OK)]
    silent = weights_of({OFFICIAL: Tally(missed=10)})
    assert fuse(said, silent).confidence > fuse(said, BY_HAND).confidence


@pytest.mark.parametrize(
    ("tallies", "expected"),
    [
        (
            {OFFICIAL: Tally(prompt=2, missed=8)},
            ["Acme's status page was late or silent in 8 of 10 incidents here: its silence argues little."],
        ),
        (
            {OFFICIAL: Tally(prompt=9, missed=1)},
            ["Acme's status page was in time in 9 of 10 incidents here, and did not tell of this one."],
        ),
        (
            {CROWD: Tally(right=6, wrong=2)},
            ["People's reports about Acme were right in 6 of 8 incidents here: "
             "their word counts for more than elsewhere."],
        ),
        (
            {CROWD: Tally(wrong=20)},
            ["People's reports about Acme were wrong in 20 of 20 incidents here: "
             "their word counts for less than elsewhere."],
        ),
        ({CROWD: Tally(right=4), OFFICIAL: Tally(missed=4)}, []),  # too few to speak of
        ({CROWD: Tally(right=1, wrong=4), OFFICIAL: Tally(prompt=2, missed=6)}, []),  # about as everywhere
        ({PROBE: Tally(wrong=30, missed=30), DELIVERY: Tally(wrong=30, missed=30)}, []),  # not asked
    ],
)  # fmt: skip
def test_what_is_weighed_otherwise_is_said_with_its_figures(tallies, expected):
    assert in_words("Acme", tallies, told=[CROWD], denied=[OFFICIAL]) == expected
