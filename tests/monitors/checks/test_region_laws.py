"""What holds of a monitor that several regions check in turn, whatever each of them sees, and when."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import cycle, islice

from hypothesis import example, given, settings
from hypothesis import strategies as st

from monitors.core.debounce import step
from monitors.core.quorum import wanted_of
from monitors.core.states import State
from monitors.models import Monitor, RegionWord, Scope, SourceState
from monitors.probes.base import ProbeResult, Reason
from monitors.services import verdicts
from monitors.services.dispatch import Check
from monitors.services.outvoted import without_outvoted
from monitors.services.regions import Regions
from monitors.services.states import track_of

NOON = datetime(2026, 3, 29, 12, tzinfo=UTC)
SECOND = timedelta(seconds=1)
GOOD = ProbeResult(State.OPERATIONAL, Reason.OK, 100_000, summary="GET answered 200.")
BAD = ProbeResult(State.MAJOR_OUTAGE, Reason.CONNECT_TIMEOUT, 1_000, summary="GET: no connection.")
LATE = ProbeResult(State.OPERATIONAL, Reason.OK, 900_000, summary="GET answered 200.")
OURS = ProbeResult(State.UNKNOWN, Reason.BLOCKED, 0, summary="Not made.")


@dataclass
class World:
    """One monitor without a database: who checks next, what each region said, and what is known."""

    regions: int
    quorum: int | None = None
    first: int = 0
    confirmations: int = 1
    now: datetime = NOON
    changes: list = field(default_factory=list)  # (state, when it is said to have begun)
    made: list = field(default_factory=list)  # (slot, region, result)

    def __post_init__(self):
        self.monitor = Monitor(
            id=1, organization_id=1, scope=Scope(id=1), name="M", kind="http", target="https://a.example", interval_s=60,
            timeout_s=10, confirmations=self.confirmations, regions=list(range(self.regions)), quorum=self.quorum,
            baseline_us=300_000,
        )  # fmt: skip
        self.row, self.words, self.fence = None, {}, self.first

    def check(self, result_of):
        """Make the next check by whose turn it is; the one after is due at once, in seconds, or at the next slot."""
        region = self.fence % self.regions
        self.fence += 1
        self.take_in(region, result_of(region))

    def take_in(self, region, result):
        check = Check(1, 0, self.now, "http", "", {}, 10, region)
        known = Regions(words={1: list(self.words.values())})
        finding = verdicts._finding(check, result, self.monitor, self.row, (), known, self.now)
        (finding,) = without_outvoted([finding])
        self.made.append((self.now, region, result))
        if finding.said != State.UNKNOWN:
            self.words[region] = RegionWord(
                id=region + 1, monitor_id=1, region=region, state=finding.said, at=self.now, total_us=1
            )
        if finding.word is not None:
            self._observe(finding)
        wait_s = finding.recheck_in_s
        self.now += (60 if wait_s is None else max(wait_s, 1)) * SECOND

    def _observe(self, finding):
        track = track_of(self.row, self.now)
        moved = step(track, finding.word.state, at=self.now, confirmations=finding.word.confirmations)
        after = moved.track
        if moved.changed and (track.state.is_impaired or after.state.is_impaired):
            self.changes.append((after.state, after.since))
        self.row = SourceState(
            state=after.state, since=after.since, pending=after.pending, pending_since=after.pending_since,
            agreeing=after.agreeing, observed_at=self.now, fresh_for_s=int(finding.fresh_for.total_seconds()),
        )  # fmt: skip


@st.composite
def worlds(draw):
    regions = draw(st.integers(2, 5))
    quorum = draw(st.one_of(st.none(), st.integers(1, regions)))
    return regions, quorum, draw(st.integers(0, regions - 1))


def spells(most_regions=5):
    """Give spells of the world: (how many checks it lasts, who sees a failure, who cannot be asked)."""
    some = st.frozensets(st.integers(0, most_regions - 1))
    return st.lists(
        st.tuples(st.integers(1, 12), some, st.frozensets(st.integers(0, most_regions - 1), max_size=1)), max_size=5
    )


def seen_by(failing, unable=frozenset(), good=GOOD):
    return lambda region: OURS if region in unable else BAD if region in failing else good


def lived(shape, past):
    regions, quorum, first = shape
    world = World(regions, quorum, first)
    for _ in range(regions):
        world.check(seen_by(()))
    for length, failing, unable in past:
        for _ in range(length):
            world.check(seen_by(failing, unable))
    return world


def settled(world, failing):
    """Let the world stand still for long enough that everybody had several turns."""
    for _ in range(6 * world.regions):
        world.check(seen_by(failing))
    return world


@settings(max_examples=60)
@given(worlds(), spells(), st.frozensets(st.integers(0, 4)))
def test_in_the_end_the_state_is_what_the_regions_see_whatever_was_before(shape, past, failing):
    world = settled(lived(shape, past), failing)
    seeing = len(failing & set(range(world.regions)))
    if seeing < wanted_of(world.regions, world.quorum):
        expected = State.OPERATIONAL
    else:
        expected = State.MAJOR_OUTAGE if seeing == world.regions else State.PARTIAL_OUTAGE
    assert (world.row.state, world.row.pending) == (expected, None)


@settings(max_examples=60)
@given(worlds(), spells())
def test_a_change_to_down_is_as_old_as_a_failure_and_one_to_up_as_old_as_a_good_check(shape, past):
    world = lived(shape, past)
    results = {at: result for at, _, result in world.made}
    was_down = False
    for state, at in world.changes:
        if state.is_impaired and not was_down:
            assert results[at] is BAD
        elif was_down and not state.is_impaired:
            assert results[at] is GOOD
        was_down = state.is_impaired


@settings(max_examples=60)
@given(worlds(), spells())
def test_fewer_regions_than_are_wanted_change_nothing(shape, past):
    regions, quorum, first = shape
    few = frozenset(range(wanted_of(regions, quorum) - 1))
    past = [(length, failing & few, frozenset()) for length, failing, _ in past]
    assert lived((regions, quorum, first), past).changes == []


@settings(max_examples=60)
@given(worlds(), spells())
def test_an_outage_has_been_seen_by_as_many_regions_as_are_wanted_since_it_began(shape, past):
    world = lived(shape, [(length, failing, frozenset()) for length, failing, _ in past])
    wanted = wanted_of(world.regions, world.quorum)
    was_down = False
    for state, since in world.changes:
        if state.is_impaired and not was_down:
            assert len({region for at, region, result in world.made if at >= since and result is BAD}) >= wanted
        was_down = state.is_impaired


@settings(max_examples=60)
@given(worlds(), st.frozensets(st.integers(0, 4)))
def test_regions_that_speak_in_another_order_say_the_same(shape, failing):
    regions, quorum, _ = shape
    ends = {settled(lived((regions, quorum, first), []), failing).row.state for first in range(regions)}
    assert len(ends) == 1


@settings(max_examples=60)
@given(worlds(), spells())
@example((3, None, 0), [(3, frozenset({0, 1}), frozenset())])
def test_what_only_we_cannot_do_confirms_nothing(shape, past):
    world = lived(shape, past)
    changes, state = list(world.changes), world.row.state
    for _ in range(3 * world.regions):
        world.check(seen_by((), unable=set(range(5))))
    assert (world.changes, world.row.state) == (changes, state)


@settings(max_examples=60)
@given(worlds(), spells(), st.lists(st.sampled_from([GOOD, LATE]), min_size=1, max_size=9))
def test_what_answers_each_time_does_not_stay_down_however_late(shape, past, answers):
    world = lived(shape, past)
    for answer in islice(cycle(answers), 8 * world.regions + 8):
        world.check(seen_by((), good=answer))
    assert world.row.state < State.PARTIAL_OUTAGE


@settings(max_examples=60)
@given(worlds(), st.lists(st.sampled_from([GOOD, LATE]), min_size=1, max_size=9), st.frozensets(st.integers(0, 4)))
def test_late_answers_of_some_hide_no_outage_that_enough_regions_see(shape, answers, failing):
    world = lived(shape, [])
    seeing = len(failing & set(range(world.regions)))
    for answer in islice(cycle(answers), 8 * world.regions + 8):
        world.check(seen_by(failing, good=answer))
    is_down = world.row.state >= State.PARTIAL_OUTAGE
    assert is_down == (seeing >= wanted_of(world.regions, world.quorum))
