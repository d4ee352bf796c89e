"""What the detector takes for usual: the habit that the chart draws, by cell, out of our own reports alone."""

from datetime import UTC, datetime, timedelta

import pytest

from monitors.core.cells import Cell
from monitors.core.report_habit import PAST
from monitors.models import ReportCount
from monitors.queries.crowd import reports_by_quarter
from monitors.queries.report_habits import LAG, usual_reports
from monitors.services.scopes import component_for, scope_of
from tests.factories import ProviderFactory

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 16, 12, 20, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.fixture
def provider():
    return ProviderFactory(category="comms")


def counted(scope, hours_ago, number, **more):
    ReportCount.objects.bulk_create(
        ReportCount(scope=scope, minute=NOW - ago * HOUR, reports=number, **more) for ago in hours_ago
    )


def usual(provider, *cells, now=NOW):
    found = usual_reports(provider.id, cells, now)
    return [round(found[cell], 9) for cell in cells]


def test_the_detector_and_the_chart_agree(provider):
    counted(scope_of(provider), range(1, 24 * 20), 8)
    since = NOW - timedelta(hours=24)
    assert {round(quarter.usual, 9) for quarter in reports_by_quarter(provider, since, NOW)} == {2.0}
    assert usual(provider, Cell()) == [2.0]


def test_a_cell_has_what_is_part_of_it(provider):
    sms = component_for(provider, "sms")
    for scope in (scope_of(provider), scope_of(provider, component=sms, country="JP")):
        counted(scope, range(1, 24 * 20), 4)
    cells = Cell(), Cell(sms.id), Cell(sms.id, "JP"), Cell(0, "JP"), Cell(sms.id, "ID"), Cell(sms.id + 1)
    assert usual(provider, *cells) == [2.0, 1.0, 1.0, 1.0, 0.0, 0.0]


@pytest.mark.parametrize(
    ("hours_ago", "expected"),
    [
        ([], 0.0),
        (range(1, 20), 0.0),  # less than a day
        (range(1, 24 * 10), 1.0),
        ([PAST // HOUR + 3, *range(1, 24 * 10)], 1.0),  # older than eight weeks
    ],
)
def test_what_is_usual_comes_from_the_last_eight_weeks(provider, hours_ago, expected):
    counted(scope_of(provider), hours_ago, 4)
    assert usual(provider, Cell()) == [expected]


def test_the_last_hour_and_what_others_counted_teach_the_detector_nothing(provider):
    scope = scope_of(provider)
    counted(scope, range(2, 24 * 10), 4, imported=1000)
    ReportCount.objects.create(scope=scope, minute=NOW - LAG + timedelta(minutes=1), reports=10_000)
    assert usual(provider, Cell()) == [1.0]


def test_a_habit_is_worked_out_once_an_hour(provider, django_assert_num_queries):
    counted(scope_of(provider), range(1, 24 * 10), 4)
    for minutes, queries in [(0, 1), (1, 0), (39, 0), (40, 1), (99, 0), (100, 1)]:
        with django_assert_num_queries(queries):
            usual(provider, Cell(), Cell(7, "JP"), now=NOW + timedelta(minutes=minutes))
