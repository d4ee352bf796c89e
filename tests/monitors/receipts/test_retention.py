"""Nothing that receipts bring grows for ever: each table has a time after which the daily upkeep forgets."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.apps import apps

from kit.clock import clock
from monitors.models import (
    DeliveryCount,
    DeliveryFailure,
    DeliveryHour,
    Fate,
    FilteringChange,
    KnownNumber,
    Message,
    Monitor,
    NumberLookup,
    PushedMinute,
    Receipt,
    ReceiptProblem,
    ReceiptSource,
    SyntheticPlan,
    SyntheticSend,
    delivery,
    lookups,
    receipts,
    receiving,
    synthetic,
)
from monitors.tasks.upkeep import daily_upkeep
from tests.factories import MonitorFactory, ReceiptSourceFactory, ScopeFactory

pytestmark = pytest.mark.django_db

# What is as many as there are sources, monitors or rules. Problems have at most 30 words of each source.
BOUNDED = {ReceiptSource, NumberLookup, ReceiptProblem, SyntheticPlan, delivery.DeliveryRule}


def receipt(at, scope):
    row = Receipt(source=ReceiptSourceFactory(), message_id="m", scope=scope, status="sent", at=at, applied_at=at)
    row.save()


def message(at, scope):
    source = ReceiptSourceFactory()
    Message.objects.create(source=source, message_id="m", scope=scope, status="sent", rank=3, first_at=at)


def count(at, scope):
    DeliveryCount.objects.create(organization=ReceiptSourceFactory().organization, scope=scope, minute=at)


def hour(at, scope):
    DeliveryHour.objects.create(organization=ReceiptSourceFactory().organization, scope=scope, hour=at)


def failure(at, scope):
    organization = ReceiptSourceFactory().organization
    DeliveryFailure.objects.create(organization=organization, scope=scope, at=at, code="1", fault="sender", messages=1)


def pushed(at, scope):
    source = ReceiptSourceFactory()
    PushedMinute.objects.create(source=source, scope=scope, minute=at, said={}, said_at=at, is_waiting=False)


def send(at, scope):
    monitor: Monitor = MonitorFactory()
    SyntheticSend.objects.create(monitor=monitor, at=at, price=Decimal("0.01"), fate=Fate.DELIVERED)


def change(at, scope):
    FilteringChange.objects.create(scope=scope, code="30007", began_at=at, seen_at=at, ended_at=at)


def known(at, scope):
    KnownNumber.objects.create(source=ReceiptSourceFactory(), to_hash="h", network="44010", at=at)


KEPT = {
    Receipt: (7, receipt),
    Message: (30, message),
    DeliveryCount: (90, count),
    DeliveryHour: (90, hour),
    DeliveryFailure: (90, failure),
    PushedMinute: (8, pushed),
    KnownNumber: (45, known),
    SyntheticSend: (400, send),
    FilteringChange: (400, change),
}


def test_each_table_of_receipts_has_its_time():
    modules = {module.__name__ for module in (delivery, lookups, receipts, receiving, synthetic)}
    tables = {model for model in apps.get_app_config("monitors").get_models() if model.__module__ in modules}
    assert tables == set(KEPT) | BOUNDED


def test_the_daily_upkeep_forgets_what_is_older_and_keeps_the_rest():
    now, scope = clock(), ScopeFactory()
    for days, make in KEPT.values():
        make(now - timedelta(days=days, hours=1), scope)
        make(now - timedelta(days=days, hours=-1), scope)
    daily_upkeep()
    assert {model.__name__: model.objects.count() for model in KEPT} == {model.__name__: 1 for model in KEPT}


def test_a_message_whose_end_nobody_knows_and_a_change_that_lasts_are_kept():
    long_ago, scope = clock() - timedelta(days=500), ScopeFactory()
    FilteringChange.objects.create(scope=scope, code="30007", began_at=long_ago, seen_at=long_ago)
    SyntheticSend.objects.create(monitor=MonitorFactory(), at=long_ago, price=Decimal("0.01"), fate=Fate.TAKEN)
    daily_upkeep()
    assert (FilteringChange.objects.count(), SyntheticSend.objects.count()) == (1, 1)
