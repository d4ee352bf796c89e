"""A window for a tag covers whichever monitors bear it at the time, and the past stays as it was."""

from datetime import UTC, datetime, timedelta

import pytest

from monitors.queries.window_rows import window_rows
from monitors.queries.windows import in_window, planned_spans, reaching
from monitors.services import bulk
from tests.factories import MaintenanceWindowFactory, MonitorFactory, OrganizationFactory

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 3, 24, 12, tzinfo=UTC)
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)


@pytest.fixture
def organization():
    return OrganizationFactory()


@pytest.fixture
def tagged_window(organization):
    """From noon to one, planned in the morning, for the tag eu."""
    return MaintenanceWindowFactory(
        organization=organization, starts_on_wall="2026-03-24T12:00", created_at=NOON - 2 * HOUR, is_for_all=False, tag="eu"
    )  # fmt: skip


def minutes_planned(monitor):
    found = planned_spans(NOON - HOUR, NOON + 2 * HOUR).get(monitor.id, [])
    return [((span.start - NOON) // MINUTE, (span.end - NOON) // MINUTE) for span in found]


@pytest.mark.parametrize(
    ("tags", "moves", "expected"),
    [
        (["eu"], [], [(0, 60)]),
        ([], [("tag", -90)], [(0, 60)]),  # planned before, tagged later
        (["eu"], [("untag", -90)], []),
        ([], [("tag", 20)], [(20, 60)]),
        (["eu"], [("untag", 20)], [(0, 20)]),
        (["eu"], [("untag", 20), ("tag", 30)], [(0, 20), (30, 60)]),
        ([], [("tag", 61)], []),  # what was is not rewritten
        (["eu"], [("untag", 61)], [(0, 60)]),
        (["eu"], [("tag", 20)], [(0, 60)]),  # which it had
        ([], [("untag", 20)], []),  # which it had not
    ],
)
def test_a_window_for_a_tag_covers_whichever_bear_it_at_the_time(organization, tagged_window, tags, moves, expected):
    monitor = MonitorFactory(organization=organization, tags=tags)
    for do, minute in moves:
        change = {"tag": bulk.tag, "untag": bulk.untag}[do]
        change(organization.id, [monitor.id], "eu", now=NOON + minute * MINUTE)
    assert minutes_planned(monitor) == expected


def test_a_tag_that_is_moved_says_nothing_of_another_or_of_strangers(organization, tagged_window):
    monitor, stranger = MonitorFactory(organization=organization, tags=["eu"]), MonitorFactory(tags=["eu"])
    assert bulk.untag(organization.id, [monitor.id, stranger.id], "us", now=NOON + MINUTE) == 0
    assert bulk.untag(organization.id, [stranger.id], "eu", now=NOON + MINUTE) == 0
    assert (minutes_planned(monitor), minutes_planned(stranger)) == ([(0, 60)], [])


def test_a_monitor_that_is_chosen_and_bears_the_tag_is_reached_once(organization, tagged_window):
    monitor = MonitorFactory(organization=organization, tags=["eu"])
    tagged_window.monitors.add(monitor)
    assert [(one.tag, one.monitor_id) for one in reaching(NOON, NOON + HOUR)] == [("", monitor.id)]
    bulk.untag(organization.id, [monitor.id], "eu", now=NOON + MINUTE)
    assert minutes_planned(monitor) == [(0, 60)]


@pytest.mark.parametrize(("minute", "expected"), [(-1, False), (0, True), (59, True), (60, False)])
def test_whether_a_monitor_is_in_a_window_is_asked_of_each_at_its_own_moment(
    organization, tagged_window, minute, expected
):
    monitor, other = MonitorFactory.create_batch(2, organization=organization, tags=["eu"])
    found = in_window({monitor.id: NOON + minute * MINUTE, other.id: NOON + 30 * MINUTE})
    assert (monitor.id in found, other.id in found) == (expected, True)


@pytest.mark.parametrize("count", [1, 9])
def test_asking_takes_the_same_few_queries(organization, tagged_window, count, django_assert_num_queries):
    monitors = MonitorFactory.create_batch(count, organization=organization, tags=["eu"])
    bulk.untag(organization.id, [monitor.id for monitor in monitors], "eu", now=NOON + MINUTE)
    with django_assert_num_queries(4):
        assert len(in_window({monitor.id: NOON for monitor in monitors})) == count


@pytest.mark.parametrize(
    ("tags", "chosen", "words"),
    [
        ([[]], 0, "whichever have the tag “eu” at the time (0 now)"),
        ([["eu"], ["us", "eu"]], 0, "whichever have the tag “eu” at the time (2 now)"),
        ([["eu"]], 1, "whichever have the tag “eu” at the time (1 now), and M0"),
    ],
)
def test_a_window_for_a_tag_says_so(organization, tagged_window, tags, chosen, words):
    monitors = [MonitorFactory(organization=organization, name=f"M{n}", tags=some) for n, some in enumerate(tags)]
    tagged_window.monitors.set(monitors[:chosen])
    assert [row.whose for row in window_rows(organization.id, now=NOON)] == [words]
