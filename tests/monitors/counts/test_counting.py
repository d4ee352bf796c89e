"""What receipts add to the sums of minutes, hours and error codes."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import transaction

from monitors.core.delivery_times import SIZE, percentile
from monitors.models import DeliveryCount, DeliveryFailure, DeliveryHour, Receipt
from monitors.services import applying
from monitors.services.counting import Counts, slot_of, store
from tests.factories import OrganizationFactory, ReceiptSourceFactory, ScopeFactory

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 1, 24, 12, tzinfo=UTC)


@pytest.fixture
def source():
    return ReceiptSourceFactory()


@pytest.fixture
def scope(source):
    return ScopeFactory(component__provider=source.provider, country="JP")


def told(source, scope, *rows):
    """Receipts of (message, status, code, seconds after noon), applied."""
    Receipt.objects.bulk_create(
        Receipt(
            source=source,
            scope=scope,
            message_id=message,
            status=status,
            error_code=code,
            at=NOON + timedelta(seconds=seconds),
        )
        for message, status, code, seconds in rows
    )
    while applying.apply_next(now=NOON):
        pass


def test_minutes_and_hours_know_how_long_deliveries_took(source, scope):
    told(
        source, scope, ("a", "sent", "", 0), ("a", "delivered", "", 7), ("b", "sent", "", 1), ("b", "delivered", "", 6)
    )
    told(source, scope, ("c", "sent", "", 70), ("c", "delivered", "", 3700))
    minutes = DeliveryCount.objects.order_by("minute")
    assert [(row.started, row.delivered, sum(row.times)) for row in minutes] == [(2, 2, 2), (1, 0, 0), (0, 1, 1)]
    hours = DeliveryHour.objects.order_by("hour")
    assert [(row.hour.hour, row.started, row.delivered, sum(row.times)) for row in hours] == [
        (12, 3, 2, 2), (13, 0, 1, 1),
    ]  # fmt: skip
    both = [sum(column) for column in zip(*(row.times for row in hours), strict=True)]
    assert [percentile(both, share) for share in (0.5, 0.95)] == [7.0, 3600.0]


def test_times_of_one_minute_add_up_over_batches(source, scope):
    for n in range(3):
        told(source, scope, (f"a{n}", "sent", "", 0), (f"a{n}", "delivered", "", 5))
    assert [(len(row.times), sum(row.times)) for row in DeliveryCount.objects.all()] == [(SIZE, 3)]


def test_failures_are_counted_by_code_and_fault_once_per_message(source, scope):
    told(
        source, scope,
        ("a", "undelivered", "30008", 10), ("a", "failed", "30007", 20), ("b", "undelivered", "30008", 299),
        ("c", "failed", "30034", 20), ("d", "failed", "", 300), ("e", "failed", "11200", 301), ("f", "canceled", "", 20),
    )  # fmt: skip
    rows = DeliveryFailure.objects.order_by("at", "code")
    assert [((row.at - NOON).seconds, row.code, row.fault, row.messages) for row in rows] == [
        (0, "30008", "ambiguous", 2), (0, "30034", "sender", 1), (300, "", "ambiguous", 1), (300, "11200", "self", 1),
    ]  # fmt: skip
    hour = DeliveryHour.objects.get()
    assert (hour.started, hour.outage, hour.ambiguous, hour.sender) == (6, 0, 3, 1)


def test_what_two_sources_of_an_organization_count_adds_up():
    scope, organization = ScopeFactory(), OrganizationFactory()
    for _ in range(2):
        counts = Counts()
        counts.add(scope.id, NOON, "started", 4)
        with transaction.atomic():
            store(organization.id, counts)
    assert [row.started for row in DeliveryHour.objects.all()] == [8]


@pytest.mark.parametrize(("minute", "expected"), [(0, 0), (4, 0), (5, 5), (59, 55)])
def test_failures_are_kept_in_steps_of_five_minutes(minute, expected):
    assert slot_of(NOON.replace(minute=minute, second=59)) == NOON.replace(minute=expected)
