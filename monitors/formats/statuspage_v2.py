"""Atlassian Statuspage, and what speaks like it: /api/v2/*.json, plus history.json for the past.

https://metastatuspage.com/api, and FORMATS of real pages. Page, component and incident states often
disagree; none is derived from another here. Whether a record is a maintenance is told by its list or
its `scheduled_for`, never by its impact: Discord had a maintenance with impact "major", and Twilio has
incidents with impact "maintenance".
"""

from collections.abc import Iterator
from datetime import datetime, timedelta

from monitors.core.states import State, worst
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
    UnreadableFeed,
    UpdateReading,
)
from monitors.formats.reading import EARLIEST, MOST_POSTS, Json, as_object, load_object, moment, objects, reading, text
from monitors.formats.statuspage_months import months_snapshot
from monitors.formats.statuspage_words import StatuspageWords, without_prefix
from monitors.formats.text import plain_text, title_text, web_address

MOST_COMPONENTS = 3_000
MOST_UPDATES = 200  # of one post, newest kept
LONGEST_ID = 100
_LISTS = ("components", "incidents", "scheduled_maintenances", "status")
_EDITED_AFTER = timedelta(seconds=1)


@reading
def parse(body: bytes) -> Snapshot:
    document = load_object(body)
    if "months" in document:
        return months_snapshot(document)
    page = as_object(document.get("page"), "page")
    if not any(key in document for key in _LISTS):
        raise UnreadableFeed(f"A Statuspage document has one of {', '.join(_LISTS)}; this one has none.")
    words = StatuspageWords()
    page_id = _id(page)
    posts = list(_posts(document, words, web_address(page.get("url"))))
    return Snapshot(
        components=_components(document, words) if "components" in document else None,
        posts=tuple(sorted(posts, key=_newest_first)[:MOST_POSTS]),
        lists_open=_lists_open(document, posts, page_id),
        page_id=page_id,
        page_name=title_text(text(page, "name", "")),
        time_zone=text(page, "time_zone", "")[:64],
        headline=_headline(document, words) if "status" in document else None,
        unknown_words=words.unknown,
    )


def _lists_open(document: Json, posts: list[PostReading], page_id: str) -> frozenset[PostKind]:
    """Of which kinds this document has everything that is open.

    summary.json has, for both. incidents.json has the 50 latest, so an open one may be older than they;
    unresolved.json has the same shape and is known by holding nothing that is over.
    """
    if "status" in document and "components" in document:
        may_leave_out = len(page_id) == 26  # incident.io leaves a list out when it is empty
        lists = {"incidents": PostKind.INCIDENT, "scheduled_maintenances": PostKind.MAINTENANCE}
        return frozenset(kind for key, kind in lists.items() if key in document or may_leave_out)
    if "incidents" in document and len(posts) < 50 and not any(post.phase.is_over for post in posts):
        return frozenset({PostKind.INCIDENT})
    return frozenset()


def _headline(document: Json, words: StatuspageWords) -> State:
    return words.impact(text(as_object(document["status"], "status"), "indicator"))


def _components(document: Json, words: StatuspageWords) -> tuple[ComponentReading, ...]:
    listed = list(objects(document, "components"))
    if len(listed) > MOST_COMPONENTS:
        raise UnreadableFeed(f"The page lists {len(listed):,} components; at most {MOST_COMPONENTS:,} are read.")
    found = {item.external_id: item for item in (_component(item, words) for item in listed)}
    return tuple(found.values())


def _component(item: Json, words: StatuspageWords) -> ComponentReading:
    word = text(item, "status")
    position = item.get("position")
    return ComponentReading(
        external_id=_id(item),
        name=_title(item),
        state=words.components.state(word),
        word=title_text(word)[:60],
        group_id=text(item, "group_id", "")[:LONGEST_ID] or None,
        is_group=item.get("group") is True,
        position=position if isinstance(position, int) and 0 <= position < 1_000_000 else 0,
        description=plain_text(text(item, "description", ""), longest=2_000),
    )


def _posts(document: Json, words: StatuspageWords, page_url: str) -> Iterator[PostReading]:
    seen: set[str] = set()
    for key, kind in (("scheduled_maintenances", PostKind.MAINTENANCE), ("incidents", PostKind.INCIDENT)):
        for item in objects(document, key, required=False):
            if _id(item) in seen:
                continue  # the same record twice: the first is as good
            seen.add(_id(item))
            is_planned = kind is PostKind.MAINTENANCE or item.get("scheduled_for") is not None
            yield _post(item, PostKind.MAINTENANCE if is_planned else kind, words, page_url)


def _post(item: Json, kind: PostKind, words: StatuspageWords, page_url: str) -> PostReading:
    updates = _updates(item, words)
    phase = words.phase(text(item, "status"))
    created_at, scheduled_for = moment(item.get("created_at")), moment(item.get("scheduled_for"))
    # Staff may date an update, and so the beginning, before the time of writing.
    starts = [moment(item.get("started_at")), created_at, updates[0].at if updates else None]
    is_planned = kind is PostKind.MAINTENANCE
    return PostReading(
        external_id=_id(item),
        kind=kind,
        title=without_prefix(_title(item)) if is_planned else _title(item),
        phase=phase,
        impact=words.impact(item.get("impact")),
        posted_at=created_at,
        began_at=scheduled_for if is_planned and scheduled_for else min(filter(None, starts), default=None),
        resolved_at=_resolved_at(item, updates) if phase.is_over else None,
        scheduled_for=scheduled_for,
        scheduled_until=moment(item.get("scheduled_until")),
        url=f"{page_url.rstrip('/')}/incidents/{_id(item)}" if page_url else web_address(item.get("shortlink")),
        components=_named(item, updates),
        updates=updates,
    )


def _resolved_at(item: Json, updates: tuple[UpdateReading, ...]) -> datetime | None:
    """incident.io has no `resolved_at`; a postmortem comes days after the end."""
    ends = [update.at for update in updates if update.phase in (Phase.RESOLVED, Phase.COMPLETED)]
    return moment(item.get("resolved_at")) or max(ends, default=moment(item.get("updated_at")))


def _named(item: Json, updates: tuple[UpdateReading, ...]) -> tuple[tuple[str, State], ...]:
    """The components that a post names, each with the worst that an update said of it.

    `components` carries each component as it is now, under its present name: only its id is of use.
    """
    said: dict[str, list[State]] = {_id(part): [] for part in objects(item, "components", required=False)}
    for update in updates:
        for component, state in update.components:
            said.setdefault(component, []).append(state)
    # Twilio says "operational" of the component through which a carrier has trouble: named, not impaired.
    return tuple((component, worst(s for s in states if s > State.OPERATIONAL)) for component, states in said.items())


def _updates(item: Json, words: StatuspageWords) -> tuple[UpdateReading, ...]:
    found: dict[str, UpdateReading] = {}
    keys: dict[str, tuple[datetime, datetime]] = {}
    for part in objects(item, "incident_updates", required=False):
        created_at = moment(part.get("created_at"))
        at = moment(part.get("display_at")) or created_at or moment(part.get("updated_at"))
        if at is None:
            continue  # an update without any time says nothing that we could place
        update = _update(part, at, created_at, words)
        if update.external_id not in found:
            found[update.external_id] = update
            keys[update.external_id] = (at, created_at or at)
    ordered = sorted(found.values(), key=lambda update: keys[update.external_id])
    return tuple(ordered[-MOST_UPDATES:])


def _update(part: Json, at: datetime, created_at: datetime | None, words: StatuspageWords) -> UpdateReading:
    updated_at = moment(part.get("updated_at"))
    is_edited = updated_at and created_at and updated_at - created_at > _EDITED_AFTER
    return UpdateReading(
        external_id=text(part, "id", "")[:LONGEST_ID] or f"at {at.isoformat()}",
        phase=words.phase(text(part, "status", "")),
        body=plain_text(text(part, "body", "")),
        at=at,
        edited_at=updated_at if is_edited else None,
        components=tuple(_affected(part, words)),
    )


def _affected(part: Json, words: StatuspageWords) -> Iterator[tuple[str, State]]:
    for change in objects(part, "affected_components", required=False):
        if code := text(change, "code", "")[:LONGEST_ID]:
            yield code, words.components.state(text(change, "new_status", "unknown"))


def _id(item: Json) -> str:
    found = title_text(text(item, "id"))
    if not found or len(found) > LONGEST_ID:
        raise UnreadableFeed("A record has no usable id.")
    return found


def _title(item: Json) -> str:
    found = title_text(text(item, "name"))
    if not found:
        raise UnreadableFeed(f"The record {_id(item)} has no name.")
    return found


def _newest_first(post: PostReading) -> tuple[bool, timedelta]:
    """What is open comes before what is over, so that the limit never cuts off something open."""
    return post.phase.is_over, EARLIEST - (post.posted_at or EARLIEST)


def claims(sample: Sample) -> Claim:
    """A page's id has 12 letters and digits; look-alikes have other ids, incident.io 26 characters."""
    if not any(key in sample.doc for key in _LISTS):
        return Claim.NO
    page_id = str(sample.part("page").get("id") or "")
    if not page_id or len(page_id) == 26:
        return Claim.NO
    is_statuspage = len(page_id) == 12 and page_id.isalnum() and page_id.islower()
    return Claim.CERTAIN if is_statuspage else Claim.LIKELY


FORMAT = Format(
    label="Atlassian Statuspage",
    parse=parse,
    documents=(
        Document("summary", "/api/v2/summary.json"),
        # summary.json drops what is over; how and when it ended is here.
        Document("incidents", "/api/v2/incidents.json", every=5, required=False),
        Document("scheduled-maintenances", "/api/v2/scheduled-maintenances.json", every=5, required=False),
    ),
    backfill=("/history.json?page=1", "/history.json?page=2"),
    claims=claims,
    endpoints=("/api/v2/summary.json",),
    marks=("statuspage.io", "stspg"),
)
