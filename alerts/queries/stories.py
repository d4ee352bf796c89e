"""What a sender has to know about a notification, read when it is sent."""

from datetime import datetime, timedelta

from django.conf import settings
from django.urls import reverse

from alerts.channels.base import Message
from alerts.core.message import Envelope, Sighted, Story, VendorWords, notice, tell
from alerts.core.pacing import Waiting
from alerts.models import Notification, NotificationState
from incidents.models import Incident, IncidentEvent
from incidents.queries import IncidentDetail, incident_detail
from kit.clock import real
from kit.zones import zone_named
from monitors.queries.report_questions import question_path

ASKED = ("opened", "worse")  # when readers are asked whether it is them too


class NothingToTell(Exception):
    """The notification's incident or event is gone."""


def waiting_of(row: Notification, now: datetime) -> Waiting:
    """Return what decides whether `row` is still worth sending."""
    earlier = (
        Notification.objects.filter(channel_id=row.channel_id, incident_id=row.incident_id, id__lt=row.id)
        if row.incident_id
        else Notification.objects.none()
    )
    states = set(earlier.values_list("state", flat=True))
    return Waiting(
        transition=row.transition,
        waited=timedelta(seconds=(now - row.queued_at) / real(1)),
        is_over=row.incident is not None and row.incident.resolved_at is not None,
        reached=NotificationState.DELIVERED in states,
        overtaken=NotificationState.SUPERSEDED in states,
    )


def message_of(row: Notification, now: datetime) -> Message:
    """Return what `row`, loaded with channel, organization, incident and event, says. Raises NothingToTell."""
    if row.event is not None:
        return tell(_story(row, row.event), _envelope(row), now)
    if row.transition == "test":
        headline = f"This is a test of the channel “{row.channel.name}”. It works, and nothing is wrong."
        return notice("test", f"[TEST] {row.channel.name}", headline, _envelope(row), now)
    return notice(row.transition, "[CHANNEL OFF] A channel needs you", row.why, _envelope(row), now)


def _story(row: Notification, event: IncidentEvent) -> Story:
    uid = event.incident.uid
    detail = incident_detail(uid, row.organization_id)
    if detail is None:
        raise NothingToTell(f"Incident {uid} cannot be read.")
    incident = detail.incident
    return Story(
        transition=row.transition,
        uid=uid,
        about=detail.sightings[0].scope if detail.sightings else incident.title,
        provider=incident.provider_name,
        scopes=incident.scopes,
        state=event.state,
        worst=incident.worst,
        is_suspected=incident.tier == "suspected",
        confidence=incident.confidence,
        started_at=incident.started_at,
        resolved_at=incident.resolved_at,
        happened_at=event.at,
        sightings=tuple(
            Sighted(seen.source, seen.label, seen.first_at, seen.cleared_at, seen.reason) for seen in detail.sightings
        ),
        vendor_words=_vendor_words(detail),
        merged_into=detail.merged_into.title if detail.merged_into else "",
    )


def _vendor_words(detail: IncidentDetail) -> VendorWords | None:
    latest = next((update for update in detail.updates if update.is_vendors), None)
    return VendorWords(latest.phase, latest.body, latest.at) if latest else None


def _envelope(row: Notification) -> Envelope:
    alerts = settings.PUBLIC_URL + reverse("alerts", args=[row.organization.slug])
    return Envelope(
        key=row.key,
        why=row.why if row.transition != "gone" else f"You are a channel of {row.organization.name}.",
        url=settings.PUBLIC_URL + _incident_path(row) if row.event else alerts,
        manage_url=alerts,
        zone=zone_named(row.organization.time_zone),
        ask_url=_question_url(row.event.incident) if row.event and row.transition in ASKED else "",
    )


def _question_url(incident: Incident) -> str:
    """Where a reader says whether it is them too; "" for what is not everybody's."""
    first = (
        incident.impacts.filter(scope__provider__isnull=False, scope__provider__organization=None)
        .order_by("began_at", "id")
        .first()
    )
    if first is None or incident.provider_id is None:
        return ""
    return settings.PUBLIC_URL + question_path(first.scope_id, incident.uid)


def _incident_path(row: Notification) -> str:
    """Where the organization's own record of the incident is read, and acknowledged."""
    return reverse("organization_incident", args=[row.organization.slug, row.event.incident.uid if row.event else ""])
