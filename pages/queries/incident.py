"""The scopes that an incident touched, with their bars, and its course by source."""

from datetime import datetime

from incidents.core.timeline import ImpactSpan, Span
from incidents.models import Sighting
from incidents.queries import PARTS, IncidentDetail, ScopeView, scope_board
from monitors.core.states import Source
from monitors.models import Scope
from pages.core.course import course
from pages.core.day import Day
from pages.queries.said import changes_of, troubles_of

MOST = 12  # an incident with more says enough by its list


def affected(uid: str, organization_id: int | None, now: datetime) -> list[ScopeView]:
    """Return the scopes of an incident as rows with 24 hours and 90 days of bars, as this audience knows them."""
    scopes = Scope.objects.filter(impacts__incident__uid=uid).distinct().select_related(*PARTS).order_by("id")
    return list(scope_board(scopes[:MOST], organization_id, now).values())


def course_of(detail: IncidentDetail, now: datetime) -> Day:
    """Return what each source saw of an incident, on one axis. Two queries."""
    incident = detail.incident
    seen = list(
        Sighting.objects.filter(incident__uid=incident.uid).select_related("incident").order_by("first_at", "id")
    )
    said = changes_of(seen)
    firsts: dict[Source, datetime] = {}
    for row in seen:
        firsts.setdefault(Source(row.source), row.first_at)
    troubles = {source: troubles_of(seen, source, said, now) for source in firsts}
    whole = ImpactSpan(Span(incident.started_at, incident.resolved_at or now), incident.worst, incident.uid)
    return course(firsts, troubles, whole, incident.title, is_open=incident.is_open)
