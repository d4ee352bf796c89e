"""Which feeds are due, and what to ask of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urljoin

from django.db import connection, transaction

from kit.clock import real
from monitors.fetching import Fetched, Wanted
from monitors.formats import formats
from monitors.formats.base import Document
from monitors.models import Feed, FeedDocument

LEASE_S = 90  # of a claimed feed; one whose worker died is due again after it
BELIEVED = timedelta(hours=6)  # that a page says "not modified" before we look for ourselves
DISTRUST = timedelta(days=1)  # that a page is asked without conditions which said so wrongly

_CLAIM = """
    UPDATE monitors_feed AS feed SET fence = feed.fence + 1, last_poll_at = %s, next_poll_at = %s
    FROM (SELECT id FROM monitors_feed WHERE is_enabled AND next_poll_at <= %s
          ORDER BY next_poll_at LIMIT %s FOR NO KEY UPDATE SKIP LOCKED) AS due
    WHERE feed.id = due.id RETURNING feed.id, feed.fence, feed.interval_s
"""


@dataclass(frozen=True, slots=True)
class Claim:
    """The right to poll a feed once. A result under an older fence is dropped."""

    feed_id: int
    fence: int
    interval_s: int


def claim_due(*, now: datetime, limit: int = 40) -> list[Claim]:
    """Take up to `limit` feeds that are due, longest waiting first, and lease them. One statement."""
    with connection.cursor() as cursor:
        cursor.execute(_CLAIM, [now, now + real(LEASE_S), now, limit])
        return [Claim(*row) for row in cursor.fetchall()]


def claim_one(feed: Feed, *, now: datetime) -> Claim:
    """Take one feed, due or not. A poll of it that is under way is dropped."""
    with transaction.atomic():
        fence = Feed.objects.select_for_update(no_key=True).values_list("fence", flat=True).get(id=feed.id) + 1
        lease = now + real(LEASE_S) if feed.next_poll_at else None
        Feed.objects.filter(id=feed.id).update(fence=fence, last_poll_at=now, next_poll_at=lease)
    return Claim(feed.id, fence, feed.interval_s)


def wanted_documents(claims: Sequence[Claim], *, now: datetime) -> list[Wanted]:
    """The documents to ask for first under these claims; a format that we no longer have asks for nothing.

    A document that need not be read at each poll has its turns, at other polls for other feeds. All of them are
    asked for after a failure, and while something is missing from the lists: its end may stand in any.
    """
    feeds = Feed.objects.in_bulk([claim.feed_id for claim in claims])
    known = _documents(feeds)
    return [
        _wanted(feed, document, row, now)
        for claim in claims
        for feed in [feeds[claim.feed_id]]
        for document in _listed(feed)
        for row in [known.get((feed.id, document.name))]
        if row is None or row.failures or feed.failures or feed.absent or (claim.fence + feed.id) % document.every == 0
    ]


def wanted_further(claims: Sequence[Claim], fetched: Sequence[Fetched], *, now: datetime) -> list[Wanted]:
    """The documents that are left of feeds of which a first one is new: together they tell what happened."""
    asked = {(item.wanted.feed_id, item.wanted.name) for item in fetched}
    changed = {item.wanted.feed_id for item in fetched if item.body is not None}
    feeds = Feed.objects.in_bulk([claim.feed_id for claim in claims if claim.feed_id in changed])
    known = _documents(feeds)
    return [
        _wanted(feed, document, known.get((feed.id, document.name)), now)
        for feed in feeds.values()
        for document in _listed(feed)
        if (feed.id, document.name) not in asked
    ]


def document_url(feed: Feed, path: str) -> str:
    """Return the address of a document of the feed's page, from the feed's own, which names the first one."""
    if not path:
        return feed.url
    first = _listed(feed)[0].path if _listed(feed) else ""
    if first and feed.url.endswith(first):  # the page may stand in a folder of its host
        return feed.url.removesuffix(first).rstrip("/") + path
    return urljoin(feed.url, path)


def _listed(feed: Feed) -> tuple[Document, ...]:
    format_ = formats().get(feed.format)
    return format_.documents if format_ else ()


def _documents(feeds: dict[int, Feed]) -> dict[tuple[int, str], FeedDocument]:
    return {(row.feed_id, row.name): row for row in FeedDocument.objects.filter(feed__in=feeds)}


def _wanted(feed: Feed, document: Document, row: FeedDocument | None, now: datetime) -> Wanted:
    url = document_url(feed, document.path)
    if row is None or row.url != url:  # a feed that moved starts anew
        return Wanted(feed.id, document.name, url)
    if row.distrusted_at and now - row.distrusted_at < DISTRUST:
        return Wanted(feed.id, document.name, url, digest=row.digest)
    verify = row.fetched_at is None or now - row.fetched_at >= BELIEVED
    return Wanted(feed.id, document.name, url, row.etag, row.last_modified, row.digest, verify=verify)
