"""What evidence is worth."""

import pytest

from incidents.core.fuse import AGAINST, CAP, CONFIRMED, FOR, PRIOR, Evidence, bears_against, fuse
from incidents.core.scope import ScopeKey
from monitors.core.states import Source, State

OK, DEGRADED, PARTIAL, MAJOR = State.OPERATIONAL, State.DEGRADED, State.PARTIAL_OUTAGE, State.MAJOR_OUTAGE
OFFICIAL, PROBE, CROWD, DELIVERY = Source.OFFICIAL, Source.PROBE, Source.CROWD, Source.DELIVERY


def seen(*pairs):
    return [Evidence(source, f"{source}:{n}", state) for n, (source, state) in enumerate(pairs)]


@pytest.mark.parametrize(
    ("evidence", "tier", "state"),
    [
        ([], None, State.UNKNOWN),
        ([(OFFICIAL, OK)], None, State.UNKNOWN),
        ([(CROWD, MAJOR)], "suspected", DEGRADED),
        ([(CROWD, MAJOR)] * 9, "suspected", DEGRADED),
        ([(CROWD, MAJOR), (DELIVERY, OK)], None, DEGRADED),  # messages arrive: a rumour
        ([(OFFICIAL, DEGRADED)], "confirmed", DEGRADED),
        ([(OFFICIAL, DEGRADED), (DELIVERY, OK)], "confirmed", DEGRADED),
        ([(PROBE, MAJOR)], "confirmed", MAJOR),
        ([(PROBE, MAJOR), (OFFICIAL, OK)], "confirmed", MAJOR),  # the vendor is late
        ([(DELIVERY, DEGRADED), (OFFICIAL, OK), (PROBE, OK)], "confirmed", DEGRADED),  # the API answers
        ([(CROWD, MAJOR), (DELIVERY, DEGRADED)], "confirmed", DEGRADED),
        ([(OFFICIAL, DEGRADED), (DELIVERY, PARTIAL)], "confirmed", PARTIAL),
    ],
)
def test_evidence_becomes_a_tier_and_a_state(evidence, tier, state):
    verdict = fuse(seen(*evidence))
    assert (verdict.tier, verdict.state) == (tier, state)


def test_more_sources_make_it_surer_and_counter_evidence_less_sure():
    steps = [
        [(CROWD, MAJOR), (DELIVERY, OK)],
        [(CROWD, MAJOR)],
        [(DELIVERY, DEGRADED), (OFFICIAL, OK)],
        [(DELIVERY, DEGRADED)],
        [(DELIVERY, DEGRADED), (CROWD, DEGRADED)],
        [(DELIVERY, DEGRADED), (CROWD, DEGRADED), (OFFICIAL, DEGRADED)],
    ]
    found = [fuse(seen(*step)).confidence for step in steps]
    assert found == sorted(found)
    assert len(set(found)) == len(found)


def test_a_second_ref_of_one_source_adds_less_than_the_first():
    one, two = (fuse(seen(*[(PROBE, DEGRADED)] * n)).confidence for n in (1, 2))
    other = fuse(seen((PROBE, DEGRADED), (DELIVERY, DEGRADED))).confidence
    assert one < two < other


def test_shares_say_who_argues_and_sum_to_one():
    shares = fuse(seen((OFFICIAL, DEGRADED), (CROWD, DEGRADED), (PROBE, OK))).shares
    assert shares == {OFFICIAL: pytest.approx(5.5 / 7.1), CROWD: pytest.approx(1.6 / 7.1)}


def test_a_crowd_can_never_confirm_whatever_its_weights():
    assert CAP[CROWD] + PRIOR < 0 < CONFIRMED - 0.5
    assert set(FOR) == set(AGAINST) == set(CAP) == set(Source)


@pytest.mark.parametrize(
    ("source", "clear", "impaired", "expected"),
    [
        (OFFICIAL, ScopeKey(1, component_id=5), ScopeKey(1, component_id=5, carrier_id=7), True),
        (DELIVERY, ScopeKey(1, component_id=5), ScopeKey(1, component_id=5, carrier_id=7), False),
        (DELIVERY, ScopeKey(1, component_id=5), ScopeKey(1, component_id=5), True),
        (OFFICIAL, ScopeKey(1, component_id=5, carrier_id=7), ScopeKey(1, component_id=5), False),
    ],
)
def test_good_news_counts_only_for_what_it_covers(source, clear, impaired, expected):
    assert bears_against(source, clear, impaired) is expected


@pytest.mark.parametrize("probability", [0.1, 0.62, 0.9, 0.95])
def test_a_detector_that_says_how_sure_it_is_is_taken_at_its_word(probability):
    verdict = fuse([Evidence(DELIVERY, "shared:1", DEGRADED, probability)])
    assert verdict.confidence == pytest.approx(probability)


def test_such_a_word_is_made_surer_by_another_source():
    alone = Evidence(DELIVERY, "shared:1", DEGRADED, 0.7)
    assert fuse([alone, Evidence(CROWD, "crowd:1", DEGRADED)]).confidence > 0.7


@pytest.mark.parametrize(
    ("argued", "beside", "expected"),
    [
        ({"crowd": 1.6}, [(CROWD, DEGRADED)], 0.7),  # it had heard them already
        ({"crowd": 0.6}, [(CROWD, DEGRADED)], 0.864),  # one point of the 1.6 is new
        ({"crowd": 2.6}, [(CROWD, DEGRADED)], 0.7),  # what it took in stays, although they argue less now
        ({"crowd": 2.6, "official": -1.0}, [], 0.7),
        ({"official": 3.0}, [(OFFICIAL, DEGRADED)], 0.966),
    ],
)
def test_what_a_detector_took_from_others_counts_once(argued, beside, expected):
    verdict = fuse([Evidence(DELIVERY, "shared:1", DEGRADED, 0.7, argued), *seen(*beside)])
    assert verdict.confidence == pytest.approx(expected, abs=0.001)
