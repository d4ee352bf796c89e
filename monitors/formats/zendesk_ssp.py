"""Zendesk's own status API: JSON:API documents of active incidents and maintenances, at most 10 requests a minute.

What is over vanishes. Source: https://developer.zendesk.com/api-reference/status_api/introduction/
"""

from monitors.core.states import State
from monitors.formats.base import Claim, Document, Format, Phase, PostKind, PostReading, Sample, Snapshot, UpdateReading
from monitors.formats.reading import Json, Words, as_object, load_object, moment, objects, reading, text
from monitors.formats.text import plain_text, title_text

IMPACTS = {"none": State.OPERATIONAL, "minor": State.DEGRADED, "major": State.MAJOR_OUTAGE}


@reading
def parse(body: bytes) -> Snapshot:
    doc = load_object(body)
    words = Words(IMPACTS)
    included = {
        (text(item, "type"), text(item, "id")): as_object(item.get("attributes") or {}, "attributes")
        for item in objects(doc, "included", required=False)
    }
    posts = tuple(_post(item, included, words) for item in objects(doc, "data"))
    kinds = {post.kind for post in posts}
    complete = frozenset() if PostKind.MAINTENANCE in kinds else frozenset({PostKind.INCIDENT})
    return Snapshot(posts=posts, lists_open=complete, unknown_words=tuple(words.unknown))


def _post(item: Json, included: dict[tuple[str, str], Json], words: Words) -> PostReading:
    about = as_object(item.get("attributes"), "attributes")
    planned = text(item, "type") == "maintenance" or "maintenance" in about
    ended = moment(about.get("resolvedAt"))
    impact = words.state(text(about, "impact", "none"))
    if about.get("outage") is True:
        impact = State.MAJOR_OUTAGE
    elif about.get("degradation") is True:
        impact = max(impact, State.DEGRADED)
    updates = [u for row in _linked(item, "incidentUpdates", included) if (u := _update(row))]
    updates.sort(key=lambda update: update.at)
    began = moment(about.get("startedAt"))
    return PostReading(
        external_id=text(item, "id"),
        kind=PostKind.MAINTENANCE if planned else PostKind.INCIDENT,
        title=title_text(text(about, "title")),
        phase=Phase.RESOLVED if ended else Phase.SCHEDULED if planned else Phase.INVESTIGATING,
        impact=State.MAINTENANCE if planned else impact,
        posted_at=updates[0].at if updates else began,
        began_at=None if planned else began,
        resolved_at=ended,
        scheduled_for=moment(about.get("maintenanceStartTime")) if planned else None,
        scheduled_until=moment(about.get("maintenanceEndTime")) if planned else None,
        updates=tuple(updates),
    )


def _linked(item: Json, name: str, included: dict[tuple[str, str], Json]) -> list[Json]:
    relations = as_object(item.get("relationships") or {}, "relationships")
    link = as_object(relations.get(name) or {}, name)
    keys = [(text(row, "type"), text(row, "id")) for row in objects(link, "data", required=False)]
    return [{**included[key], "id": key[1]} for key in keys if key in included]


def _update(row: Json) -> UpdateReading | None:
    at = moment(row.get("createdAt"))
    words = plain_text(text(row, "description", ""))
    if at is None or not words:
        return None
    return UpdateReading(text(row, "id"), Phase.INVESTIGATING, words, at)


def claims(sample: Sample) -> Claim:
    ours = sample.host == "status.zendesk.com" and isinstance(sample.doc.get("data"), list)
    rows = [row.get("attributes") for row in sample.rows("data")]
    known = any(isinstance(row, dict) and {"impact", "startedAt", "outage"} <= row.keys() for row in rows)
    return Claim.CERTAIN if ours or known else Claim.NO


FORMAT = Format(
    label="Zendesk",
    parse=parse,
    documents=(
        Document("active"),
        Document("maintenance", "/api/incidents/maintenance", every=5, required=False),
    ),
    claims=claims,
    endpoints=("/api/incidents/active",),
    vendor={"status.zendesk.com": "https://status.zendesk.com/api/incidents/active"},
)
