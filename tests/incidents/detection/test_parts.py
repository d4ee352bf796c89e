"""The detector's parts: the loudest witness, one voice per network, what is usual, and tenths of confidence."""

import numpy as np
import pytest

from bench.detection import calibration
from incidents.core.detection.crowd import Crowd, OneVoice, Report, UsualRate
from incidents.core.detection.ear import WINDOW, Ear
from incidents.core.detection.filters import Filter
from incidents.core.detection.habits import DAYS_KEPT, FIRST_DOUBT, FIRST_FAULT, DayRing, shares
from incidents.core.detection.tree import BEGINS_A_MONTH, MINUTES_A_MONTH, Place
from incidents.core.detection.watch import sick_regions, stall_is_ours
from incidents.core.detection.witnesses import Statements, Witnesses
from tests.incidents.detection.towns import API, DOCOMO, JAPAN, KDDI, SMS, TREE, TUNING, VIVO, voices


def test_a_place_holds_what_is_narrower():
    assert [JAPAN.holds(place) for place in (JAPAN, DOCOMO, SMS, Place("sms", "BR"), API)] == [
        True,
        True,
        False,
        False,
        False,
    ]


def test_an_edge_is_related_to_all_that_enters_through_it():
    related = TREE.related[TREE.index[API]]
    assert {place for place in TREE.places if related[TREE.index[place]]} == {
        API,
        *TREE.cells,
        *(p for p in TREE.places if p.component == "sms"),
    }
    assert TREE.siblings[TREE.index[DOCOMO], TREE.index[KDDI]]


def test_troubles_of_a_kind_are_shared_out_among_its_places():
    begin = dict.fromkeys(TREE.kinds, 0.0)
    for kind, rate in zip(TREE.kinds, TREE.rates, strict=True):
        begin[kind] += float(rate) * MINUTES_A_MONTH
    assert begin == pytest.approx({kind: BEGINS_A_MONTH[kind] for kind in begin})


def _said(*entries: tuple[int, float]) -> Statements:
    """What tenants argued of cell 0, one severity."""
    tenants, argued = zip(*entries, strict=True)
    return Statements(np.zeros(len(entries), dtype=int), np.array(tenants), np.array(argued)[:, None])


def test_the_loudest_witness_is_whoever_has_argued_most_since_the_suspicion_began():
    witnesses, here, suspected = Witnesses(places=2, severities=1), np.array([0, 0]), np.array([True, False])
    for entries in [((7, 2.0), (8, 1.0)), ((7, -0.5), (8, 1.0))]:
        witnesses.hear(suspected, here, _said(*entries))
    assert witnesses.most.tolist() == [[2.0], [0.0]]
    witnesses.hear(suspected, here, _said((7, -3.0), (8, 1.5)))
    assert witnesses.most.tolist() == [[3.5], [0.0]]


def test_what_is_not_suspected_is_not_remembered():
    witnesses, here = Witnesses(places=1, severities=1), np.array([0])
    witnesses.hear(np.array([False]), here, _said((7, 5.0)))
    assert witnesses.most.tolist() == [[0.0]]
    witnesses.hear(np.array([True]), here, _said((7, 5.0)))
    witnesses.forget(np.array([[True]]))
    witnesses.hear(np.array([True]), here, _said((7, 1.0)))
    assert witnesses.most.tolist() == [[1.0]]


def test_a_tenant_that_argues_against_trouble_is_no_loud_witness():
    witnesses = Witnesses(places=1, severities=1)
    witnesses.hear(np.array([True]), np.array([0]), _said((7, -5.0)))
    assert witnesses.most.tolist() == [[0.0]]


def test_one_network_has_one_vote_an_hour():
    voice = OneVoice()
    heard = [voice.hears(Report(at, network=1, system=1)) for at in (0.0, 1.0, 59.9, 60.0, 61.0)]
    assert heard == [True, False, False, True, False]


@pytest.mark.parametrize(("networks", "systems", "counted"), [(3, 3, 3), (1000, 1000, 1000), (1000, 1, 3)])
def test_a_flood_counts_its_networks_and_a_few_of_each_system(networks, systems, counted):
    voice = OneVoice()
    reports = [Report(n / 1000, n % networks, n % systems) for n in range(1000)]
    assert sum(map(voice.hears, reports)) == pytest.approx(counted, abs=2)


def test_what_is_usual_follows_the_hours_and_not_an_outage():
    usual = UsualRate()
    assert usual.at(0) == pytest.approx(UsualRate.FIRST)
    for minute in range(10 * 1440):
        usual.learn(minute, 1 if minute // 60 % 24 == 12 and minute % 2 else 0)
    noon, night = usual.at(12 * 60 + 10 * 1440), usual.at(10 * 1440)
    assert noon > 5 * night
    for minute in range(10 * 1440 + 720, 10 * 1440 + 780):
        usual.learn(minute, 200)
    assert usual.at(11 * 1440 + 720) < 4


def test_a_filter_forgets_by_itself():
    one = Filter(np.array([1e-5]), severities=2, lasts=60)
    for _ in range(10):
        loud = one.step(np.array([[2.0, 1.0]]))
    for _ in range(600):
        quiet = one.step(np.zeros((1, 2)))
    assert loud[0] > 10
    assert quiet[0] == pytest.approx(0, abs=0.5)


def test_a_cell_without_messages_has_its_countrys_habit_and_bad_days_are_no_habit():
    days = np.zeros((10, 4, 2))
    days[:, 0, 0], days[:, 2, 0] = 900, 100  # one in ten is ambiguous, in the first cell
    days[9, 0, 0], days[9, 2, 0] = 0, 1000  # but on a day of trouble
    fault, doubt = shares(days, [np.array([0, 1])])
    assert doubt == pytest.approx([0.1, 0.1], abs=0.01)
    assert fault[0] < 0.002


def test_before_there_is_any_history_a_first_guess_is_usual():
    fault, doubt = shares(np.zeros((1, 4, 2)), [np.array([0, 1])])
    assert (fault.tolist(), doubt.tolist()) == (pytest.approx([FIRST_FAULT] * 2), pytest.approx([FIRST_DOUBT] * 2))


def test_what_a_report_names_is_likelier_to_be_in_trouble_the_rarer_it_is_named():
    crowd = Crowd(TREE, TUNING)
    crowd.take(0, [Report(0.0, 1, 1, country="JP", carrier="DOCOMO")])
    # Half of all reports name Japan, half of those that carrier: nothing has been learnt but the tree.
    unnamed = 0.25 / 0.6
    japan, docomo, not_kddi = 0.93 / 0.5, 0.9 / 0.5, 0.1 / 0.5
    expected = {
        SMS: unnamed,
        API: unnamed,
        JAPAN: unnamed * japan,
        DOCOMO: unnamed * japan * docomo,
        KDDI: unnamed * japan * not_kddi,
        VIVO: np.exp(-3),  # the least that a mark holds
    }
    marks = {place: float(np.exp(crowd.marks[TREE.index[place]])) for place in expected}
    assert marks == pytest.approx(expected)


def test_days_are_kept_for_two_weeks():
    ring = DayRing((1,))
    for day in range(30):
        ring.add(np.array([day]))
        ring.turn()
    assert ring.days.tolist() == [[day] for day in range(30 - DAYS_KEPT, 30)]


@pytest.mark.parametrize(
    ("failing", "expected"),
    [
        (["100", "100", "000"], "100"),  # two of three see it
        (["100", "000", "000"], "000"),
        (["100", "100"], "100"),
        (["100"], "000"),  # one alone cannot tell
        (["111", "111", "100"], "000"),  # what fails from most regions has a trouble of its own, and one is left
        (["1100", "1100"], "0000"),  # from half of them too
        (["", ""], ""),
    ],
)
def test_a_region_is_sick_as_half_of_the_providers_see_it(failing, expected):
    seen = np.array([[word == "1" for word in row] for row in failing], dtype=bool).reshape(len(failing), -1)
    assert sick_regions(seen).tolist() == [word == "1" for word in expected]


STALLED, COMES, TOO_FEW = (0.0, 10.0), (9.0, 10.0), (0.0, 3.0)  # ends that came, and that were due


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        ([STALLED, STALLED, STALLED], True),
        ([STALLED] * 7 + [COMES] * 3, True),
        ([STALLED] * 6 + [COMES] * 4, False),
        ([STALLED], False),  # one alone cannot tell whose fault it is
        ([STALLED, TOO_FEW, TOO_FEW], False),
        ([STALLED, STALLED, TOO_FEW, TOO_FEW, TOO_FEW], True),  # who had nothing due is not asked
        ([COMES, COMES], False),
    ],
)
def test_receipts_that_stall_for_most_providers_at_once_stall_with_us(now, expected):
    quiet = np.zeros((len(now), 2))
    assert [stall_is_ours(np.array(now), quiet), stall_is_ours(quiet, np.array(now))] == [expected] * 2


def _deaf_after(ear: Ear) -> int | None:
    """Return with which silent minute we are deaf, if ever."""
    return next((n for n in range(1, 3 * WINDOW) if ear.is_deaf(heard=False)), None)


@pytest.mark.parametrize(
    ("silent_one_of", "expected"),
    [
        (1000, 3),
        (10, 5),
        (5, 8),
        (3, 12),
        (2, None),  # a silence is not improbable where half of the minutes are silent
    ],
)
def test_we_are_deaf_when_a_silence_is_longer_than_chance_explains(silent_one_of, expected):
    ear = Ear()
    assert [ear.is_deaf(heard=minute % silent_one_of > 0) for minute in range(2 * WINDOW)] == [False] * 2 * WINDOW
    assert _deaf_after(ear) == expected


def test_what_we_miss_while_deaf_does_not_become_usual():
    ear = Ear()
    for _ in range(WINDOW):
        ear.is_deaf(heard=True)
    assert _deaf_after(ear) == 3
    assert [ear.is_deaf(heard=False) for _ in range(5 * WINDOW)] == [True] * 5 * WINDOW
    assert not ear.is_deaf(heard=True)
    assert _deaf_after(ear) == 4, "but the two minutes before we knew do"


def test_calibration_compares_what_was_said_with_what_was_right():
    said = calibration([(0.95, True), (0.95, True), (0.65, False), (1.0, True)])
    assert said["tenths"] == [[0.65, 0.0, 1], [0.967, 1.0, 3]]
    assert said["brier"] == pytest.approx((0.05**2 * 2 + 0.65**2) / 4)


def test_voices_are_many_networks():
    assert len({report.network for minute in range(10) for report in voices(minute, 6, 10_000)}) == 60
