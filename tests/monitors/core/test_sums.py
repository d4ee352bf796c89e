"""Every check is counted once: as good, as failed, as planned, or as our own fault."""

from hypothesis import given
from hypothesis import strategies as st

from monitors.core.blocks import Packed
from monitors.core.states import State
from monitors.core.sums import Sums, sums_of, together

CHECKS = st.lists(
    st.tuples(st.sampled_from([int(state) for state in State]), st.integers(0, 60_000_000), st.booleans()), max_size=30
)


def added(checks):
    return sums_of(
        [Packed(offset, state, 0, total_us) for offset, (state, total_us, _) in enumerate(checks)],
        is_planned=[planned for _, _, planned in checks],
    )


@given(CHECKS)
def test_good_failed_planned_and_our_own_faults_are_all_there_are(checks):
    sums = added(checks)
    ours = sum(state == State.UNKNOWN for state, _, _ in checks)
    good = sum(State.UNKNOWN < state < State.PARTIAL_OUTAGE and not planned for state, _, planned in checks)
    assert good + sums.failed + sums.planned + ours == len(checks)
    assert sums.checks == good + sums.failed


@given(CHECKS)
def test_a_share_is_known_where_something_was_asked_outside_of_planned_work(checks):
    sums = added(checks)
    if sums.checks:
        assert sums.uptime is not None
        assert 0.0 <= sums.uptime <= 1.0
    else:
        assert (sums.uptime, sums.percentiles(0.5)) == (None, None)


@given(CHECKS, st.integers(0, 30))
def test_the_sum_of_two_parts_is_that_of_the_whole(checks, cut):
    assert together([added(checks[:cut]), added(checks[cut:])]) == added(checks)
    assert together([added(checks), Sums()]) == added(checks)


@given(CHECKS, st.booleans())
def test_planned_work_and_our_own_faults_move_no_share(checks, is_planned):
    more = [(int(State.MAJOR_OUTAGE), 1, True), (int(State.UNKNOWN), 1, is_planned)]
    assert added([*checks, *more]).uptime == added(checks).uptime
