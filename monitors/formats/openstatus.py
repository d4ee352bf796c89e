"""OpenStatus' `/feed/json`: a page's components with their groups, status reports, maintenances.

`updatedAt` is the time of the request, so it says nothing; a component's state is not in it, but for monitors that carry
one. Source: https://github.com/openstatusHQ/openstatus
"""

from collections.abc import Iterator

from monitors.core.states import State
from monitors.formats.base import (
    Claim,
    ComponentReading,
    Format,
    Phase,
    PostKind,
    PostReading,
    Sample,
    Snapshot,
    UnreadableFeed,
    UpdateReading,
)
from monitors.formats.reading import MOST_POSTS, Json, Phases, Words, load_object, moment, objects, reading, text
from monitors.formats.text import plain_text, title_text

STATES = {
    "operational": State.OPERATIONAL,
    "success": State.OPERATIONAL,
    "info": State.MAINTENANCE,
    "maintenance": State.MAINTENANCE,
    "under_maintenance": State.MAINTENANCE,
    "degraded": State.DEGRADED,
    "degraded_performance": State.DEGRADED,
    "incident": State.DEGRADED,
    "partial_outage": State.PARTIAL_OUTAGE,
    "error": State.MAJOR_OUTAGE,
    "major_outage": State.MAJOR_OUTAGE,
    "unknown": State.UNKNOWN,
    "empty": State.UNKNOWN,
}
PHASES = {
    "investigating": Phase.INVESTIGATING,
    "identified": Phase.IDENTIFIED,
    "monitoring": Phase.MONITORING,
    "resolved": Phase.RESOLVED,
}


@reading
def parse(body: bytes) -> Snapshot:
    doc = load_object(body)
    if "statusReports" not in doc:
        raise UnreadableFeed("A feed of OpenStatus has statusReports; this document has none.")
    words, phases = Words(STATES), Phases(PHASES)
    posts = [_report(row, phases) for row in objects(doc, "statusReports")]
    posts += [_maintenance(row) for row in objects(doc, "maintenances", required=False)]
    headline = words.state(doc["status"]) if "status" in doc else None
    return Snapshot(
        components=tuple(_components(doc, words)),
        posts=tuple(posts[:MOST_POSTS]),
        page_name=title_text(text(doc, "title", "")),
        headline=headline,
        unknown_words=(*words.unknown, *phases.unknown),
    )


def _components(doc: Json, words: Words) -> Iterator[ComponentReading]:
    for place, row in enumerate(objects(doc, "pageComponentGroups", required=False)):
        name = title_text(text(row, "name"))
        yield ComponentReading(f"group-{text(row, 'id')}", name, State.UNKNOWN, "", None, True, place)
    key = "pageComponents" if doc.get("pageComponents") else "monitors"
    for place, row in enumerate(objects(doc, key, required=False)):
        word, group = text(row, "status", ""), text(row, "groupId", "")
        yield ComponentReading(
            text(row, "id"),
            title_text(text(row, "name")),
            words.state(word) if word else State.UNKNOWN,
            word[:60],
            f"group-{group}" if group else None,
            position=place,
            description=plain_text(text(row, "description", ""), longest=1000),
        )


def _report(row: Json, phases: Phases) -> PostReading:
    updates = sorted(
        (_update(item, phases) for item in objects(row, "statusReportUpdates", required=False)), key=lambda u: u.at
    )
    phase = phases.phase(text(row, "status"))
    began = updates[0].at if updates else moment(row.get("createdAt"))
    return PostReading(
        external_id=f"report-{text(row, 'id')}",
        kind=PostKind.INCIDENT,
        title=title_text(text(row, "title")),
        phase=phase,
        impact=State.UNKNOWN,  # a report names what it touches, not how badly
        posted_at=began,
        began_at=began,
        resolved_at=updates[-1].at if updates and phase.is_over else None,
        components=_touched(row),
        updates=tuple(updates),
    )


def _touched(row: Json) -> tuple[tuple[str, State], ...]:
    key = "pageComponents" if row.get("pageComponents") else "monitors"
    value = row.get(key)
    ids = (
        [text(item, "id") if isinstance(item, dict) else str(item) for item in value] if isinstance(value, list) else []
    )
    return tuple((id_, State.UNKNOWN) for id_ in ids)


def _update(item: Json, phases: Phases) -> UpdateReading:
    at = moment(item.get("date"))
    if at is None:
        raise ValueError("an update without a time")
    return UpdateReading(
        text(item, "id"), phases.phase(text(item, "status")), plain_text(text(item, "message", "")), at
    )


def _maintenance(row: Json) -> PostReading:
    """A maintenance has a span and no status: it is scheduled, and the clock says whether it runs."""
    begins, ends = moment(row.get("from")), moment(row.get("to"))
    posted = moment(row.get("createdAt")) or begins
    words = plain_text(text(row, "message", ""))
    return PostReading(
        external_id=f"maintenance-{text(row, 'id')}",
        kind=PostKind.MAINTENANCE,
        title=title_text(text(row, "name", "") or text(row, "title", "")) or "Maintenance",
        phase=Phase.SCHEDULED,
        impact=State.MAINTENANCE,
        posted_at=posted,
        scheduled_for=begins,
        scheduled_until=ends,
        components=tuple((key, State.MAINTENANCE) for key, _ in _touched(row)),
        updates=(UpdateReading("latest", Phase.SCHEDULED, words, posted),) if words and posted else (),
        updates_complete=False,
    )


def claims(sample: Sample) -> Claim:
    return Claim.CERTAIN if "statusReports" in sample.doc and "maintenances" in sample.doc else Claim.NO


FORMAT = Format(
    label="OpenStatus",
    parse=parse,
    claims=claims,
    endpoints=("/feed/json",),
    marks=("openstatus.dev",),
)
