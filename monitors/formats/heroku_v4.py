"""Heroku's `/api/v4/current-status`: three systems in colours, open incidents, scheduled and recent maintenances."""

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
    UpdateReading,
)
from monitors.formats.reading import Json, Words, listed, load_object, moment, objects, reading, text
from monitors.formats.text import plain_text, title_text, web_address

COLOURS = {
    "green": State.OPERATIONAL,
    "blue": State.MAINTENANCE,
    "yellow": State.DEGRADED,
    "red": State.MAJOR_OUTAGE,
}


@reading
def parse(body: bytes) -> Snapshot:
    doc = load_object(body)
    words = Words(COLOURS)
    components = listed(
        ComponentReading(text(item, "system"), title_text(text(item, "system")), words.state(item.get("status")),
                         text(item, "status"), position=n)
        for n, item in enumerate(objects(doc, "status"))
    )  # fmt: skip
    posts = [_post(item, PostKind.INCIDENT, words) for item in objects(doc, "incidents")]
    posts += [_post(item, PostKind.MAINTENANCE, words) for item in objects(doc, "scheduled")]
    return Snapshot(
        components=components,
        posts=tuple(posts),
        lists_open=frozenset({PostKind.INCIDENT}),
        unknown_words=tuple(words.unknown),
    )


def _post(item: Json, kind: PostKind, words: Words) -> PostReading:
    updates = tuple(sorted((_update(u) for u in objects(item, "updates", required=False)), key=lambda u: u.at))
    over = item.get("resolved") is True or item.get("state") == "resolved"
    maintenance = kind is PostKind.MAINTENANCE
    opened = moment(item.get("created_at"))
    colours = [item.get(key) for key in ("status_dev", "status_prod") if item.get(key)]
    impact = max((words.state(colour) for colour in colours), default=State.UNKNOWN)
    phase = (Phase.COMPLETED if maintenance else Phase.RESOLVED) if over else Phase.INVESTIGATING
    if maintenance and not over:
        phase = Phase.SCHEDULED if item.get("upcoming") else Phase.IN_PROGRESS
    return PostReading(
        external_id=text(item, "id"),
        kind=kind,
        title=title_text(text(item, "title")),
        phase=phase,
        impact=State.MAINTENANCE if maintenance else impact,
        posted_at=opened,
        began_at=None if maintenance else opened,
        resolved_at=(moment(item.get("resolved_at")) or (updates[-1].at if updates else None)) if over else None,
        url=web_address(item.get("full_url")),
        updates=updates,
    )


def _update(item: Json) -> UpdateReading:
    at, edited = moment(item.get("created_at")), moment(item.get("updated_at"))
    if at is None:
        raise ValueError("an update without a time")
    phase = Phase.RESOLVED if item.get("update_type") == "resolved" else Phase.INVESTIGATING
    late = edited is not None and (edited - at).total_seconds() > 60  # publishing itself touches updated_at
    return UpdateReading(text(item, "id"), phase, plain_text(text(item, "contents", "")), at, edited if late else None)


def claims(sample: Sample) -> Claim:
    return Claim.CERTAIN if any("system" in row and "status" in row for row in sample.rows("status")) else Claim.NO


FORMAT = Format(
    label="Heroku",
    parse=parse,
    claims=claims,
    vendor={"status.heroku.com": "https://status.heroku.com/api/v4/current-status"},
)
