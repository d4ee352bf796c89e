"""From outbox 2 to outbox 3: each incident event becomes the notifications of those who follow."""

from datetime import datetime
from functools import partial

from django.db import transaction
from django.db.models import Exists, OuterRef

from alerts import queries
from alerts.core.routing import Send, route
from alerts.models import Notification
from alerts.signals import notifications_queued
from incidents.models import IncidentEvent


def route_next(*, now: datetime) -> bool:
    """Route the oldest waiting event of an organization; False if no other is waiting.

    The event stays locked until it is marked, and a younger event of the same incident cannot be
    taken before: two workers keep each incident's order, and never route an event twice.
    """
    with transaction.atomic():
        event = _claim()
        if event is None:
            return False
        incident = event.incident
        assert incident.organization_id is not None  # _claim takes no other
        sends = route(
            event.kind,
            queries.touched(incident.id),
            queries.followings(incident.organization_id, incident.provider_id),
            queries.told(incident.id),
        )
        if queries.is_muted(incident.id, now):
            sends = []  # and nobody hears of its end who did not hear of its beginning
        queue(event, incident.organization_id, sends, now)
        IncidentEvent.objects.filter(id=event.id).update(routed_at=now)
        if sends:
            transaction.on_commit(partial(notifications_queued.send_robust, Notification))
    return True


def pass_public_events(*, now: datetime) -> int:
    """Mark the events of public incidents, which nobody is routed to; return how many.

    Who follows a provider has a record of their own, whose events are routed.
    """
    waiting = IncidentEvent.objects.filter(routed_at=None, incident__organization=None)
    return waiting.update(routed_at=now)


def route_after_mutes(*, now: datetime) -> int:
    """Let what was kept back by a mute that is over be routed again, if its trouble goes on; return how many events.

    Who was told of an event before hears nothing twice: a notification is one per channel and event.
    """
    return IncidentEvent.objects.filter(id__in=queries.kept_back(now)).update(routed_at=None)


def _claim() -> IncidentEvent | None:
    older = IncidentEvent.objects.filter(incident=OuterRef("incident"), number__lt=OuterRef("number"), routed_at=None)
    return (
        IncidentEvent.objects.filter(~Exists(older), routed_at=None, incident__organization__isnull=False)
        .select_related("incident")
        .select_for_update(skip_locked=True, of=("self",), no_key=True)
        .order_by("id")
        .first()
    )


def queue(event: IncidentEvent, organization_id: int, sends: list[Send], now: datetime) -> None:
    """Write the notifications of one event; inside a transaction."""
    Notification.objects.bulk_create(
        [
            Notification(
                organization_id=organization_id,
                channel_id=send.channel_id,
                incident_id=event.incident_id,
                event=event,
                transition=send.transition,
                why=send.why[:300],
                created_at=now,
                queued_at=now,
                next_attempt_at=now,
            )
            for send in sends
        ],
        ignore_conflicts=True,  # an event that is routed again (its mark cleared) repeats nothing
    )
