"""The scopes that an incident touched, with their bars, and its course by source."""

from datetime import datetime

from incidents.core.timeline import Span
from incidents.queries import PARTS, IncidentDetail, ScopeView, scope_board
from monitors.models import Scope
from pages.core.course import Sight, course
from pages.core.day import Day

MOST = 12  # an incident with more says enough by its list


def affected(uid: str, organization_id: int | None, now: datetime) -> list[ScopeView]:
    """Return the scopes of an incident as rows with 24 hours and 90 days of bars, as this audience knows them."""
    scopes = Scope.objects.filter(impacts__incident__uid=uid).distinct().select_related(*PARTS).order_by("id")
    return list(scope_board(scopes[:MOST], organization_id, now).values())


def course_of(detail: IncidentDetail, now: datetime) -> Day:
    """Return what each source saw of an incident, on one axis. Asks nothing."""
    incident = detail.incident
    sights = [Sight(seen.source, seen.state, seen.first_at, seen.cleared_at) for seen in detail.sightings]
    lasted = Span(incident.started_at, incident.resolved_at or now)
    return course(sights, incident.title, incident.worst, lasted, is_open=incident.is_open)
