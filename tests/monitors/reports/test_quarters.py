"""The chart of 24 hours: quarters of an hour beside what is usual then."""

from datetime import UTC, datetime, timedelta

import pytest

from monitors.models import ReportCount
from monitors.queries.crowd import Quarter, reports_by_quarter
from monitors.queries.report_habits import habit_before
from monitors.services.scopes import scope_of
from tests.factories import ProviderFactory

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 16, 12, 20, tzinfo=UTC)
SINCE = NOW - timedelta(minutes=35)


@pytest.fixture
def counted():
    """Store the reports of a provider: {minutes before NOW: reports}, of the whole of it."""

    def store(provider, reports):
        scope = scope_of(provider)
        ReportCount.objects.bulk_create(
            ReportCount(scope=scope, minute=NOW - timedelta(minutes=ago), reports=n) for ago, n in reports.items()
        )

    return store


def test_a_provider_without_a_past_has_quarters_and_no_usual():
    assert reports_by_quarter(ProviderFactory(), SINCE, NOW) == [
        Quarter(NOW.replace(hour=11, minute=45), 0, None),
        Quarter(NOW.replace(minute=0), 0, None),
        Quarter(NOW.replace(minute=15), 0, None),
    ]


def test_each_quarter_stands_beside_its_hour(counted):
    provider = ProviderFactory()
    counted(provider, {60 * n + 5: 8 for n in range(1, 24 * 14)} | {1: 30})
    found = reports_by_quarter(provider, SINCE, NOW)
    assert [quarter.reports for quarter in found] == [0, 0, 30]
    assert [quarter.usual for quarter in found] == [2.0, 2.0, 2.0]


def test_reports_of_others_and_of_the_shown_day_are_no_habit(counted):
    provider = ProviderFactory()
    counted(provider, {60 * n + 5: 4 for n in range(1, 24 * 14)})
    counted(ProviderFactory(), {60 * n + 5: 900 for n in range(1, 24 * 14)})
    counted(provider, dict.fromkeys(range(20), 50))
    assert {quarter.usual for quarter in reports_by_quarter(provider, SINCE, NOW)} == {1.0}


def test_the_habit_costs_one_query(counted, django_assert_num_queries):
    provider = ProviderFactory()
    counted(provider, {60 * n: 4 for n in range(1, 24 * 3)})
    with django_assert_num_queries(1):
        assert habit_before(provider.id, NOW)
