"""What incidents and alerts know of monitors: who is on their trouble, what they were evidence of, who was told."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from alerts.queries import LogEntry, notifications_about
from incidents.core.wording import WITNESSES
from incidents.models import Sighting
from incidents.queries import IncidentDetail, IncidentLink, details_seen_by
from monitors.core.states import Source, State
from monitors.models import Monitor
from pages.core.answer import later
from pages.core.day import Day
from pages.queries.incident import courses_of

MOST = 5  # incidents of one monitor that are shown with their course
TOLD_OF_EACH = 20  # messages


@dataclass(frozen=True, slots=True)
class OnIt:
    """The open incident that a monitor is evidence of, and who has taken it: a member's name, "" if nobody of today."""

    uid: str
    title: str
    acknowledged_at: datetime | None
    acknowledged_by: str


def on_it(organization_id: int, monitor_ids: Iterable[int]) -> dict[int, OnIt]:
    """Return {monitor: the worst open incident that it now is evidence of}; those without one are left out. One query."""
    refs = {f"monitor:{id_}": id_ for id_ in monitor_ids}
    rows = Sighting.objects.filter(
        ref__in=refs,
        cleared_at=None,
        state__gte=State.DEGRADED,
        incident__organization_id=organization_id,
        incident__resolved_at=None,
    ).select_related("incident__acknowledged_by")
    found: dict[int, OnIt] = {}
    for row in rows.order_by("-incident__state", "-incident__started_at", "-incident_id"):
        incident = row.incident
        who = incident.acknowledged_by
        name = (who.name or who.email) if who else ""
        found.setdefault(refs[row.ref], OnIt(incident.uid, incident.title, incident.acknowledged_at, name))
    return found


@dataclass(frozen=True, slots=True)
class SeenIncident:
    """An incident that a monitor's checks were evidence of, its course by source, and who was told, latest first."""

    detail: IncidentDetail
    course: Day
    told: Sequence[LogEntry]

    @property
    def first_seen(self) -> str:
        """Who saw it when: "Our probes at 14:02 UTC, the vendor's page 31 min later"."""
        firsts: dict[Source, datetime] = {}
        for seen in self.detail.sightings:  # the first comes first
            firsts.setdefault(seen.source, seen.first_at)
        if not firsts:
            return ""
        (first, at), *others = firsts.items()
        behind = (f"{WITNESSES[source]} {later(then - at)}" for source, then in others)
        who = WITNESSES[first]
        return ", ".join([f"{who[0].upper()}{who[1:]} at {at.astimezone(UTC):%H:%M} UTC", *behind])


@dataclass(frozen=True, slots=True)
class SeenIncidents:
    """The open ones first, then the latest; `has_more`: of those that are over, older ones are left out."""

    shown: Sequence[SeenIncident]
    has_more: bool

    @property
    def has_vendor(self) -> bool:
        return any(seen.detail.admission for seen in self.shown)

    @property
    def has_told(self) -> bool:
        return any(seen.told for seen in self.shown)

    @property
    def open(self) -> Sequence[IncidentLink]:
        return [seen.detail.incident for seen in self.shown if seen.detail.incident.is_open]

    @property
    def untaken(self) -> Sequence[IncidentLink]:
        return [incident for incident in self.open if not incident.acknowledged_at]


def incidents_of(monitor: Monitor, *, since: datetime, now: datetime) -> SeenIncidents:
    """Return the incidents that a monitor was evidence of, open or not over before `since`. One query, or some twelve."""
    organization_id = monitor.organization_id
    found = details_seen_by(organization_id, f"monitor:{monitor.id}", since=since, most=MOST + 1)
    details = found[:MOST]
    if not details:
        return SeenIncidents((), has_more=False)
    courses = courses_of(details, now)
    told = notifications_about(organization_id, [detail.incident.uid for detail in details], each=TOLD_OF_EACH)
    return SeenIncidents(
        [SeenIncident(d, courses[d.incident.uid], told.get(d.incident.uid, ())) for d in details],
        has_more=len(found) > MOST,
    )
