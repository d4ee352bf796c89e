"""Cachet: `/api/v1/components`, `/api/v1/incidents` (v1 and v2), and the JSON:API of v3 under `/api/...`.

In v1 and v2 states are numbers, times have no zone (the server's; read as UTC), and `status` is the state at creation:
`latest_status` is the current one. In v3 a status is {"value", "human"} and a time is {"string", "human"}.
Source: https://github.com/cachethq/core
"""

from datetime import datetime

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
    UpdateReading,
)
from monitors.formats.reading import Json, Phases, Words, load_object, moment, objects, reading, text
from monitors.formats.text import plain_text, title_text, web_address

# 5 and 6 are of v3.
COMPONENTS = {
    "0": State.UNKNOWN,
    "1": State.OPERATIONAL,
    "2": State.DEGRADED,
    "3": State.PARTIAL_OUTAGE,
    "4": State.MAJOR_OUTAGE,
    "5": State.UNKNOWN,
    "6": State.MAINTENANCE,
}
PHASES = {
    "0": Phase.SCHEDULED,
    "1": Phase.INVESTIGATING,
    "2": Phase.IDENTIFIED,
    "3": Phase.MONITORING,
    "4": Phase.RESOLVED,
}
SCHEDULES = {"0": Phase.SCHEDULED, "1": Phase.IN_PROGRESS, "2": Phase.COMPLETED}


@reading
def parse(body: bytes) -> Snapshot:
    doc = load_object(body)
    words, phases = Words(COMPONENTS), Phases(PHASES)
    rows = [_flat(item) for item in objects(doc, "data")]
    if any(_is_schedule(row) for row in rows):
        return Snapshot(posts=tuple(_schedule(row) for row in rows))
    if any("message" in row or "occurred_at" in row for row in rows):
        posts = tuple(_post(row, phases) for row in rows if row.get("visible", 1))
        return Snapshot(posts=posts, unknown_words=tuple(phases.unknown))
    if not rows:  # an empty list of incidents and one of components look the same: it says nothing
        return Snapshot()
    components = tuple(
        ComponentReading(
            text(row, "id"),
            title_text(text(row, "name")),
            words.state(_number(row, "status")),
            _number(row, "status"),
            position=int(text(row, "order", "0")),
            description=plain_text(text(row, "description", ""), longest=1000),
        )
        for row in rows
    )
    return Snapshot(components=components, unknown_words=tuple(words.unknown))


def _flat(item: Json) -> Json:
    """Return a row of either shape with its attributes at the top."""
    attributes = item.get("attributes")
    return {**item, **attributes} if isinstance(attributes, dict) else item


def _number(row: Json, *keys: str) -> str:
    """Return the first of `keys` that is given, a number or v3's {"value": number}, as a text."""
    for key in keys:
        value = row.get(key)
        if isinstance(value, dict):
            value = value.get("value")
        if value is not None:
            return str(value)
    return ""


def _time(row: Json, *keys: str) -> datetime | None:
    for key in keys:
        value = row.get(key)
        if isinstance(value, dict):
            value = value.get("string")
        if at := moment(value):
            return at
    return None


def _post(row: Json, phases: Phases) -> PostReading:
    phase = phases.phase(_number(row, "latest_status", "status"))
    if row.get("is_resolved") is True:
        phase = Phase.RESOLVED
    began = _time(row, "occurred_at", "created_at")
    first = plain_text(text(row, "message", ""))
    updates = [UpdateReading("0", Phase.INVESTIGATING, first, began)] if first and began else []
    updates += [_update(item, phases) for item in objects(row, "updates", required=False)]
    updates.sort(key=lambda update: update.at)
    planned = _number(row, "status") == "0" and "latest_status" in row
    component = row.get("component_id")
    return PostReading(
        external_id=text(row, "id"),
        kind=PostKind.MAINTENANCE if planned else PostKind.INCIDENT,
        title=title_text(text(row, "name")),
        phase=phase,
        impact=State.MAINTENANCE if planned else State.DEGRADED,  # an incident has no impact of its own
        posted_at=_time(row, "created_at") or began,
        began_at=began,
        resolved_at=(updates[-1].at if updates else _time(row, "updated_at")) if phase.is_over else None,
        url=web_address(row.get("permalink")),
        components=((str(component), State.UNKNOWN),) if component else (),
        updates=tuple(updates),
    )


def _is_schedule(row: Json) -> bool:
    """Whether a row is of the list of schedules; incidents of 2.3 had a `scheduled_at` too."""
    return ("scheduled_at" in row or "scheduled" in row) and "component_id" not in row and "visible" not in row


def _schedule(row: Json) -> PostReading:
    """A planned maintenance, which is over when it has been completed, not when its time is."""
    begins, ended = _time(row, "scheduled_at", "scheduled"), _time(row, "completed_at", "completed")
    phase = SCHEDULES.get(_number(row, "status"), Phase.SCHEDULED)
    posted, words = _time(row, "created_at", "created") or begins, plain_text(text(row, "message", ""))
    return PostReading(
        external_id=f"schedule-{text(row, 'id')}",
        kind=PostKind.MAINTENANCE,
        title=title_text(text(row, "name")),
        phase=phase,
        impact=State.MAINTENANCE,
        posted_at=posted,
        resolved_at=(ended or _time(row, "updated_at", "updated")) if phase.is_over else None,
        scheduled_for=begins,
        updates=(UpdateReading("0", Phase.SCHEDULED, words, posted),) if words and posted else (),
        updates_complete=False,
    )


def _update(item: Json, phases: Phases) -> UpdateReading:
    row = _flat(item)
    at = _time(row, "created_at")
    if at is None:
        raise ValueError("an update without a time")
    phase = phases.phase(_number(row, "status"))
    return UpdateReading(text(row, "id"), phase, plain_text(text(row, "message", "")), at)


def claims(sample: Sample) -> Claim:
    rows = [sample.part("data")] if sample.part("data") else sample.rows("data")
    is_v1 = any(key in row for row in rows for key in ("human_status", "latest_status", "status_name"))
    is_v3 = any(row.get("type") in ("components", "incidents") and "attributes" in row for row in rows)
    return Claim.LIKELY if is_v1 or is_v3 else Claim.NO


FORMAT = Format(
    label="Cachet",
    parse=parse,
    documents=(
        Document("components", "/api/v1/components?per_page=100"),
        Document("incidents", "/api/v1/incidents?sort=id&order=desc&per_page=50"),
        Document("schedules", "/api/v1/schedules?sort=id&order=desc&per_page=20", every=5, required=False),
    ),
    claims=claims,
    endpoints=("/api/v1/components?per_page=100",),
    marks=("cachethq", "powered by cachet", "data-cachet"),
)
