"""manage.py stage_demo: what the demo's organization has set up before its day begins."""

import os

from allauth.account.models import EmailAddress
from django.core.management.base import BaseCommand, CommandError

from accounts.models import Membership, Organization, User
from alerts import services as alerts
from alerts.models import Channel
from config import demonstration
from kit.clock import clock
from monitors.models import Feed, Provider, Scope
from monitors.services import monitors, receipts
from monitors.services.scopes import component_for, scope_of
from pages import services as pages

# Seconds of the demo's clock, in which a minute passes in about 0.4 s.
POLL_EVERY_S = 240
CHECK_EVERY_S = 240


class Command(BaseCommand):
    help = "Set up an organization that depends on the demo's Twilio. Only for `make demo`, which calls it."

    def handle(self, **options: object) -> None:
        if not demonstration.is_on():
            raise CommandError("This only makes sense inside the demo. Start it with: make demo")
        membership = Membership.objects.select_related("organization", "user").order_by("id").first()
        twilio = Provider.objects.filter(slug="twilio").first()
        if membership is None or twilio is None:
            raise CommandError("There is no organization or no Twilio yet. Run first: manage.py prepare")
        outside = f"http://127.0.0.1:{os.environ['DEMO_PORT']}"
        organization, user = membership.organization, membership.user
        _point_feeds(outside)
        sms, api = (
            scope_of(twilio, component=component_for(twilio, "sms")),
            scope_of(twilio, component=component_for(twilio, "api")),
        )
        _take_receipts(organization, twilio)
        _watch_api(organization, api, outside)
        for channel in _channels(organization, user, outside):
            for scope in (sms, api):
                alerts.follow_with(organization, scope, channel, user=user, now=clock())
        _publish(organization, sms, api)


def _point_feeds(outside: str) -> None:
    """Only the demo's Twilio is polled: there is no way to the real pages from a demo's clock."""
    Feed.objects.update(is_enabled=False)
    Feed.objects.filter(provider__slug="twilio", format="statuspage_v2").update(
        url=f"{outside}/api/v2/summary.json", interval_s=POLL_EVERY_S, is_enabled=True, next_poll_at=clock()
    )


def _take_receipts(organization: Organization, twilio: Provider) -> None:
    source = receipts.create_source(organization, twilio, "twilio", now=clock(), token=os.environ["DEMO_HOOK_TOKEN"])
    receipts.set_secrets(source, [os.environ["DEMO_AUTH_TOKEN"]])


def _watch_api(organization: Organization, api: Scope, outside: str) -> None:
    wanted = monitors.Settings(
        name="Twilio accepts messages",
        kind="http",
        target=f"{outside}/2010-04-01/Accounts/demo.json",
        options={"method": "GET", "expected_status": "200"},
        interval_s=CHECK_EVERY_S,
        timeout_s=5,
        confirmations=2,
    )
    monitors.create(organization.id, api, wanted, now=clock())


def _channels(organization: Organization, user: User, outside: str) -> list[Channel]:
    EmailAddress.objects.get_or_create(user=user, email=user.email, defaults={"verified": True, "primary": True})
    slack = {"url": f"{outside}/slack/hook"}
    return [
        alerts.own_email_channel(organization, user, user.email, now=clock()),
        alerts.create_channel(organization, "slack", "#on-call", slack, user=user, now=clock()),
    ]


def _publish(organization: Organization, sms: Scope, api: Scope) -> None:
    page = pages.page_for(organization, clock())
    pages.add_row(page, sms, name="Text messages", group="Messaging")
    pages.add_row(page, api, name="Sending API", group="Messaging")
