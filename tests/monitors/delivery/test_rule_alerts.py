"""A rule that applies, up to the mail: to its own organization alone."""

import pytest

from alerts import services
from alerts.deliver import deliver_one
from incidents.services import tend
from kit.guarded_http import GuardedClient
from monitors.core.delivery import LOOK_BACK
from monitors.core.delivery_rules import Rule
from monitors.models import DeliveryCount
from monitors.queries.counts import witnesses
from monitors.services.delivery_rules import judge_rules, switch_rules
from monitors.services.follows import follow
from monitors.services.scopes import component_for, scope_of
from tests.alerts.scenes import make_channel, route_all
from tests.factories import CarrierFactory, OrganizationFactory, ProviderFactory, ReceiptSourceFactory
from tests.incidents.scenes import at, correlate

pytestmark = pytest.mark.django_db


def deliver(minutes):
    route_all(at(minutes))
    client = GuardedClient(timeout_s=5)
    while claimed := services.claim_next(now=at(minutes)):
        deliver_one(claimed, client, now=at(minutes))


def judge(minutes):
    for witness in witnesses(at(minutes) - LOOK_BACK):
        judge_rules(witness, now=at(minutes))
    correlate(minutes)


def test_a_rule_that_applies_is_mailed_with_its_numbers_and_so_is_its_end(mailoutbox):
    twilio = ProviderFactory(name="Twilio", slug="twilio")
    sms = component_for(twilio, "sms")
    scope = scope_of(twilio, component=sms, country="JP", carrier=CarrierFactory(name="NTT DOCOMO", country="JP"))
    acme, bolt = OrganizationFactory(), OrganizationFactory()
    for organization in (acme, bolt):
        ReceiptSourceFactory(organization=organization, provider=twilio)
        followed = follow(organization, scope_of(twilio, component=sms), at(-60))
        services.add_route(followed, make_channel(organization), user=None, now=at(-60))
    for minute in range(30):
        failed = 11 if minute == 0 else 0
        DeliveryCount.objects.create(
            organization=acme, scope=scope, minute=at(minute), started=11, delivered=11 - failed, ambiguous=failed
        )
    switch_rules(acme.id, {Rule.BURST: True}, now=at(0))
    judge(0)
    deliver(0)
    (first,) = mailoutbox
    assert (first.subject, first.to) == ("[PARTLY DOWN] Twilio: SMS to NTT DOCOMO (Japan)", ["ops-0@example.com"])
    assert "11 messages failed in 5 min; your rule allows 10." in first.body
    for minute in range(1, 30):
        judge(minute)
    tend(at(29))
    deliver(29)
    assert [(mail.subject, mail.to) for mail in mailoutbox[1:]] == [
        ("[UP] Twilio: SMS to NTT DOCOMO (Japan)", ["ops-0@example.com"])
    ]
