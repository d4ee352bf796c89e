"""Adobe's `StatusEvents`: objects keyed by id, incidents with a history per product, maintenances with clouds.

Of an incident, each product has its own history, keyed by time in milliseconds: its newest entry says how it is now.
Products that are well are not listed, so there are no components; an incident names its products.
"""

from collections.abc import Iterator
from datetime import datetime

from monitors.core.states import State, worst
from monitors.formats.base import (
    Claim,
    Format,
    Phase,
    PostKind,
    PostReading,
    Sample,
    Snapshot,
    UpdateReading,
)
from monitors.formats.reading import (
    MOST_POSTS,
    Json,
    Phases,
    Words,
    as_object,
    epoch,
    load_object,
    moment,
    reading,
    text,
)
from monitors.formats.text import plain_text, title_text

SEVERITIES = {
    "Major": State.MAJOR_OUTAGE,
    "Minor": State.DEGRADED,
    "Potential": State.UNKNOWN,
    "Trivial": State.OPERATIONAL,
    "Maintenance": State.MAINTENANCE,
}
PHASES = {
    "Opened": Phase.INVESTIGATING,
    "Reopened": Phase.INVESTIGATING,
    "Discovery": Phase.INVESTIGATING,
    "Updated": Phase.IDENTIFIED,
    "Started": Phase.IN_PROGRESS,
    "Scheduled": Phase.SCHEDULED,
    "Closed": Phase.RESOLVED,
    "Dismissed": Phase.RESOLVED,
    "Completed": Phase.COMPLETED,
    "Canceled": Phase.COMPLETED,
}
_TIMES = ("timestamp", "date", "createdAt", "created", "startTime")
_WORDS = ("message", "description", "text")


@reading
def parse(body: bytes) -> Snapshot:
    doc = load_object(body)
    severities, phases = Words(SEVERITIES), Phases(PHASES)
    incidents = _rows(as_object(as_object(doc.get("incidentEvent"), "incidentEvent").get("incidents"), "incidents"))
    planned = _rows(
        as_object(as_object(doc.get("maintenanceEvent"), "maintenanceEvent").get("maintenance"), "maintenance")
    )
    posts = [_incident(key, row, severities, phases) for key, row in incidents]
    posts += [_maintenance(key, row, phases) for key, row in planned]
    return Snapshot(
        posts=tuple(posts[:MOST_POSTS]), page_name="Adobe", unknown_words=(*severities.unknown, *phases.unknown)
    )


def _rows(source: object) -> Iterator[tuple[str, Json]]:
    """The objects in an object, each with its key; null is empty."""
    if source is not None:
        for key, row in as_object(source, "a list by id").items():
            yield key, as_object(row, f"the item {key:.60}")


def _incident(key: str, row: Json, severities: Words, phases: Phases) -> PostReading:
    products = [title_text(text(product, "name")) for _, product in _rows(row.get("products"))]
    updates: list[UpdateReading] = []
    now: list[tuple[Phase, State]] = []
    for _, product in _rows(row.get("products")):
        history = sorted(_rows(product.get("history")), key=lambda entry: entry[0])
        states = [severities.state(text(entry, "severity", "potential")) for _, entry in history]
        steps = [phases.phase(text(entry, "status")) for _, entry in history]
        now.append((steps[-1], worst(states)) if history else (Phase.UNKNOWN, State.UNKNOWN))
        updates += _updates(history, steps, title_text(text(product, "name")))
    updates.sort(key=lambda update: update.at)
    open_phases = sorted((phase for phase, _ in now if not phase.is_over), key=lambda phase: phase is Phase.UNKNOWN)
    phase = Phase.UNKNOWN if not now else open_phases[0] if open_phases else Phase.RESOLVED
    began = _time("", row) or (updates[0].at if updates else None)
    return PostReading(
        external_id=text(row, "id", key),
        kind=PostKind.INCIDENT,
        title=_title(row, products),
        phase=phase,
        impact=worst(state for _, state in now),
        posted_at=began,
        began_at=began,
        resolved_at=updates[-1].at if updates and phase.is_over else None,
        updates=tuple(updates),
    )


def _updates(history: list[tuple[str, Json]], steps: list[Phase], product: str) -> Iterator[UpdateReading]:
    for (key, entry), phase in zip(history, steps, strict=True):
        at = _time(key, entry)
        if at:
            words = plain_text(next((text(entry, name, "") for name in _WORDS if entry.get(name)), ""))
            yield UpdateReading(
                f"{text(entry, 'id', key)}-{key}"[:200], phase, words or f"{product}: {phase.value}", at
            )


def _maintenance(key: str, row: Json, phases: Phases) -> PostReading:
    phase = phases.phase(text(row, "status"))
    if phase is Phase.RESOLVED:
        phase = Phase.COMPLETED
    names = [title_text(text(part, "name")) for kind in ("products", "clouds") for _, part in _rows(row.get(kind))]
    begins, ends = _moment(row.get("startTime")), _moment(row.get("endTime"))
    return PostReading(
        external_id=text(row, "id", key),
        kind=PostKind.MAINTENANCE,
        title=_title(row, names, "maintenance"),
        phase=phase,
        impact=State.MAINTENANCE,
        posted_at=_time("", row) or begins,
        resolved_at=ends if phase.is_over else None,
        scheduled_for=begins,
        scheduled_until=ends,
        updates_complete=False,
    )


def _title(row: Json, names: list[str], what: str = "incident") -> str:
    own = title_text(text(row, "title", "") or text(row, "name", ""))
    shown = ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")
    return own or title_text(f"{shown}: {what}" if shown else f"Adobe {what}")


def _time(key: str, row: Json) -> datetime | None:
    """The first time of a row that makes sense, else its key, a Unix time in milliseconds."""
    found = (_moment(row.get(name)) for name in _TIMES)
    return next((at for at in found if at), None) or (epoch(key, unit_s=0.001) if key else None)


def _moment(value: object) -> datetime | None:
    return moment(value) or epoch(value, unit_s=0.001)


def claims(sample: Sample) -> Claim:
    return Claim.CERTAIN if "incidentEvent" in sample.doc and "maintenanceEvent" in sample.doc else Claim.NO


FORMAT = Format(
    label="Adobe",
    parse=parse,
    claims=claims,
    vendor={"status.adobe.com": "https://data.status.adobe.com/adobestatus/StatusEvents"},
)
