"""Follow and be told: a scope that is followed, its route, and what is going on there already."""

from datetime import datetime
from functools import partial

from django.db import transaction

from accounts.models import Organization, User
from alerts import queries
from alerts.core.routing import BEGINS, Following, Touched, route
from alerts.models import Channel, Notification, Route
from alerts.services.routing import queue
from alerts.signals import notifications_queued
from incidents.models import Incident, IncidentEvent
from incidents.queries.naming import PARTS, key_of
from monitors.models import Follow, Scope
from monitors.services.follows import follow


def follow_with(organization: Organization, scope: Scope, channel: Channel, *, user: User, now: datetime) -> Route:
    """Follow a scope and send what happens there to a channel; repeating it changes nothing."""
    return add_route(follow(organization, scope, now), channel, user=user, now=now)


def add_route(followed: Follow, channel: Channel, *, user: User, now: datetime) -> Route:
    """Send what happens in a followed scope to a channel, what is open there now included."""
    with transaction.atomic():
        row, is_new = Route.objects.get_or_create(
            follow=followed,
            channel=channel,
            defaults={"organization_id": followed.organization_id, "created_by": user, "created_at": now},
        )
        if is_new:
            _catch_up(followed, channel, now)
    return row


def delete_route(row: Route) -> None:
    """Remove a route. What is followed stays followed: its incidents stay on the organization's pages."""
    with transaction.atomic():
        row.delete()


def _catch_up(followed: Follow, channel: Channel, now: datetime) -> None:
    """Tell a channel of the open incidents whose beginning was routed before the route existed."""
    scope = Scope.objects.select_related(*PARTS).get(id=followed.scope_id)
    following = Following(channel.id, key_of(scope), queries.scope_label(scope))
    incidents = Incident.objects.filter(organization_id=followed.organization_id, resolved_at=None)
    for incident in incidents.filter(provider=scope.provider).order_by("id"):
        # Waits for a router that has the event now: it read the routes before this one was committed.
        event = incident.events.select_for_update(no_key=True).filter(kind__in=BEGINS).order_by("number").last()
        if event is not None and event.routed_at is not None:
            _tell(event, following, followed.organization_id, now)


def _tell(event: IncidentEvent, following: Following, organization_id: int, now: datetime) -> None:
    told = queries.told(event.incident_id)
    if following.channel_id in told:
        return
    now_touched = queries.touched(event.incident_id).now
    sends = route(event.kind, Touched(now_touched, now_touched), [following], told)
    queue(event, organization_id, sends, now)
    if sends:
        transaction.on_commit(partial(notifications_queued.send_robust, Notification))
