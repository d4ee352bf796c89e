"""LambStatus: `/api/components` and `/api/incidents`, bare lists with states as words."""

from monitors.core.states import State
from monitors.formats.base import (
    Claim,
    ComponentReading,
    Document,
    Format,
    Phase,
    PostKind,
    PostReading,
    Sample,
    Snapshot,
)
from monitors.formats.reading import Json, Phases, Words, as_list, as_object, listed, load, moment, reading, text
from monitors.formats.text import plain_text, title_text

STATES = {
    "Operational": State.OPERATIONAL,
    "Under Maintenance": State.MAINTENANCE,
    "Degraded Performance": State.DEGRADED,
    "Partial Outage": State.PARTIAL_OUTAGE,
    "Major Outage": State.MAJOR_OUTAGE,
    "Outage": State.MAJOR_OUTAGE,
}
PHASES = {
    "investigating": Phase.INVESTIGATING,
    "identified": Phase.IDENTIFIED,
    "monitoring": Phase.MONITORING,
    "resolved": Phase.RESOLVED,
}


@reading
def parse(body: bytes) -> Snapshot:
    rows = [as_object(item, "an item") for item in as_list(load(body), "the document")]
    words, phases = Words(STATES), Phases(PHASES)
    if any("incidentID" in row or "impact" in row for row in rows):
        return Snapshot(posts=tuple(_post(row, phases) for row in rows), unknown_words=tuple(phases.unknown))
    components = listed(
        ComponentReading(
            text(row, "componentID"),
            title_text(text(row, "name")),
            words.state(row.get("status")),
            text(row, "status"),
            position=int(text(row, "order", "0")),
            description=plain_text(text(row, "description", ""), longest=1000),
        )
        for row in rows
    )
    return Snapshot(components=components, unknown_words=tuple(words.unknown))


def _post(row: Json, phases: Phases) -> PostReading:
    phase = phases.phase(text(row, "status"))
    began, changed = moment(row.get("createdAt")), moment(row.get("updatedAt"))
    return PostReading(
        external_id=text(row, "incidentID"),
        kind=PostKind.INCIDENT,
        title=title_text(text(row, "name")),
        phase=phase,
        impact=State.UNKNOWN,
        posted_at=began,
        began_at=began,
        resolved_at=changed if phase.is_over else None,
        updates_complete=False,
    )


def claims(sample: Sample) -> Claim:
    return Claim.CERTAIN if any("componentID" in row or "incidentID" in row for row in sample.rows()) else Claim.NO


FORMAT = Format(
    label="LambStatus",
    parse=parse,
    documents=(Document("components"), Document("incidents", "/api/incidents", required=False)),
    claims=claims,
    endpoints=("/api/components",),
    marks=("lambstatus",),
)
