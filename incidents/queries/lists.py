"""Lists of incidents."""

from collections.abc import Iterable
from datetime import datetime

from django.db.models import Prefetch, Q, QuerySet

from incidents.core.fuse import tier_of
from incidents.models import Incident, Sighting
from incidents.queries.naming import PARTS, words_of
from incidents.queries.shapes import IncidentLink
from monitors.core.states import Source

MOST = 200  # open incidents shown at once


def open_incidents(organization_id: int | None) -> list[IncidentLink]:
    """Return the open incidents of one audience, worst and then latest first. Two queries and those of the scopes."""
    found = of_audience(organization_id).filter(resolved_at=None)
    return links(found.order_by("-state", "-started_at", "-id")[:MOST])


def recent_incidents(
    organization_id: int | None, provider_id: int | None = None, *, since: datetime, limit: int = 50
) -> list[IncidentLink]:
    """Return the incidents of one audience that lasted at `since` or began later, open ones too, latest first."""
    lasted = Q(resolved_at=None) | Q(resolved_at__gte=since)
    found = of_audience(organization_id, provider_id).filter(lasted)
    return links(found.order_by("-started_at", "-id")[:limit])


def of_audience(organization_id: int | None, provider_id: int | None = None) -> "QuerySet[Incident]":
    """Return an audience's own records: an organization's, or the public's. What became part of another is left out."""
    mine = Incident.objects.filter(Q(organization_id=organization_id), merged_into=None)
    return mine if provider_id is None else mine.filter(provider_id=provider_id)


def links(incidents: "QuerySet[Incident]") -> list[IncidentLink]:
    """Load incidents with what a line in a list shows."""
    sightings = Sighting.objects.select_related(*(f"scope__{part}" for part in PARTS)).order_by("first_at", "id")
    rows = incidents.select_related("provider", "acknowledged_by").prefetch_related(Prefetch("sightings", sightings))
    return [link_to(incident) for incident in rows]


def link_to(incident: Incident) -> IncidentLink:
    """Return the line of an incident that was loaded with its provider, who took it, and sightings."""
    sightings = list(incident.sightings.all())
    current = [s for s in sightings if s.cleared_at is None and s.state.is_impaired]
    return IncidentLink(
        uid=incident.uid,
        title=incident.title,
        state=incident.state,
        worst=incident.worst,
        tier=tier_of(incident.confidence),
        confidence=incident.confidence,
        started_at=incident.started_at,
        changed_at=incident.changed_at,
        quiet_since=incident.quiet_since,
        resolved_at=incident.resolved_at,
        acknowledged_at=incident.acknowledged_at,
        provider_id=incident.provider_id,
        provider_slug=incident.provider.slug if incident.provider else "",
        provider_name=incident.provider.name if incident.provider else "",
        scopes=_once(words_of(s.scope) for s in current or sightings),
        sources=tuple(Source(word) for word in _once(s.source for s in sightings)),
        is_public=incident.organization_id is None,
        acknowledged_by=str(taker.name or taker.email) if (taker := incident.acknowledged_by) else "",
    )


def _once(words: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(words))
