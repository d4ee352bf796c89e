"""Better Stack's `/index.json`: a JSON:API document with sections, resources, the newest reports and their updates.

A manual report that is over keeps `ends_at: null`: its end is `aggregate_state: resolved`. Updates are listed in no
order. Ids are texts, but the section of a resource is named by a number. Of a page's HTML, sections are read.
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
from monitors.formats.betterstack_page import MARK, page_snapshot
from monitors.formats.reading import Json, Words, as_object, decode, load_object, moment, objects, reading, text
from monitors.formats.text import plain_text, title_text

STATES = {
    "operational": State.OPERATIONAL,
    "resolved": State.OPERATIONAL,
    "degraded": State.DEGRADED,
    "downtime": State.MAJOR_OUTAGE,
    "maintenance": State.MAINTENANCE,
    "not_monitored": State.UNKNOWN,
}


@reading
def parse(body: bytes) -> Snapshot:
    html = decode(body).lstrip("\ufeff \r\n\t")
    if html.startswith("<"):
        return page_snapshot(html)
    doc = load_object(body)
    page = as_object(doc.get("data"), "data")
    if page.get("type") != "status_page":
        raise UnreadableFeed(f"data.type is {page.get('type')!r:.60} where status_page was expected.")
    included = list(objects(doc, "included"))
    words = Words(STATES)
    attributes = _attributes(page)
    updates = {text(item, "id"): item for item in included if item.get("type") == "status_update"}
    reports = [item for item in included if item.get("type") == "status_report"]
    return Snapshot(
        components=tuple(_components(included, words)),
        posts=tuple(_post(item, updates, words) for item in reports),
        page_id=text(page, "id"),
        page_name=title_text(text(attributes, "company_name", "")),
        time_zone=text(attributes, "timezone", ""),
        headline=words.state(attributes.get("aggregate_state")),
        unknown_words=tuple(words.unknown),
    )


def _attributes(item: Json) -> Json:
    return as_object(item.get("attributes"), "attributes")


def _components(included: list[Json], words: Words) -> Iterator[ComponentReading]:
    for item in included:
        about = _attributes(item)
        if item.get("type") == "status_page_section":
            name = title_text(text(about, "name", "")) or "Components"
            place = int(text(about, "position", "0"))
            yield ComponentReading(f"section-{text(item, 'id')}", name, State.UNKNOWN, "", None, True, place)
        elif item.get("type") == "status_page_resource":
            section = text(about, "status_page_section_id", "")
            yield ComponentReading(
                text(item, "id"),
                title_text(text(about, "public_name")),
                words.state(about.get("status")),
                text(about, "status", ""),
                f"section-{section}" if section else None,
                position=int(text(about, "position", "0")),
                description=plain_text(text(about, "explanation", ""), longest=1000),
            )


def _post(item: Json, all_updates: dict[str, Json], words: Words) -> PostReading:
    about = _attributes(item)
    kind = PostKind.MAINTENANCE if about.get("report_type") == "maintenance" else PostKind.INCIDENT
    links = as_object(
        as_object(item.get("relationships") or {}, "relationships").get("status_updates") or {}, "updates"
    )
    rows = [
        all_updates[text(link, "id")]
        for link in objects(links, "data", required=False)
        if link.get("id") in all_updates
    ]
    over = about.get("aggregate_state") == "resolved" or moment(about.get("ends_at")) is not None
    begins, ends = moment(about.get("starts_at")), moment(about.get("ends_at"))
    if kind is PostKind.MAINTENANCE:
        over = about.get("aggregate_state") == "resolved"
    updates = sorted((_update(row, kind) for row in rows), key=lambda update: update.at)
    ended = (ends or (updates[-1].at if updates else None)) if over else None
    return PostReading(
        external_id=text(item, "id"),
        kind=kind,
        title=title_text(text(about, "title")),
        phase=_phase(kind, over),
        impact=State.MAINTENANCE if kind is PostKind.MAINTENANCE else _impact(about, rows, words),
        posted_at=updates[0].at if updates else begins,
        began_at=begins,
        resolved_at=ended,
        scheduled_for=begins if kind is PostKind.MAINTENANCE else None,
        scheduled_until=ends if kind is PostKind.MAINTENANCE else None,
        components=_affected(about, words),
        updates=tuple(updates),
    )


def _phase(kind: PostKind, over: bool) -> Phase:
    if kind is PostKind.MAINTENANCE:
        return Phase.COMPLETED if over else Phase.SCHEDULED
    return Phase.RESOLVED if over else Phase.INVESTIGATING


def _affected(about: Json, words: Words) -> tuple[tuple[str, State], ...]:
    parts = objects(about, "affected_resources", required=False)
    return tuple((text(part, "status_page_resource_id"), words.state(part.get("status"))) for part in parts)


def _impact(about: Json, rows: list[Json], words: Words) -> State:
    """The worst state that the report or one of its updates put a resource in: a resolved report says only "resolved"."""
    said = [state for _, state in _affected(about, words)]
    for row in rows:
        said += [state for _, state in _affected(_attributes(row), words)]
    return max([words.state(about.get("aggregate_state")), *said])


def _update(row: Json, kind: PostKind) -> UpdateReading:
    about = _attributes(row)
    at = moment(about.get("published_at"))
    if at is None:
        raise ValueError("an update without a time")
    states = {str(part.get("status")) for part in objects(about, "affected_resources", required=False)}
    over = bool(states) and states <= {"resolved", "operational"}
    phase = _phase(kind, over)
    return UpdateReading(text(row, "id"), phase, plain_text(text(about, "message", "")), at)


def claims(sample: Sample) -> Claim:
    if sample.is_html:
        return Claim.SECONDARY if MARK in sample.text else Claim.NO
    return Claim.CERTAIN if sample.part("data").get("type") == "status_page" else Claim.NO


FORMAT = Format(
    label="Better Stack",
    parse=parse,
    claims=claims,
    endpoints=("/index.json",),
    marks=("uptime.betterstack.com/", "betteruptime.com/"),
)
