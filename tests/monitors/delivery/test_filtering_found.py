"""A carrier's new rule over many organizations: who hears of it, and that it is no incident."""

from datetime import UTC, datetime, timedelta

import pytest

from monitors.models import FilteringChange, OperatorNotice, StateChange
from monitors.queries.filtering import filtering_now
from monitors.services.filtering import find_filtering
from tests.factories import ComponentFactory, OrganizationFactory, ProviderFactory, ScopeFactory
from tests.monitors.delivery.traffic import counted

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 1, 24, 12, 20, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


@pytest.fixture
def america():
    twilio = ProviderFactory(slug="twilio", name="Twilio")
    return ScopeFactory(component=ComponentFactory(provider=twilio, name="SMS", service="sms"), country="US")


def sender(scope, *, refused=30, shares=True):
    """An organization with a quiet week, of whose messages of the last hour some were refused."""
    organization = OrganizationFactory(shares_counts_since=NOON - timedelta(days=30) if shares else None)
    for day in range(1, 6):
        counted(organization, scope, NOON - timedelta(days=day), delivered=40)
    counted(organization, scope, NOON - 10 * MINUTE, delivered=20, codes=[("30034", "sender", refused)])
    return organization


def told(scope):
    return [(found.code, found.began_at) for found in filtering_now([scope.id])]


def test_three_senders_make_a_notice_and_no_incident(america):
    for _ in range(3):
        sender(america)
    find_filtering(now=NOON)
    find_filtering(now=NOON + MINUTE)
    notice = OperatorNotice.objects.get()
    assert (notice.kind, notice.title, notice.count) == (
        "filtering", "Carriers refuse more: SMS · United States, 30034 (Unregistered sender)", 2,
    )  # fmt: skip
    assert notice.reason.startswith("90 messages of 3 organizations in an hour")
    assert told(america) == [("30034", NOON)]
    assert told(ScopeFactory()) == []
    assert not StateChange.objects.exists()


@pytest.mark.parametrize(
    "refusals",
    [
        [30, 30],  # two senders
        [30, 30, 9],
        [16, 16, 16],  # 48 messages
    ],
)
def test_fewer_are_chance_or_a_senders_own_mistake(america, refusals):
    for refused in refusals:
        sender(america, refused=refused)
    find_filtering(now=NOON)
    assert (FilteringChange.objects.count(), OperatorNotice.objects.count()) == (0, 0)


def test_what_rests_on_organizations_that_keep_their_counts_is_told_to_operators_alone(america):
    for shares in (True, True, False):
        sender(america, shares=shares)
    find_filtering(now=NOON)
    assert (OperatorNotice.objects.count(), told(america)) == (1, [])


def test_who_was_always_refused_or_is_new_does_not_count(america):
    for _ in range(2):
        sender(america)
    always, new = OrganizationFactory(), OrganizationFactory()
    for day in range(1, 6):
        counted(always, america, NOON - timedelta(days=day), delivered=20, codes=[("30034", "sender", 30)])
    for organization in (always, new):
        counted(organization, america, NOON - 10 * MINUTE, delivered=20, codes=[("30034", "sender", 30)])
    find_filtering(now=NOON)
    assert not FilteringChange.objects.exists()


def test_it_is_over_half_an_hour_after_it_was_last_found(america):
    for _ in range(3):
        sender(america)
    find_filtering(now=NOON)
    find_filtering(now=NOON + 80 * MINUTE)
    row, notice = FilteringChange.objects.get(), OperatorNotice.objects.get()
    assert (row.ended_at, notice.resolved_at, told(america)) == (NOON + 80 * MINUTE, NOON + 80 * MINUTE, [])
