"""The least that is valid of each row; a test states what it depends on."""

from datetime import timedelta

from factory import LazyAttribute, LazyFunction, Sequence, SubFactory
from factory.django import DjangoModelFactory

from accounts.models import Membership, Organization, Role, User
from alerts.models import Channel, Notification, Route
from incidents.models import Incident, IncidentEvent
from kit.clock import clock
from monitors.core.states import State
from monitors.models import (
    Carrier,
    Component,
    Feed,
    Follow,
    MaintenanceWindow,
    Monitor,
    OfficialPost,
    Provider,
    ReceiptSource,
    Scope,
)  # fmt: skip
from pages.models import StatusPage


class UserFactory(DjangoModelFactory[User]):
    class Meta:
        model = User

    email = Sequence(lambda n: f"person-{n}@example.com")


class OrganizationFactory(DjangoModelFactory[Organization]):
    class Meta:
        model = Organization

    name = Sequence(lambda n: f"Organization {n}")
    slug = Sequence(lambda n: f"organization-{n}")


class MembershipFactory(DjangoModelFactory[Membership]):
    class Meta:
        model = Membership

    organization = SubFactory(OrganizationFactory)
    user = SubFactory(UserFactory)
    role = Role.OWNER


class ProviderFactory(DjangoModelFactory[Provider]):
    class Meta:
        model = Provider

    slug = Sequence(lambda n: f"provider-{n}")
    name = Sequence(lambda n: f"Provider {n}")


class CarrierFactory(DjangoModelFactory[Carrier]):
    class Meta:
        model = Carrier

    slug = Sequence(lambda n: f"carrier-{n}")
    name = Sequence(lambda n: f"Carrier {n}")
    country = "JP"


class ComponentFactory(DjangoModelFactory[Component]):
    class Meta:
        model = Component

    provider = SubFactory(ProviderFactory)
    name = Sequence(lambda n: f"Component {n}")


class ScopeFactory(DjangoModelFactory[Scope]):
    """A component's scope; pass component=None for a whole provider's."""

    class Meta:
        model = Scope

    component = SubFactory(ComponentFactory)
    provider = LazyAttribute(lambda row: row.component.provider)


class FollowFactory(DjangoModelFactory[Follow]):
    class Meta:
        model = Follow

    organization = SubFactory(OrganizationFactory)
    scope = SubFactory(ScopeFactory)


class FeedFactory(DjangoModelFactory[Feed]):
    class Meta:
        model = Feed

    provider = SubFactory(ProviderFactory)
    format = "statuspage_v2"
    url = Sequence(lambda n: f"https://status-{n}.example.com/api/v2/summary.json")


class OfficialPostFactory(DjangoModelFactory[OfficialPost]):
    class Meta:
        model = OfficialPost

    feed = SubFactory(FeedFactory)
    provider = LazyAttribute(lambda row: row.feed.provider)
    external_id = Sequence(lambda n: f"post-{n}")
    kind = "incident"
    title = "SMS Delivery Delays"
    phase = "investigating"
    posted_at = LazyFunction(clock)
    began_at = LazyAttribute(lambda row: row.posted_at)
    first_seen_at = LazyAttribute(lambda row: row.posted_at)
    last_seen_at = LazyAttribute(lambda row: row.first_seen_at)


class MonitorFactory(DjangoModelFactory[Monitor]):
    class Meta:
        model = Monitor

    organization = SubFactory(OrganizationFactory)
    scope = SubFactory(ScopeFactory)
    name = Sequence(lambda n: f"Monitor {n}")
    target = Sequence(lambda n: f"https://api-{n}.example.com/health")


class MaintenanceWindowFactory(DjangoModelFactory[MaintenanceWindow]):
    """An hour from the first minute of 2026 on, for all monitors."""

    class Meta:
        model = MaintenanceWindow

    organization = SubFactory(OrganizationFactory)
    name = Sequence(lambda n: f"Upgrade {n}")
    starts_on_wall = "2026-01-01T00:00"
    time_zone = "UTC"
    minutes = 60
    is_for_all = True


class ReceiptSourceFactory(DjangoModelFactory[ReceiptSource]):
    class Meta:
        model = ReceiptSource

    organization = SubFactory(OrganizationFactory)
    provider = SubFactory(ProviderFactory)
    token = Sequence(lambda n: f"token-{n}")


class IncidentFactory(DjangoModelFactory[Incident]):
    """A public incident that is open; pass organization for a tenant's."""

    class Meta:
        model = Incident

    provider = SubFactory(ProviderFactory)
    title = Sequence(lambda n: f"Incident {n}")
    state = State.DEGRADED
    worst = State.DEGRADED
    started_at = LazyFunction(lambda: clock() - timedelta(minutes=30))
    opened_at = LazyAttribute(lambda row: row.started_at)
    changed_at = LazyAttribute(lambda row: row.opened_at)


class IncidentEventFactory(DjangoModelFactory[IncidentEvent]):
    class Meta:
        model = IncidentEvent

    incident = SubFactory(IncidentFactory)
    number = Sequence(lambda n: n + 1)
    kind = "opened"
    state = State.DEGRADED
    at = LazyFunction(clock)
    summary = "It began."


class ChannelFactory(DjangoModelFactory[Channel]):
    class Meta:
        model = Channel

    organization = SubFactory(OrganizationFactory)
    kind = "email"
    name = Sequence(lambda n: f"Channel {n}")
    hint = "o…@example.com"


class RouteFactory(DjangoModelFactory[Route]):
    class Meta:
        model = Route

    organization = SubFactory(OrganizationFactory)
    follow = SubFactory(FollowFactory, organization=LazyAttribute(lambda row: row.factory_parent.organization))
    channel = SubFactory(ChannelFactory, organization=LazyAttribute(lambda row: row.factory_parent.organization))


class NotificationFactory(DjangoModelFactory[Notification]):
    class Meta:
        model = Notification

    channel = SubFactory(ChannelFactory)
    organization = LazyAttribute(lambda row: row.channel.organization)
    transition = "opened"
    why = "You follow this."


class StatusPageFactory(DjangoModelFactory[StatusPage]):
    class Meta:
        model = StatusPage

    organization = SubFactory(OrganizationFactory)
    slug = Sequence(lambda n: f"page-{n}")
    title = "Status"
