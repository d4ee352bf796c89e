"""RSS and Atom, read by feedparser from bytes only, with its silences made loud.

feedparser reports a valid empty feed for an HTML error page and fetches what looks like an address; here a body that is
no feed is an UnreadableFeed. Titles stay raw until a format turns them into text.
"""

import io
import re
from calendar import timegm
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import feedparser

from monitors.formats.base import UnreadableFeed
from monitors.formats.reading import LARGEST_BODY, MOST_POSTS, moment, sensible

# A bomb costs expat 0.6 s before it stops it; refused in any encoding whose letters are ASCII's.
_ENTITIES = re.compile(rb"<!\s*ENTITY", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Entry:
    """One item. `key` is its guid, link or title with date: the first that it has. `status` is Microsoft's own tag."""

    key: str
    title: str
    words: str
    link: str
    published: datetime | None
    updated: datetime | None
    categories: tuple[str, ...]
    status: str = ""


def entries(body: bytes) -> list[Entry]:
    """Return the items of a feed in its own order, at most 500. Raises UnreadableFeed if it is none."""
    if len(body) > LARGEST_BODY:
        raise UnreadableFeed(f"The body has {len(body)} bytes; a feed has at most {LARGEST_BODY}.")
    if not body.strip():
        raise UnreadableFeed("The body is empty.")
    if _ENTITIES.search(body.replace(b"\x00", b"")):
        raise UnreadableFeed("The body defines entities of its own, which no feed needs.")
    try:
        feed = feedparser.parse(io.BytesIO(body), sanitize_html=False, resolve_relative_uris=False)
    except (ValueError, TypeError, AttributeError, KeyError, LookupError, RecursionError, AssertionError) as error:
        raise UnreadableFeed(f"The body is not a feed: {error!r:.200}") from error
    if not feed.get("version"):
        raise UnreadableFeed("The body is not an RSS or Atom feed: the page may have moved.")
    problem = feed.get("bozo_exception") if feed.get("bozo") else None
    if problem is not None and not isinstance(problem, feedparser.CharacterEncodingOverride):
        raise UnreadableFeed(f"The feed is broken off or not well formed: {problem!r:.200}")
    return [_entry(item) for item in feed.entries[:MOST_POSTS]]


def _entry(item: feedparser.FeedParserDict) -> Entry:
    content: Sequence[feedparser.FeedParserDict] = item.get("content") or []
    words = content[0].get("value", "") if content else item.get("summary", "")
    title, link = str(item.get("title", "")), str(item.get("link", ""))
    published = _time(item, "published")
    return Entry(
        key=str(item.get("id") or link or f"{title} {item.get('published', '')}"),
        title=title,
        words=str(words or ""),
        link=link,
        published=published,
        updated=_time(item, "updated") or published,
        categories=tuple(str(tag.get("term", "")) for tag in item.get("tags", [])),
        status=str(item.get("status") or ""),
    )


def _time(item: feedparser.FeedParserDict, key: str) -> datetime | None:
    # dict.get, as feedparser's own get answers `updated` with `published` and warns of it.
    parsed = dict.get(item, f"{key}_parsed")
    try:
        found = datetime.fromtimestamp(timegm(parsed), UTC) if parsed else None
    except (ValueError, TypeError, OverflowError):
        found = None
    return sensible(found) or moment(dict.get(item, key))
