"""The scopes that an incident touched, with their bars, and its course by source."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from incidents.core.timeline import ImpactSpan, Span
from incidents.models import Sighting
from incidents.queries import PARTS, IncidentDetail, ScopeView, scope_board
from monitors.core.states import Source
from monitors.models import Scope
from pages.core.course import course
from pages.core.day import Day
from pages.queries.said import Said, changes_of, troubles_of

MOST = 12  # an incident with more says enough by its list


def affected(uid: str, organization_id: int | None, now: datetime) -> list[ScopeView]:
    """Return the scopes of an incident as rows with 24 hours and 90 days of bars, as this audience knows them."""
    scopes = Scope.objects.filter(impacts__incident__uid=uid).distinct().select_related(*PARTS).order_by("id")
    return list(scope_board(scopes[:MOST], organization_id, now).values())


def course_of(detail: IncidentDetail, now: datetime) -> Day:
    """Return what each source saw of an incident, on one axis. Two queries."""
    return courses_of([detail], now)[detail.incident.uid]


def courses_of(details: Iterable[IncidentDetail], now: datetime) -> dict[str, Day]:
    """Return {uid: the course of each incident}. Two queries for any number."""
    incidents = {detail.incident.uid: detail for detail in details}
    rows = Sighting.objects.filter(incident__uid__in=incidents).select_related("incident").order_by("first_at", "id")
    said = changes_of(all_seen := list(rows))
    seen: dict[str, list[Sighting]] = {uid: [] for uid in incidents}
    for row in all_seen:
        seen[row.incident.uid].append(row)
    return {uid: _course(detail, seen[uid], said, now) for uid, detail in incidents.items()}


def _course(detail: IncidentDetail, seen: Sequence[Sighting], said: Said, now: datetime) -> Day:
    incident = detail.incident
    firsts: dict[Source, datetime] = {}
    for row in seen:
        firsts.setdefault(Source(row.source), row.first_at)
    troubles = {source: troubles_of(seen, source, said, now) for source in firsts}
    whole = ImpactSpan(Span(incident.started_at, incident.resolved_at or now), incident.worst, incident.uid)
    return course(
        firsts, troubles, whole, incident.title, is_open=incident.is_open, posted_at=_posted_at(detail)
    )  # fmt: skip


def _posted_at(detail: IncidentDetail) -> datetime | None:
    return detail.admission.posted_at if detail.admission else None
