"""The last step of every format: no text that a database refuses or that fools an eye, and no endless lists."""

import re
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from monitors.formats.base import ComponentReading, PostReading, Snapshot, UnreadableFeed, UpdateReading
from monitors.formats.text import clean

MOST_POSTS = 500  # what is open, then the newest
MOST_COMPONENTS = 20_000  # Salesforce lists 2,000 instances
MOST_WORDS = 100
# Cheap to look for; what has any of them is cleaned by letter.
_BAD = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u0300-\u036f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\u061c\u180e\ud800-\udfff]"
)
_EARLIEST = datetime(1, 1, 2, tzinfo=UTC)


def fit(snapshot: Snapshot) -> Snapshot:
    """Return the snapshot with clean texts and at most MOST_POSTS posts. Raises UnreadableFeed for endless lists."""
    components = snapshot.components
    if components is not None and len(components) > MOST_COMPONENTS:
        raise UnreadableFeed(f"The body lists {len(components)} components; a page has at most {MOST_COMPONENTS}.")
    return replace(
        snapshot,
        components=None if components is None else tuple(map(_component, components)),
        posts=tuple(map(_post, _foremost(snapshot.posts))),
        page_id=_text(snapshot.page_id),
        page_name=_text(snapshot.page_name),
        time_zone=_text(snapshot.time_zone),
        unknown_words=tuple(map(_text, snapshot.unknown_words[:MOST_WORDS])),
    )


def _foremost(posts: tuple[PostReading, ...]) -> Iterable[PostReading]:
    if len(posts) <= MOST_POSTS:
        return posts
    return sorted(posts, key=_rank)[:MOST_POSTS]


def _rank(post: PostReading) -> tuple[bool, timedelta]:
    return post.phase.is_over, _EARLIEST - (post.posted_at or _EARLIEST)


def _component(reading: ComponentReading) -> ComponentReading:
    if not _has_bad(reading.external_id, reading.name, reading.word, reading.description, reading.group_id or ""):
        return reading
    return replace(
        reading,
        external_id=_text(reading.external_id),
        name=_text(reading.name),
        word=_text(reading.word),
        description=_text(reading.description),
        group_id=None if reading.group_id is None else _text(reading.group_id),
    )


def _post(reading: PostReading) -> PostReading:
    updates = tuple(map(_update, reading.updates))
    return replace(
        reading,
        external_id=_text(reading.external_id),
        title=_text(reading.title),
        url=_text(reading.url),
        components=tuple((_text(id_), state) for id_, state in reading.components),
        updates=updates,
    )


def _update(reading: UpdateReading) -> UpdateReading:
    named = (id_ for id_, _ in reading.components)
    if not _has_bad(reading.external_id, reading.body, *named):
        return reading
    components = tuple((_text(id_), state) for id_, state in reading.components)
    return replace(reading, external_id=_text(reading.external_id), body=_text(reading.body), components=components)


def _has_bad(*texts: str) -> bool:
    return any(_BAD.search(text) for text in texts)


def _text(text: str) -> str:
    return clean(text) if _BAD.search(text) else text
