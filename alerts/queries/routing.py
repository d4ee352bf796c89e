"""What routing has to know about an incident and an organization's routes."""

from datetime import datetime

from django.db.models import Min, Q

from alerts.core.routing import CATCHES_UP, Following, Touched
from alerts.models import Notification, NotificationState, Route
from incidents.models import Impact, IncidentEvent, Sighting
from incidents.queries.naming import PARTS, key_of, words_of
from monitors.core.states import State
from monitors.models import Monitor, Scope


def touched(incident_id: int) -> Touched:
    """Return the scopes that an incident impairs now and ever did."""
    parts = (f"scope__{part}" for part in PARTS)
    impacts = list(Impact.objects.filter(incident_id=incident_id).select_related("scope", *parts))
    return Touched(
        now=[key_of(impact.scope) for impact in impacts if impact.ended_at is None],
        ever=[key_of(impact.scope) for impact in impacts],
    )


def followings(organization_id: int, provider_id: int | None) -> list[Following]:
    """Return an organization's routes about a provider, or about its own systems, to channels that work."""
    routes = (
        Route.objects.filter(
            Q(follow__scope__provider=provider_id) if provider_id else Q(follow__scope__provider=None),
            organization_id=organization_id,
            channel__disabled_at=None,
        )
        .select_related("follow__scope", *(f"follow__scope__{part}" for part in PARTS))
        .order_by("id")
    )
    return [Following(row.channel_id, key_of(row.follow.scope), scope_label(row.follow.scope)) for row in routes]


def told(incident_id: int) -> set[int]:
    """Return the channels that know the incident as open: whose last message about it was not its end."""
    last = (
        Notification.objects.filter(incident_id=incident_id, event__isnull=False)
        .order_by("channel_id", "-id")
        .distinct("channel_id")
        .values_list("channel_id", "transition")
    )
    return {channel_id for channel_id, transition in last if transition != "resolved"}


def is_muted(incident_id: int, now: datetime) -> bool:
    """Return whether all that sees an incident's trouble are monitors that somebody has muted."""
    seeing = Sighting.objects.filter(incident_id=incident_id, state__gte=State.DEGRADED, cleared_at=None)
    refs = set(seeing.values_list("ref", flat=True))
    muted = Monitor.objects.filter(muted_until__gt=now, id__in=[r[8:] for r in refs if r.startswith("monitor:")])
    return bool(refs) and muted.count() == len(refs)


def kept_back(now: datetime) -> list[int]:
    """Return the latest event of each open incident that was routed before a mute of what sees it ended.

    While the mute lasted nobody was told; now somebody has to be, as the trouble goes on. Three queries where any
    monitor sees trouble, and two more for each incident found.
    """
    seeing = Sighting.objects.filter(
        incident__organization__isnull=False,
        incident__resolved_at=None,
        state__gte=State.DEGRADED,
        cleared_at=None,
        ref__startswith="monitor:",
    )
    rows = list(seeing.values_list("incident_id", "ref").distinct())
    mutes = Monitor.objects.filter(id__in={ref[8:] for _, ref in rows}, muted_at__isnull=False)
    ended = {
        f"monitor:{id_}": until or lifted
        for id_, until, lifted in mutes.values_list("id", "muted_until", "muted_at")
        if lifted and (until or lifted) <= now
    }
    ends: dict[int, datetime] = {}
    for incident_id, ref in rows:
        if ref in ended:
            ends[incident_id] = max(ends.get(incident_id, ended[ref]), ended[ref])
    events = IncidentEvent.objects.filter(incident__in=ends, kind__in=CATCHES_UP)
    latest = events.order_by("incident", "-number").distinct("incident")
    return [
        event.id
        for event in latest
        if event.routed_at and event.routed_at <= ends[event.incident_id] and not is_muted(event.incident_id, now)
    ]


def scope_label(scope: Scope) -> str:
    """Return a scope that was loaded with PARTS, with its provider: "Twilio: SMS to NTT DOCOMO (Japan)"."""
    words = words_of(scope)
    return f"{scope.provider.name}: {words}" if scope.provider and words != scope.provider.name else words


def oldest_waiting(now: datetime) -> tuple[datetime | None, datetime | None]:
    """Return since when the oldest event waits to be routed, and the oldest due notification to be sent.

    None where nothing waits. A notification that is resting between attempts is not waiting for us.
    """
    events = IncidentEvent.objects.filter(routed_at=None).aggregate(at=Min("at"))
    due = Notification.objects.filter(state=NotificationState.QUEUED, next_attempt_at__lte=now)
    resting = Q(channel__retry_at__gt=now)
    return events["at"], due.exclude(resting).aggregate(at=Min("next_attempt_at"))["at"]
