"""Rootly's public API of a status page: `/api/v1/status.json` (verdict, open incidents), `/api/v1/incidents.json`.

Both list active incidents only, so an end is an absence; neither lists components. The description names a page's
fields and the words of a status, not an incident's fields: those here are Statuspage's and Rootly's own API's.
Source: https://docs.rootly.com/configuration/status-page-public-api
"""

from collections.abc import Iterator

from monitors.core.states import State
from monitors.formats.base import (
    Claim,
    Document,
    Format,
    Phase,
    PostKind,
    PostReading,
    Sample,
    Snapshot,
    UnreadableFeed,
    UpdateReading,
)
from monitors.formats.reading import (
    MOST_POSTS,
    Json,
    Phases,
    Words,
    as_object,
    load_object,
    moment,
    objects,
    reading,
    text,
)
from monitors.formats.text import plain_text, title_text, web_address

IMPACTS = {
    "none": State.OPERATIONAL,
    "maintenance": State.MAINTENANCE,
    "low": State.DEGRADED,
    "minor": State.DEGRADED,
    "medium": State.DEGRADED,
    "high": State.PARTIAL_OUTAGE,
    "major": State.PARTIAL_OUTAGE,
    "critical": State.MAJOR_OUTAGE,
}
PHASES = {
    "investigating": Phase.INVESTIGATING,
    "identified": Phase.IDENTIFIED,
    "monitoring": Phase.MONITORING,
    "resolved": Phase.RESOLVED,
    "scheduled": Phase.SCHEDULED,
    "planning": Phase.SCHEDULED,
    "in_progress": Phase.IN_PROGRESS,
    "verifying": Phase.VERIFYING,
    "completed": Phase.COMPLETED,
    # of Rootly's own incidents
    "in_triage": Phase.INVESTIGATING,
    "started": Phase.INVESTIGATING,
    "detected": Phase.INVESTIGATING,
    "acknowledged": Phase.INVESTIGATING,
    "mitigated": Phase.MONITORING,
    "closed": Phase.RESOLVED,
    "cancelled": Phase.RESOLVED,
}
_PLANNED = (Phase.SCHEDULED, Phase.IN_PROGRESS, Phase.VERIFYING, Phase.COMPLETED)
_UPDATES = ("incident_updates", "updates", "events", "status_page_events")
_BODIES = ("body", "event", "message", "description")
_TIMES = ("display_at", "started_at", "created_at", "updated_at")


@reading
def parse(body: bytes) -> Snapshot:
    doc = load_object(body)
    page = as_object(doc.get("page"), "page")
    if "status" not in doc and "incidents" not in doc:
        raise UnreadableFeed("A document of Rootly has a status or incidents; this one has neither.")
    impacts, phases = Words(IMPACTS), Phases(PHASES)
    posts = [_post(row, impacts, phases) for row in objects(doc, "incidents", required=False)]
    headline = impacts.state(as_object(doc["status"], "status").get("indicator")) if "status" in doc else None
    return Snapshot(
        posts=tuple(posts[:MOST_POSTS]),
        lists_open=frozenset({PostKind.INCIDENT}) if "incidents" in doc else frozenset(),
        page_name=title_text(text(page, "name", "")),
        time_zone=text(page, "time_zone", "")[:64],
        headline=headline,
        unknown_words=(*impacts.unknown, *phases.unknown),
    )


def _post(row: Json, impacts: Words, phases: Phases) -> PostReading:
    phase = phases.phase(text(row, "status"))
    begins, ends = moment(row.get("scheduled_for")), moment(row.get("scheduled_until"))
    planned = phase in _PLANNED or begins is not None or row.get("kind") == "scheduled"
    began = moment(row.get("started_at")) or moment(row.get("created_at"))
    word = row.get("impact") or row.get("severity")
    impact = impacts.state(word) if isinstance(word, str) else State.UNKNOWN
    updates = tuple(sorted(_updates(row, phases), key=lambda update: update.at))
    over = moment(row.get("resolved_at")) or (updates[-1].at if updates else moment(row.get("updated_at")))
    return PostReading(
        external_id=text(row, "id"),
        kind=PostKind.MAINTENANCE if planned else PostKind.INCIDENT,
        title=title_text(text(row, "name", "") or text(row, "title")),
        phase=phase,
        impact=State.MAINTENANCE if planned else impact,
        posted_at=moment(row.get("created_at")) or began,
        began_at=None if planned else began,
        resolved_at=over if phase.is_over else None,
        scheduled_for=begins,
        scheduled_until=ends,
        url=web_address(row.get("url") or row.get("shortlink")),
        updates=updates,
        updates_complete=any(key in row for key in _UPDATES),
    )


def _updates(row: Json, phases: Phases) -> Iterator[UpdateReading]:
    key = next((key for key in _UPDATES if row.get(key) is not None), "")
    for item in objects(row, key) if key else ():
        at = next((at for name in _TIMES if (at := moment(item.get(name)))), None)
        if at is None:
            raise ValueError("an update without a time")
        words = next((text(item, name) for name in _BODIES if isinstance(item.get(name), str)), "")
        phase = phases.phase(text(item, "status")) if item.get("status") is not None else Phase.UNKNOWN
        yield UpdateReading(text(item, "id", at.isoformat()), phase, plain_text(words), at)


def claims(sample: Sample) -> Claim:
    page = sample.part("page")
    # Statuspage's and incident.io's pages have an id; Rootly's has a time zone and none.
    is_rootly = "id" not in page and "time_zone" in page and "indicator" in sample.part("status")
    return Claim.LIKELY if is_rootly and "incidents" in sample.doc else Claim.NO


FORMAT = Format(
    label="Rootly",
    parse=parse,
    documents=(Document("status"), Document("incidents", "/api/v1/incidents.json?per_page=100", required=False)),
    claims=claims,
    endpoints=("/api/v1/status.json",),
    marks=("rootly.com/", "rootly-heroku"),
)
