"""A region that disagrees with all others is left out and named; one that is first, last or blind is not."""

import pytest

from monitors.core.guard import Round
from monitors.core.states import State
from monitors.models import CheckResult, OperatorNotice, RegionWatch, SourceState
from monitors.probes.base import Reason
from monitors.services import guard
from monitors.services.regions import judge_regions
from tests.factories import OrganizationFactory, ScopeFactory
from tests.monitors.checks.test_regions import DOWN, NOON, UP, A, C, S, changes, of_three, places, play

__all__ = ["places"]  # a fixture


@pytest.mark.django_db
def test_one_sick_region_over_many_monitors_changes_nothing_and_raises_one_notice():
    shared = {"organization": OrganizationFactory(), "scope": ScopeFactory()}
    monitors = [of_three(**shared) for _ in range(8)]
    for monitor in monitors:
        play(monitor, "A+ 0, B+ 1, C+ 2, C- 60, A+ 61, B+ 62")
    for second in (63, 78):
        judge_regions(now=NOON + second * S)
    notice = OperatorNotice.objects.get()
    assert (notice.title, notice.count) == ("Checks from lima are left out: it disagrees with all other regions", 1)
    for monitor in monitors:
        play(monitor, "C- 120, A+ 121, B+ 122")
    assert (changes(), set(SourceState.objects.values_list("state", "pending"))) == ([], {(UP, None)})
    assert set(CheckResult.objects.filter(slot=NOON + 120 * S).values_list("state", "reason")) == {
        (State.UNKNOWN, Reason.NO_NETWORK)
    }


@pytest.mark.django_db
def test_the_first_region_to_see_an_outage_of_many_monitors_is_not_suspected():
    shared = {"organization": OrganizationFactory(), "scope": ScopeFactory()}
    monitors = [of_three(**shared) for _ in range(4)]
    for script in ("A+ 0, B+ 1, C+ 2, A- 60", "B- 61", "C- 62", "A+ 120", "B+ 121", "C+ 122"):
        for monitor in monitors:
            play(monitor, script)
        judge_regions(now=NOON + 125 * S)
        assert (OperatorNotice.objects.count(), RegionWatch.objects.filter(suspected_since__isnull=False).count()) == (
            0,
            0,
        )


@pytest.mark.django_db
def test_a_blind_region_is_not_suspected_as_well():
    shared = {"organization": OrganizationFactory(), "scope": ScopeFactory()}
    monitors = [of_three(**shared) for _ in range(4)]
    guard.record_round(A, Round(NOON + 55 * S, 5))
    for script in ("A+ 0, B+ 1, C+ 2", "A- 60, B+ 61, C+ 62"):
        for monitor in monitors:
            play(monitor, script)
    for second in (65, 118):
        guard.record_round(A, Round(NOON + second * S, 5, ("a", "b", "c")))
    for monitor in monitors:
        play(monitor, "A- 120, B+ 180, C+ 240")
    judge_regions(now=NOON + 245 * S)
    assert [notice.kind for notice in OperatorNotice.objects.all()] == ["blind_region"]
    assert changes() == []


@pytest.mark.django_db
def test_without_the_suspected_region_the_others_decide_and_it_is_heard_again_once_it_agrees():
    shared = {"organization": OrganizationFactory(), "scope": ScopeFactory()}
    monitors = [of_three(**shared) for _ in range(4)]
    for monitor in monitors:
        play(monitor, "A+ 0, B+ 1, C- 2, A+ 3, B+ 4")
    judge_regions(now=NOON + 10 * S)
    play(monitors[0], "A- 60, C- 61")
    assert changes() == []
    play(monitors[0], "B- 62")
    assert changes() == [(UP, DOWN, 60)]
    for monitor in monitors[1:]:
        play(monitor, "C+ 63")
    judge_regions(now=NOON + 70 * S)
    assert RegionWatch.objects.get(region=C).suspected_since is None
    assert OperatorNotice.objects.get().resolved_at == NOON + 70 * S
