"""Rules that an organization switched on: what becomes of them in rows, and up to its own incident."""

from datetime import UTC, datetime, timedelta

import pytest

from incidents.models import Incident
from incidents.services.correlating import correlate_next
from monitors.core.delivery import LOOK_BACK
from monitors.core.delivery_rules import Rule
from monitors.core.states import State
from monitors.models import DeliveryCount, DeliveryRule, PendingChange, SourceState, StateChange
from monitors.queries.counts import witnesses
from monitors.services.delivery_rules import judge_rules, switch_rules
from tests.factories import CarrierFactory, ComponentFactory, ReceiptSourceFactory, ScopeFactory

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 1, 24, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


@pytest.fixture
def source():
    return ReceiptSourceFactory()


@pytest.fixture
def docomo(source):
    sms = ComponentFactory(provider=source.provider, name="SMS", service="sms")
    return ScopeFactory(component=sms, country="JP", carrier=CarrierFactory(name="NTT DOCOMO", country="JP"))


@pytest.fixture
def kddi(docomo):
    return ScopeFactory(component=docomo.component, country="JP", carrier=CarrierFactory(name="KDDI", country="JP"))


def counted(source, scope, ago=0, **counts):
    DeliveryCount.objects.create(
        organization=source.organization, scope=scope, minute=NOON - ago * MINUTE, **counts
    )  # fmt: skip


def switch(source, wanted, now=NOON):
    switch_rules(source.organization_id, wanted, now=now)


def judge(now=NOON):
    for witness in witnesses(now - LOOK_BACK):
        judge_rules(witness, now=now)


def says():
    return [
        (row.scope.carrier and row.scope.carrier.name, row.state.slug) for row in SourceState.objects.order_by("id")
    ]


def test_a_rule_that_nobody_switched_on_says_nothing(source, docomo):
    counted(source, docomo, ambiguous=500)
    judge()
    assert says() == []


def test_the_whole_account_adds_up_what_no_scope_has_alone(source, docomo, kddi):
    counted(source, docomo, ambiguous=6)
    counted(source, kddi, outage=5)
    switch(source, {Rule.BURST: False})
    judge()
    row = SourceState.objects.get()
    assert (row.scope.component, row.state, row.organization) == (None, State.DEGRADED, source.organization)
    assert row.reason == "11 messages failed in 5 min; your rule allows 10."
    assert row.evidence == {"symptom": "failing", "rule": "burst", "failed": 11, "finished": 11}


def test_each_scope_by_itself_and_the_senders_own_failures_are_none(source, docomo, kddi):
    counted(source, docomo, ambiguous=6, sender=90)
    counted(source, kddi, outage=11)
    switch(source, {Rule.BURST: True})
    judge()
    assert says() == [("KDDI", "partial_outage")]


def test_the_change_is_for_its_organization_alone_and_becomes_its_incident(source, docomo):
    ReceiptSourceFactory(provider=source.provider)  # somebody else's
    counted(source, docomo, delivered=1, ambiguous=11)
    switch(source, {Rule.SHARE: True, Rule.BURST: True})
    judge()
    judge(NOON + MINUTE)
    assert [row.organization_id for row in PendingChange.objects.all()] == [source.organization_id]
    while correlate_next(NOON):
        pass
    incident = Incident.objects.get()
    assert (incident.organization, incident.title) == (
        source.organization, "SMS to NTT DOCOMO (Japan): delivery failures",
    )  # fmt: skip


def test_a_rule_ends_ten_minutes_after_it_last_applied(source, docomo):
    counted(source, docomo, ambiguous=11)
    switch(source, {Rule.BURST: True})
    judge()
    for minute in range(1, 16):
        counted(source, docomo, ago=-minute, delivered=1)
        judge(NOON + minute * MINUTE)
    assert [(change.new.slug, (change.at - NOON) // MINUTE) for change in StateChange.objects.order_by("id")] == [
        ("partial_outage", 0), ("operational", 14),
    ]  # fmt: skip


@pytest.mark.parametrize("wanted", [{}, {Rule.BURST: False}, {Rule.SHARE: True}])
def test_a_rule_that_is_switched_off_or_changed_takes_back_what_it_said(source, docomo, wanted):
    counted(source, docomo, ambiguous=11)
    switch(source, {Rule.BURST: True})
    judge()
    switch(source, wanted, now=NOON + MINUTE)
    last = StateChange.objects.latest("id")
    assert (last.new, last.reason) == (State.UNKNOWN, "The rule was switched off.")
    assert not SourceState.objects.exists()
    assert dict(DeliveryRule.objects.values_list("rule", "is_per_scope")) == wanted


def test_switching_on_what_is_on_changes_nothing(source, docomo):
    counted(source, docomo, ambiguous=11)
    switch(source, {Rule.BURST: True})
    judge()
    before = list(DeliveryRule.objects.values_list("id"))
    switch(source, {Rule.BURST: True})
    assert (list(DeliveryRule.objects.values_list("id")), StateChange.objects.count()) == (before, 1)


def test_accounts_at_two_providers_are_two(source, docomo):
    other = ReceiptSourceFactory(organization=source.organization)
    counted(source, docomo, ambiguous=11)
    counted(other, ScopeFactory(component__provider=other.provider), delivered=30)
    switch(source, {Rule.BURST: False})
    judge()
    judge(NOON + MINUTE)
    assert [row.scope.provider for row in SourceState.objects.all()] == [source.provider]
