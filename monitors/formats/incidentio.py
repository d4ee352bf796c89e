"""incident.io: its Statuspage-like API, its widget API (`/api/v1/summary`) and the data inside its pages' HTML.

The look-alike API lists at most 25 components in summary.json, so components.json is read as well; its incidents have no
components and no end time. In the HTML, null is the text "$undefined". Source: https://api-docs.incident.io/ (widget)
"""

from collections.abc import Iterator

from monitors.core.states import State
from monitors.formats import statuspage_v2
from monitors.formats.base import (  # fmt: skip
    Claim,
    ComponentReading,
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
from monitors.formats.html_data import next_data
from monitors.formats.reading import Json, Words, as_object, decode, load_object, moment, objects, reading, text
from monitors.formats.text import plain_text, title_text, web_address

STATES = {
    "operational": State.OPERATIONAL,
    "under_maintenance": State.MAINTENANCE,
    "degraded_performance": State.DEGRADED,
    "partial_outage": State.PARTIAL_OUTAGE,
    "full_outage": State.MAJOR_OUTAGE,
    "major_outage": State.MAJOR_OUTAGE,
}
PHASES = {
    "investigating": Phase.INVESTIGATING,
    "identified": Phase.IDENTIFIED,
    "monitoring": Phase.MONITORING,
    "resolved": Phase.RESOLVED,
    "maintenance_scheduled": Phase.SCHEDULED,
    "maintenance_in_progress": Phase.IN_PROGRESS,
    "maintenance_complete": Phase.COMPLETED,
}
OPEN_KINDS = frozenset({PostKind.INCIDENT, PostKind.MAINTENANCE})


@reading
def parse(body: bytes) -> Snapshot:
    if decode(body).lstrip().startswith("<"):
        return _page(body)
    doc = load_object(body)
    inner = doc.get("summary")
    if isinstance(inner, dict) and "ongoing_incidents" in inner:  # the page's data, cut out of its HTML
        return _summary(inner)
    return _widget(doc) if "ongoing_incidents" in doc else statuspage_v2.parse(body)


def _given(source: Json, key: str) -> object:
    """Return source[key], with the page's "$undefined" as None."""
    value = source.get(key)
    return None if value == "$undefined" else value


def _phase(item: Json, words: Words) -> Phase:
    phase = PHASES.get(text(item, "status"), Phase.UNKNOWN)
    if phase is Phase.UNKNOWN:
        words.unknown.append(text(item, "status")[:60])
    return phase


def _widget(doc: Json) -> Snapshot:
    words = Words(STATES)
    posts = [_widget_post(item, PostKind.INCIDENT, words) for item in objects(doc, "ongoing_incidents")]
    for key in ("in_progress_maintenances", "scheduled_maintenances"):
        posts += [_widget_post(item, PostKind.MAINTENANCE, words) for item in objects(doc, key, required=False)]
    return Snapshot(
        posts=tuple(posts),
        lists_open=OPEN_KINDS,
        page_name=title_text(text(doc, "page_title", "")),
        unknown_words=tuple(words.unknown),
    )


def _widget_post(item: Json, kind: PostKind, words: Words) -> PostReading:
    planned = kind is PostKind.MAINTENANCE
    phase = _phase(item, words)
    at = moment(item.get("last_update_at"))
    message = plain_text(text(item, "last_update_message", ""))
    impact = State.MAINTENANCE if planned else words.state(item.get("current_worst_impact"))
    parts = objects(item, "affected_components", required=False)
    return PostReading(
        external_id=text(item, "id"),
        kind=kind,
        title=title_text(text(item, "name")),
        phase=phase,
        impact=impact,
        posted_at=at,
        scheduled_for=moment(item.get("started_at") or item.get("starts_at")) if planned else None,
        scheduled_until=moment(item.get("scheduled_end_at") or item.get("ends_at")) if planned else None,
        url=web_address(item.get("url")),
        components=tuple((text(part, "id"), words.state(part.get("current_status"))) for part in parts),
        updates=(UpdateReading(at.isoformat(), phase, message, at),) if at and message else (),
        updates_complete=False,
    )


def _page(body: bytes) -> Snapshot:
    html = decode(body)
    holder = next_data(html, "ongoing_incidents")
    if holder is None:
        raise UnreadableFeed("The page holds no incident.io data: it may have moved.")
    return _summary(holder)


def _summary(summary: Json) -> Snapshot:
    words = Words(STATES)
    impacts = {
        text(part, "component_id"): words.state(_given(part, "current_status") or _given(part, "status"))
        for part in objects(summary, "affected_components", required=False)
    }
    posts = [_post(item, summary, words) for item in objects(summary, "ongoing_incidents", required=False)]
    posts += [_post(item, summary, words) for item in objects(summary, "scheduled_maintenances", required=False)]
    return Snapshot(
        components=tuple(_components(summary, impacts)) or None,
        posts=tuple(posts),
        lists_open=OPEN_KINDS,
        page_id=text(summary, "id", ""),
        page_name=title_text(text(summary, "name", "")),
        unknown_words=tuple(words.unknown),
    )


def _components(summary: Json, impacts: dict[str, State]) -> Iterator[ComponentReading]:
    """Every component; one that no impact names is operational, which is how the page shows it.

    A page over others ("parent") lists none, but names some in its structure: how those are, only their own page says.
    """
    groups, group_of = _groups(summary)
    yield from groups
    listed, usual = list(objects(summary, "components")), State.OPERATIONAL
    if not listed and summary.get("page_type") == "parent":
        listed, usual = list(_structured(summary)), State.UNKNOWN
    for place, item in enumerate(listed):
        key = text(item, "id")
        state = impacts.get(key, usual)
        words = plain_text(str(_given(item, "description") or ""), longest=1000)
        yield ComponentReading(key, title_text(text(item, "name")), state, "", group_of.get(key), False, place, words)


def _structured(summary: Json) -> Iterator[Json]:
    """Yield the components in a page's structure, in the shape of its list."""
    structure = as_object(summary.get("structure") or {}, "structure")
    for item in objects(structure, "items", required=False):
        group, own = _given(item, "group"), _given(item, "component")
        parts = list(objects(group, "components", required=False)) if isinstance(group, dict) else []
        for part in [*parts, *([own] if isinstance(own, dict) else [])]:
            if part.get("hidden") is not True and _given(part, "name") is not None:
                yield {**part, "id": text(part, "component_id")}


def _groups(summary: Json) -> tuple[list[ComponentReading], dict[str, str]]:
    groups, group_of = [], {}
    structure = as_object(summary.get("structure") or {}, "structure")
    for place, item in enumerate(objects(structure, "items", required=False)):
        group = _given(item, "group")
        if not isinstance(group, dict):
            continue
        key = text(group, "id")
        groups.append(ComponentReading(key, title_text(text(group, "name")), State.UNKNOWN, "", None, True, place))
        for child in objects(group, "components", required=False):
            group_of[text(child, "component_id")] = key
    return groups, group_of


def _post(item: Json, summary: Json, words: Words) -> PostReading:
    planned = item.get("type") == "maintenance"
    phase = _phase(item, words)
    updates = tuple(sorted((_update(u) for u in objects(item, "updates", required=False)), key=lambda u: u.at))
    parts = [
        (text(part, "component_id"), words.state(_given(part, "status") or _given(part, "current_status")))
        for part in objects(item, "affected_components", required=False)
    ]
    spans = list(objects(item, "component_impacts", required=False))
    began = min((at for span in spans if (at := moment(_given(span, "start_at")))), default=None)
    ended = max((at for span in spans if (at := moment(_given(span, "end_at")))), default=None)
    return PostReading(
        external_id=text(item, "id"),
        kind=PostKind.MAINTENANCE if planned else PostKind.INCIDENT,
        title=title_text(text(item, "name")),
        phase=phase,
        impact=State.MAINTENANCE if planned else max((state for _, state in parts), default=State.UNKNOWN),
        posted_at=moment(_given(item, "published_at")),
        began_at=None if planned else began,
        resolved_at=updates[-1].at if updates and phase.is_over else None,
        scheduled_for=began if planned else None,
        scheduled_until=ended if planned else None,
        url=f"{text(summary, 'public_url', '').rstrip('/')}/incidents/{text(item, 'id')}",
        components=tuple(parts),
        updates=updates,
    )


def _update(item: Json) -> UpdateReading:
    at = moment(_given(item, "published_at"))
    if at is None:
        raise ValueError("an update without a time")
    phase = PHASES.get(str(_given(item, "to_status")), Phase.UNKNOWN)
    return UpdateReading(text(item, "id"), phase, plain_text(text(item, "message_string", "")), at)


def claims(sample: Sample) -> Claim:
    if sample.is_html:
        return Claim.SECONDARY if "__next_f" in sample.text and "ongoing_incidents" in sample.text else Claim.NO
    if len(str(sample.part("page").get("id", ""))) == 26:
        return Claim.CERTAIN
    if "ongoing_incidents" in sample.part("summary"):
        return Claim.SECONDARY
    return Claim.CERTAIN if {"ongoing_incidents", "page_title"} <= sample.doc.keys() else Claim.NO


FORMAT = Format(
    label="incident.io",
    parse=parse,
    documents=(
        Document("summary"),
        Document("components", "/api/v2/components.json", required=False),
        Document("incidents", "/api/v2/incidents.json", every=5, required=False),
    ),
    claims=claims,
    endpoints=("/api/v2/summary.json", "/api/v1/summary", "/proxy/{host}"),
    marks=("statuspage.incident.io", "incident-io-status-page", "incident.io/status-pages"),
)
