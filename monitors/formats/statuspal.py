"""Statuspal's `/api/v2/status_pages/<subdomain>/summary`: services, open incidents, maintenances.

A service says how it is by the type of its current incident. Where only a page's HTML is at hand, its one verdict is
read: the class of its system status ("type-none"). Source: https://www.statuspal.io/api-docs/v2
"""

import re
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
from monitors.formats.reading import (
    Json,
    Phases,
    Words,
    as_object,
    decode,
    load_object,
    moment,
    objects,
    reading,
    text,
)
from monitors.formats.text import plain_text, title_text, web_address

TYPES = {
    "none": State.OPERATIONAL,
    "minor": State.DEGRADED,
    "major": State.MAJOR_OUTAGE,
    "scheduled": State.MAINTENANCE,
    "info": State.OPERATIONAL,
}
PHASES = {
    "investigating": Phase.INVESTIGATING,
    "issue": Phase.INVESTIGATING,
    "identified": Phase.IDENTIFIED,
    "monitoring": Phase.MONITORING,
    "resolved": Phase.RESOLVED,
    "retrospective": Phase.POSTMORTEM,
    "scheduled": Phase.SCHEDULED,
    "in_progress": Phase.IN_PROGRESS,
    "completed": Phase.COMPLETED,
}
_SYSTEM_STATUS = re.compile(r"""class=["']([^"']*\bsystem-status\b(?!-)[^"']*)["']""")
_TYPE = re.compile(r"\btype-([a-z]{2,20})\b")
_SUBDOMAIN = re.compile(r"(?:https?://([\w-]{1,63})\.statuspal\.(?:io|eu)|/status_pages/([\w-]{1,63}))\b")


@reading
def parse(body: bytes) -> Snapshot:
    page = decode(body).lstrip("\ufeff \r\n\t")
    return _verdict(page) if page.startswith("<") else _summary(body)


def _verdict(page: str) -> Snapshot:
    """Return the one state that a page's HTML says."""
    found = [match[1] for classes in _SYSTEM_STATUS.findall(page) if (match := _TYPE.search(classes))]
    if not found:
        raise UnreadableFeed("The page has no system status of Statuspal's: it may have moved.")
    words = Words(TYPES)
    state = words.state(found[0])
    component = ComponentReading("page", "All systems", state, found[0])
    return Snapshot(components=(component,), headline=state, unknown_words=tuple(words.unknown))


def _summary(body: bytes) -> Snapshot:
    doc = load_object(body)
    words, phases = Words(TYPES), Phases(PHASES)
    page = as_object(doc.get("status_page"), "status_page")
    posts = [_post(item, PostKind.INCIDENT, words, phases) for item in objects(doc, "incidents", required=False)]
    for key in ("maintenances", "upcoming_maintenances"):
        posts += [_post(item, PostKind.MAINTENANCE, words, phases) for item in objects(doc, key, required=False)]
    posts += [_post(item, PostKind.NOTICE, words, phases) for item in objects(doc, "info_notices", required=False)]
    return Snapshot(
        components=tuple(_services(doc, "services", None, words)),
        posts=tuple(posts),
        lists_open=frozenset({PostKind.INCIDENT, PostKind.MAINTENANCE}),
        page_name=title_text(text(page, "name", "")),
        time_zone=text(page, "time_zone", ""),
        unknown_words=(*words.unknown, *phases.unknown),
    )


def _services(source: Json, key: str, parent: str | None, words: Words) -> Iterator[ComponentReading]:
    for place, item in enumerate(objects(source, key)):
        own = text(item, "id")
        children = list(objects(item, "children", required=False))
        word = text(item, "current_incident_type", "none")
        yield ComponentReading(
            own, title_text(text(item, "name")), words.state(word), word, parent, bool(children), place
        )
        if children:
            yield from _services(item, "children", own, words)


def _post(item: Json, kind: PostKind, words: Words, phases: Phases) -> PostReading:
    planned = kind is PostKind.MAINTENANCE
    began, ended = moment(item.get("starts_at")), moment(item.get("ends_at"))
    updates = tuple(sorted((_update(u, phases) for u in objects(item, "updates", required=False)), key=lambda u: u.at))
    phase = updates[-1].phase if updates else Phase.SCHEDULED if planned else Phase.INVESTIGATING
    if kind is PostKind.INCIDENT and ended:
        phase = Phase.RESOLVED
    impact = State.MAINTENANCE if planned else words.state(text(item, "type", "none"))
    return PostReading(
        external_id=text(item, "id"),
        kind=kind,
        title=title_text(text(item, "title")),
        phase=phase,
        impact=impact,
        posted_at=moment(item.get("inserted_at")) or began,
        began_at=None if planned else began,
        resolved_at=ended if phase.is_over else None,
        scheduled_for=began if planned else None,
        scheduled_until=ended if planned else None,
        url=web_address(item.get("url")),
        components=tuple((str(key), impact) for key in _service_ids(item)),
        updates=updates,
    )


def _service_ids(item: Json) -> list[object]:
    value = item.get("service_ids")
    return (
        value if isinstance(value, list) else [text(part, "id") for part in objects(item, "services", required=False)]
    )


def _update(item: Json, phases: Phases) -> UpdateReading:
    at = moment(item.get("posted_at")) or moment(item.get("inserted_at"))
    if at is None:
        raise ValueError("an update without a time")
    phase = phases.phase(text(item, "type", ""))
    words = plain_text(text(item, "description_html", "") or text(item, "description", ""))
    return UpdateReading(text(item, "id"), phase, words, at)


def claims(sample: Sample) -> Claim:
    if sample.is_html:  # its API says more, where the page's links name it
        return Claim.SECONDARY if "statuspal" in sample.text and _SYSTEM_STATUS.search(sample.text) else Claim.NO
    return Claim.CERTAIN if {"status_page", "services"} <= sample.doc.keys() else Claim.NO


def addresses(sample: Sample) -> Iterator[str]:
    """The API goes by the page's subdomain, which a page on an own domain says in its links."""
    found = ["".join(names) for names in _SUBDOMAIN.findall(f"{sample.url} {sample.text}")]
    for name in list(dict.fromkeys(name for name in found if name not in ("www", "docs", "api", "cdn")))[:1]:
        yield f"https://statuspal.io/api/v2/status_pages/{name}/summary"


FORMAT = Format(
    label="Statuspal",
    parse=parse,
    claims=claims,
    marks=("statuspal.io", "statuspal.eu"),
    addresses=addresses,
)
