"""What pages show of an organization's messages."""

from datetime import UTC, datetime, timedelta

import pytest

from monitors.models import DeliveryCount
from monitors.queries.delivery import DeliveryRow, delivery_table
from tests.factories import CarrierFactory, ComponentFactory, OrganizationFactory, ScopeFactory

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 1, 24, 12, tzinfo=UTC)
DAY = timedelta(hours=24)


@pytest.fixture
def scopes():
    sms = ComponentFactory(name="SMS")
    docomo = CarrierFactory(name="NTT DOCOMO", country="JP")
    return (
        ScopeFactory(component=sms, country="JP", carrier=docomo),
        ScopeFactory(component=sms, country="US"),
        ScopeFactory(component=sms),
    )


def count(organization, scope, *, ago=0, **counts):
    DeliveryCount.objects.create(
        organization=organization, scope=scope, minute=NOON - timedelta(minutes=ago), **counts
    )  # fmt: skip


def test_the_table_has_the_worst_first_and_only_its_own_span(scopes, django_assert_num_queries):
    acme, other = OrganizationFactory(), OrganizationFactory()
    docomo, america, anywhere = scopes
    count(acme, america, started=10, delivered=9, ambiguous=1, sender=0, seconds=45)
    count(acme, docomo, started=5, delivered=1, outage=1, sender=1, seconds=3)
    count(acme, docomo, ago=1, started=5, delivered=1, seconds=4)
    count(acme, anywhere, started=4)
    count(acme, docomo, ago=24 * 60 + 1, started=99)
    count(other, docomo, started=99)
    with django_assert_num_queries(2):
        table = delivery_table(acme.id, NOON - DAY, NOON)
    assert table == [
        DeliveryRow("SMS", 4, 0, 0, 0, 0, None),  # nothing of it has ended: the worst
        DeliveryRow("SMS · NTT DOCOMO · Japan", 10, 2, 1, 0, 1, 3.5),
        DeliveryRow("SMS · United States", 10, 9, 0, 1, 0, 5.0),
    ]
    assert [(row.delivered_share, row.unfinished) for row in table] == [(None, 4), (2 / 3, 6), (0.9, 0)]


def test_an_organization_without_messages_has_an_empty_table(scopes):
    assert delivery_table(OrganizationFactory().id, NOON - DAY, NOON) == []
