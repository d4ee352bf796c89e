"""Two organizations that follow the same vendor and know different things of it."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from accounts.models import Organization
from incidents import services
from kit.clock import clock
from monitors.core.observations import Observation
from monitors.core.states import Source, State
from monitors.models import Feed, OfficialPost, OfficialUpdate, Provider, Scope
from monitors.services.scopes import own_scope
from monitors.services.states import observe
from pages.models import StatusPage, StatusPageRow
from tests.factories import (
    CarrierFactory,
    ComponentFactory,
    FeedFactory,
    FollowFactory,
    OfficialPostFactory,
    OrganizationFactory,
    ProviderFactory,
    ScopeFactory,
    StatusPageFactory,
)

EVIDENCE = "12 of 14 messages failed"


@dataclass
class Scene:
    """Twilio, readable a moment ago; Acme and Bolt follow its SMS. Times are minutes before now."""

    now: datetime = field(default_factory=clock)
    twilio: Provider = field(init=False)
    feed: Feed = field(init=False)
    sms: Scope = field(init=False)
    docomo: Scope = field(init=False)
    acme: Organization = field(init=False)
    bolt: Organization = field(init=False)

    def __post_init__(self) -> None:
        self.twilio = ProviderFactory(slug="twilio", name="Twilio", category="comms")
        self.feed = FeedFactory(provider=self.twilio, interval_s=60, last_read_at=self.ago(0))
        self.sms = ScopeFactory(component=ComponentFactory(provider=self.twilio, name="SMS", service="sms"))
        carrier = CarrierFactory(name="NTT DOCOMO", country="JP")
        self.docomo = ScopeFactory(component=self.sms.component, country="JP", carrier=carrier)
        self.acme = OrganizationFactory(name="Acme", slug="acme")
        self.bolt = OrganizationFactory(name="Bolt", slug="bolt")
        for organization in (self.acme, self.bolt):
            FollowFactory(organization=organization, scope=self.sms)

    def ago(self, minutes: float) -> datetime:
        return self.now - timedelta(minutes=minutes)

    def say(
        self,
        scope: Scope,
        state: State,
        *,
        minutes: float,
        organization: Organization | None = None,
        source: Source = Source.OFFICIAL,
        ref: str = "",
        reason: str = "it said so",
    ) -> None:
        """Let a source say something, and let everybody's record take it in."""
        organization_id = organization.id if organization else None
        at = self.ago(minutes)
        where = ref or f"feed:{self.feed.id}"
        evidence = {"secret": EVIDENCE}
        observe([Observation(source, where, scope.id, state, at, reason, evidence, organization_id, 1, 86_400)], now=at)
        while services.correlate_next(at):
            pass

    def receipts(self, organization: Organization, scope: Scope, state: State, *, minutes: float) -> None:
        self.say(
            scope, state, minutes=minutes, organization=organization, source=Source.DELIVERY,
            ref=f"receipts:{organization.id}", reason=EVIDENCE,
        )  # fmt: skip

    def probe(self, organization: Organization, name: str, state: State, *, minutes: float) -> Scope:
        """Let a probe of an organization's own system say something."""
        scope = own_scope(organization.id, name)
        self.say(
            scope, state, minutes=minutes, organization=organization, source=Source.PROBE,
            ref=f"monitor:{scope.id}", reason=f"{name}: connection refused by 10.1.2.3",
        )  # fmt: skip
        return scope

    def post(self, scope: Scope, title: str, words: str, state: State, *, minutes: float) -> OfficialPost:
        at = self.ago(minutes)
        post = OfficialPostFactory(
            feed=self.feed, title=title, posted_at=at, url="https://status.example.com/incidents/1"
        )
        OfficialUpdate.objects.create(
            post=post, external_id="u1", phase="identified", body=words, at=at, first_seen_at=at
        )
        self.say(scope, state, minutes=minutes, ref=f"post:{post.id}", reason=f"The vendor posted “{title}”")
        return post


def page_with(organization: Organization, *rows: tuple[Scope, str] | tuple[Scope, str, str]) -> StatusPage:
    page = StatusPageFactory(organization=organization, slug=organization.slug, title=f"{organization.name} status")
    for position, (scope, name, *group) in enumerate(rows):
        StatusPageRow.objects.create(page=page, scope=scope, name=name, group="".join(group), position=position)
    return page
