"""PagerDuty's status pages: JSON in `<script id="data">`, half a megabyte of it.

Services have no state of their own: it is what the open incidents' latest updates say.
"""

from collections.abc import Iterator

from monitors.core.states import State
from monitors.formats.base import (  # fmt: skip
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
from monitors.formats.html_data import script_json
from monitors.formats.reading import Json, Phases, Words, as_object, decode, load_object, moment, objects, reading, text
from monitors.formats.text import plain_text, title_text

SEVERITIES = {
    "all_good": State.OPERATIONAL,
    "none": State.OPERATIONAL,
    "minor": State.DEGRADED,
    "partial": State.PARTIAL_OUTAGE,
    "outage": State.MAJOR_OUTAGE,
    "major": State.MAJOR_OUTAGE,
    "maintenance": State.MAINTENANCE,
}
PHASES = {
    "investigating": Phase.INVESTIGATING,
    "detected": Phase.INVESTIGATING,
    "identified": Phase.IDENTIFIED,
    "monitoring": Phase.MONITORING,
    "resolved": Phase.RESOLVED,
    "scheduled": Phase.SCHEDULED,
    "in progress": Phase.IN_PROGRESS,
    "completed": Phase.COMPLETED,
}


@reading
def parse(body: bytes) -> Snapshot:
    html = decode(body)
    doc = script_json(html, "data") if html.lstrip().startswith("<") else load_object(body)
    if doc is None:
        raise UnreadableFeed('The page has no <script id="data">: it may have moved.')
    summary = as_object(doc.get("summary"), "summary")
    words, phases = Words(SEVERITIES), Phases(PHASES)
    posts = [
        _post(item, words, phases) for key in ("open_incidents", "resolved_incidents") for item in objects(summary, key)
    ]
    return Snapshot(
        components=tuple(_components(summary, posts)),
        posts=tuple(posts),
        lists_open=frozenset({PostKind.INCIDENT}),
        unknown_words=(*words.unknown, *phases.unknown),
    )


def _components(summary: Json, posts: list[PostReading]) -> Iterator[ComponentReading]:
    states: dict[str, State] = {}
    for key, state in (part for post in posts if not post.phase.is_over for part in post.components):
        states[key] = max(state, states.get(key, State.OPERATIONAL))
    for place, item in enumerate(objects(summary, "post_status_page_services", required=False)):
        key = text(item, "external_business_service_id", "") or text(item, "id")
        if item.get("is_active", True):
            yield ComponentReading(
                key, title_text(text(item, "name")), states.get(key, State.OPERATIONAL), "", position=place
            )


def _post(item: Json, words: Words, phases: Phases) -> PostReading:
    rows = sorted(objects(item, "updates"), key=lambda row: str(row.get("reported_at")))
    if not rows:
        raise ValueError("an incident without updates")
    updates = tuple(_update(row, phases) for row in rows)
    impact = max(words.state(row.get("severity")) for row in rows)
    planned = impact is State.MAINTENANCE
    parts = objects(rows[-1], "impacted_business_services", required=False)
    phase = updates[-1].phase
    return PostReading(
        external_id=text(item, "id"),
        kind=PostKind.MAINTENANCE if planned else PostKind.INCIDENT,
        title=title_text(text(item, "title")),
        phase=phase,
        impact=impact,
        posted_at=updates[0].at,
        began_at=updates[0].at,
        resolved_at=updates[-1].at if phase.is_over else None,
        components=tuple((text(part, "business_service_id"), words.state(part.get("severity"))) for part in parts),
        updates=updates,
    )


def _update(row: Json, phases: Phases) -> UpdateReading:
    at, edited = moment(row.get("reported_at")), moment(row.get("updated_at"))
    if at is None:
        raise ValueError("an update without a time")
    phase = phases.phase(text(row, "status", ""))
    created = moment(row.get("created_at")) or at
    late = edited if edited and edited > created else None
    return UpdateReading(text(row, "id"), phase, plain_text(text(row, "message", "")), at, late)


def claims(sample: Sample) -> Claim:
    if sample.is_html:
        return Claim.CERTAIN if "post_status_page_services" in sample.text else Claim.NO
    return Claim.CERTAIN if "open_incidents" in sample.part("summary") else Claim.NO


FORMAT = Format(
    label="PagerDuty",
    parse=parse,
    claims=claims,
)
