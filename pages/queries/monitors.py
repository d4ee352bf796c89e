"""What incidents and alerts know of monitors: who is on their trouble."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from incidents.models import Sighting
from monitors.core.states import State


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
