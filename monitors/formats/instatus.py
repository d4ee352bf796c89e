"""Instatus: `/summary.json`, `/v2/components.json`, and the data inside its pages' HTML.

`/summary.json` lists what is active only and leaves lists out when they are empty; its times are ISO 8601 or JavaScript
date texts, and a maintenance has a start and a length in minutes. Source: https://instatus.com/help/api/public-data
"""

import re
from collections.abc import Iterator
from datetime import datetime

from monitors.core.states import State
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
from monitors.formats.reading import (
    Json,
    Words,
    as_object,
    decode,
    load_object,
    minutes,
    moment,
    objects,
    reading,
    text,
)
from monitors.formats.text import plain_text, title_text, web_address

STATES = {
    "OPERATIONAL": State.OPERATIONAL,
    "UNDERMAINTENANCE": State.MAINTENANCE,
    "DEGRADEDPERFORMANCE": State.DEGRADED,
    "MINOROUTAGE": State.DEGRADED,
    "PARTIALOUTAGE": State.PARTIAL_OUTAGE,
    "MAJOROUTAGE": State.MAJOR_OUTAGE,
}
HEADLINES = {"UP": State.OPERATIONAL, "UNDERMAINTENANCE": State.MAINTENANCE, "HASISSUES": State.DEGRADED}
PHASES = {
    "INVESTIGATING": Phase.INVESTIGATING,
    "IDENTIFIED": Phase.IDENTIFIED,
    "MONITORING": Phase.MONITORING,
    "RESOLVED": Phase.RESOLVED,
    "NOTSTARTEDYET": Phase.SCHEDULED,
    "INPROGRESS": Phase.IN_PROGRESS,
    "VERIFYING": Phase.VERIFYING,
    "COMPLETED": Phase.COMPLETED,
}
MAINTENANCE_PHASES = frozenset({Phase.SCHEDULED, Phase.IN_PROGRESS, Phase.VERIFYING, Phase.COMPLETED})
# "Sat Jun 11 2022 18:55:50 GMT+0000 (Coordinated Universal Time)"
_JAVASCRIPT = re.compile(r"^\w{3} (\w{3} \d{1,2} \d{4} \d\d:\d\d:\d\d) GMT([+-]\d{4})")


@reading
def parse(body: bytes) -> Snapshot:
    words = Words(STATES)
    if decode(body).lstrip().startswith("<"):
        return _page(_data_of(body), words)
    doc = load_object(body)
    if "activeIncidents" in doc and "site" in doc:  # the page's data, cut out of its HTML
        return _page(doc, words)
    if "components" in doc and "page" not in doc:
        return Snapshot(components=tuple(_components(doc, words)), unknown_words=tuple(words.unknown))
    return _summary(doc, words)


def _summary(doc: Json, words: Words) -> Snapshot:
    page = as_object(doc.get("page"), "page")
    headline = Words(HEADLINES)
    posts = [_post(item, words) for item in objects(doc, "activeIncidents", required=False)]
    posts += [_post(item, words, PostKind.MAINTENANCE) for item in objects(doc, "activeMaintenances", required=False)]
    return Snapshot(
        posts=tuple(posts),
        lists_open=frozenset({PostKind.INCIDENT, PostKind.MAINTENANCE}),
        page_name=title_text(text(page, "name", "")),
        headline=headline.state(text(page, "status")),
        unknown_words=tuple(words.unknown + headline.unknown),
    )


def _data_of(body: bytes) -> Json:
    found = next_data(decode(body), "activeIncidents")
    if found is None:
        raise UnreadableFeed("The page holds no Instatus data: it may have moved.")
    return found


def _page(doc: Json, words: Words) -> Snapshot:
    site = as_object(doc.get("site"), "site")
    found: dict[str, PostReading] = {}
    for key in ("activeIncidents", "activeMaintenances"):
        kind = PostKind.MAINTENANCE if key == "activeMaintenances" else None
        found |= {
            post.external_id: post for post in (_post(item, words, kind) for item in objects(doc, key, required=False))
        }
    notices = as_object(doc.get("notices") or {}, "notices")
    for item in notices.values():
        post = _post(as_object(item, "a notice"), words)
        found.setdefault(post.external_id, post)
    return Snapshot(
        components=tuple(_components(doc if doc.get("components") else site, words)),
        posts=tuple(found.values()),
        page_id=text(site, "id", ""),
        page_name=title_text(_said(site.get("name"))),
        unknown_words=tuple(words.unknown),
    )


def _said(value: object) -> str:
    """Return a text that may be given per language ({"default": ..., "en": ...})."""
    if isinstance(value, dict):
        value = value.get("default") or next(iter(value.values()), "")
    return value if isinstance(value, str) else ""


def _components(doc: Json, words: Words) -> Iterator[ComponentReading]:
    groups: dict[str, str] = {}
    for place, item in enumerate(objects(doc, "components")):
        if item.get("archivedAt"):
            continue
        group = item.get("group")
        key = text(group, "id", "") if isinstance(group, dict) else ""
        if key and isinstance(group, dict):
            groups[key] = title_text(_said(group.get("name")))
        children = list(objects(item, "children", required=False))
        own = text(item, "id")
        word = text(item, "status", "")
        yield ComponentReading(
            own, title_text(_said(item.get("name"))), words.state(word), word, key or None, bool(children), place
        )
        for n, child in enumerate(children):
            said = text(child, "status", "")
            name = title_text(_said(child.get("name")))
            yield ComponentReading(text(child, "id"), name, words.state(said), said, own, False, n)
    for key, name in groups.items():
        yield ComponentReading(key, name, State.UNKNOWN, "", None, True)


def _post(item: Json, words: Words, kind: PostKind | None = None) -> PostReading:
    phase = PHASES.get(text(item, "status"), Phase.UNKNOWN)
    if phase is Phase.UNKNOWN:
        words.unknown.append(text(item, "status")[:60])
    kind = kind or (PostKind.MAINTENANCE if phase in MAINTENANCE_PHASES else PostKind.INCIDENT)
    planned = kind is PostKind.MAINTENANCE
    began = _moment(item.get("start") or item.get("started"))
    length = minutes(item.get("duration"))
    updates = tuple(sorted((_update(u) for u in objects(item, "updates", required=False)), key=lambda u: u.at))
    url = web_address(item.get("url"))
    impact = State.MAINTENANCE if planned else words.state(item["impact"]) if item.get("impact") else State.UNKNOWN
    parts = objects(item, "components", required=False)
    return PostReading(
        external_id=text(item, "id", "") or url.rstrip("/").rpartition("/")[2] or title_text(_said(item.get("name"))),
        kind=kind,
        title=title_text(_said(item.get("name"))),
        phase=phase,
        impact=impact,
        posted_at=updates[0].at if updates else began,
        began_at=None if planned else began,
        resolved_at=_moment(item.get("resolved")) or (updates[-1].at if updates and phase.is_over else None),
        scheduled_for=began if planned else None,
        scheduled_until=began + length if planned and began and length else None,
        url=url,
        components=tuple(
            (text(part, "id"), words.state(part["status"]) if part.get("status") else impact) for part in parts
        ),
        updates=updates,
        updates_complete=bool(updates),
    )


def _moment(value: object) -> datetime | None:
    """Return a time given as ISO 8601 or as JavaScript prints one."""
    if isinstance(value, str) and (match := _JAVASCRIPT.match(value)):
        return moment(datetime.strptime(" ".join(match.groups()), "%b %d %Y %H:%M:%S %z").isoformat())
    return moment(value)


def _update(item: Json) -> UpdateReading:
    at = _moment(item.get("started"))
    if at is None:
        raise ValueError("an update without a time")
    phase = PHASES.get(text(item, "status", ""), Phase.UNKNOWN)
    return UpdateReading(text(item, "id"), phase, plain_text(_said(item.get("message"))), at)


def claims(sample: Sample) -> Claim:
    if sample.is_html:
        return Claim.SECONDARY if "instatus" in sample.text and "activeIncidents" in sample.text else Claim.NO
    if {"activeIncidents", "site"} <= sample.doc.keys():
        return Claim.SECONDARY
    if str(sample.part("page").get("status")) in HEADLINES:
        return Claim.CERTAIN
    rows = sample.rows("components") if "page" not in sample.doc else []
    return Claim.SECONDARY if rows and all(str(row.get("status")) in STATES for row in rows) else Claim.NO


FORMAT = Format(
    label="Instatus",
    parse=parse,
    documents=(Document("summary"), Document("components", "/v2/components.json", required=False)),
    claims=claims,
    endpoints=("/summary.json",),
    marks=("instatus.com/",),
)
