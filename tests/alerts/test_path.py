"""From evidence to a mail, through incidents as it is: one message per cause and turn."""

import pytest

from alerts import services
from alerts.deliver import deliver_one
from incidents.services import tend
from kit.guarded_http import GuardedClient
from monitors.core.states import State
from monitors.services.follows import follow
from monitors.services.scopes import component_for, scope_of
from tests.alerts.scenes import make_channel, route_all
from tests.factories import CarrierFactory, OfficialPostFactory, OrganizationFactory, ProviderFactory
from tests.incidents.scenes import at, correlate, posted, receipts, say

pytestmark = pytest.mark.django_db


def deliver(minutes: float) -> None:
    route_all(at(minutes))
    client = GuardedClient(timeout_s=5)
    while claimed := services.claim_next(now=at(minutes)):
        deliver_one(claimed, client, now=at(minutes))


def test_receipts_open_the_vendor_joins_and_the_end_is_told(mailoutbox):
    twilio = ProviderFactory(name="Twilio", slug="twilio")
    organization = OrganizationFactory(time_zone="Asia/Tokyo")
    docomo = CarrierFactory(name="NTT DOCOMO", country="JP")
    sms = component_for(twilio, "sms")
    scope = scope_of(twilio, component=sms, country="JP", carrier=docomo)
    channel = make_channel(organization)
    services.add_route(follow(organization, scope_of(twilio, component=sms), at(-60)), channel, user=None, now=at(-60))

    receipts(scope, State.DEGRADED, minutes=0, organization_id=organization.id)
    correlate(1)
    deliver(1)
    post = OfficialPostFactory(provider=twilio, feed__provider=twilio, posted_at=at(20))
    posted(post, scope, State.DEGRADED, minutes=20)
    correlate(21)
    deliver(21)
    assert [mail.subject for mail in mailoutbox] == ["[DEGRADED] Twilio: SMS to NTT DOCOMO (Japan)"]

    receipts(scope, State.OPERATIONAL, minutes=60, organization_id=organization.id)
    say(scope, State.OPERATIONAL, minutes=60, ref=f"post:{post.id}")
    correlate(61)
    tend(at(80))
    deliver(80)
    assert [mail.subject for mail in mailoutbox] == [
        "[DEGRADED] Twilio: SMS to NTT DOCOMO (Japan)",
        "[UP] Twilio: SMS to NTT DOCOMO (Japan)",
    ]
    assert [mail.body.partition("\n")[0] for mail in mailoutbox] == [
        "Twilio: SMS to NTT DOCOMO (Japan) is degraded since 21:00 JST. First seen by delivery receipts at 21:00 JST; "
        "Twilio has not said anything about it yet.",
        "Twilio: SMS to NTT DOCOMO (Japan) is up again: it was degraded for 1 h, from 21:00 JST to 22:00 JST.",
    ]
    assert len({mail.extra_headers["References"] for mail in mailoutbox}) == 1
