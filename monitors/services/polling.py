"""Which feeds are due, and what a poll of one came to."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urljoin

from django.db import connection, transaction

from kit.clock import real
from monitors.core.schedule import slot_after
from monitors.fetching import Fetched, Wanted
from monitors.formats import formats
from monitors.formats.base import Document, Snapshot, UnreadableFeed
from monitors.models import Feed, FeedDocument
from monitors.queries.states import MISSED_POLLS
from monitors.services.official import IngestReport, announce, ingest, merged
from monitors.services.spans import extend_coverage

LEASE_S = 90  # of a claimed feed; one whose worker died is due again after it
LONGEST_PAUSE = timedelta(minutes=30)

_CLAIM = """
    UPDATE monitors_feed AS feed SET fence = feed.fence + 1, last_poll_at = %s, next_poll_at = %s
    FROM (SELECT id FROM monitors_feed WHERE is_enabled AND next_poll_at <= %s
          ORDER BY next_poll_at LIMIT %s FOR NO KEY UPDATE SKIP LOCKED) AS due
    WHERE feed.id = due.id RETURNING feed.id, feed.fence
"""


@dataclass(frozen=True, slots=True)
class Claim:
    """The right to poll a feed once. A result under an older fence is dropped."""

    feed_id: int
    fence: int


@dataclass(frozen=True, slots=True)
class DocumentOutcome:
    """How reading one document ended; `error` is "" where it could be read."""

    name: str
    status: int | None
    is_unchanged: bool
    error: str


@dataclass(frozen=True, slots=True)
class PollReport:
    """What a poll came to. `ingested` is None where the feed could not be read; then `error` says why.

    `began_failing` and `recovered` mark the two ends of a spell.
    """

    feed_id: int
    documents: tuple[DocumentOutcome, ...]
    error: str = ""
    began_failing: bool = False
    recovered: bool = False
    ingested: IngestReport | None = None


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
    return Claim(feed.id, fence)


def wanted_documents(claims: Sequence[Claim]) -> list[Wanted]:
    """The documents to ask for under these claims; a format we no longer have asks for nothing."""
    feeds = Feed.objects.in_bulk([claim.feed_id for claim in claims])
    known = _documents(feeds)
    return [
        _wanted(feeds[claim.feed_id], document, known.get((claim.feed_id, document.name)))
        for claim in claims
        for document in _listed(feeds[claim.feed_id])
        if claim.fence % document.every == 0 or (claim.feed_id, document.name) not in known
    ]


def document_url(feed: Feed, path: str) -> str:
    """Return the address of a document of the feed's page, from the feed's own, which names the first one."""
    if not path:
        return feed.url
    first = _listed(feed)[0].path if _listed(feed) else ""
    if first and feed.url.endswith(first):  # the page may stand in a folder of its host
        return feed.url.removesuffix(first).rstrip("/") + path
    return urljoin(feed.url, path)


def record_poll(claim: Claim, fetched: Sequence[Fetched], *, now: datetime) -> PollReport | None:
    """Store what a poll saw; None if the feed was claimed again meanwhile, and the result is dropped."""
    format_ = formats().get(Feed.objects.values_list("format", flat=True).get(id=claim.feed_id))
    snapshots, errors = _parsed(fetched)
    outcomes = tuple(
        DocumentOutcome(f.wanted.name, f.status, f.is_unchanged, errors.get(f.wanted.name, "")) for f in fetched
    )
    required = {document.name for document in format_.documents if document.required} if format_ else set()
    fatal = next((errors[name] for name in errors if name in required), "")
    if not format_:
        fatal = "StatusWire has no format of this name any more."
    with transaction.atomic():
        feed = Feed.objects.select_for_update(no_key=True).filter(id=claim.feed_id, fence=claim.fence).first()
        if feed is None:
            return None
        _write_documents(feed, fetched, errors, is_readable=not fatal, now=now)
        if fatal:
            began = _write_failure(feed, fatal, _retry_after(fetched), now)
            return PollReport(feed.id, outcomes, fatal, began_failing=began)
        report = ingest(feed, merged(snapshots), now=now, complete=not errors)
        recovered = _write_success(feed, _retry_after(fetched), now)
    return PollReport(claim.feed_id, outcomes, recovered=recovered, ingested=report)


def record_broken(claim: Claim, *, now: datetime) -> None:
    """A poll's result could not be stored, by a mistake of ours: wait longer with each, as for a bad feed."""
    with transaction.atomic():
        feed = Feed.objects.select_for_update(no_key=True).filter(id=claim.feed_id, fence=claim.fence).first()
        if feed:
            _write_failure(feed, "We could not store what it says. The log has the details.", timedelta(0), now)


def mark_read(feed: Feed, *, now: datetime) -> None:
    """The feed could be read at `now`: it is fresh, and its timeline has data."""
    with transaction.atomic():
        Feed.objects.filter(id=feed.id).update(last_read_at=now, failures=0, error="")
        extend_coverage(f"feed:{feed.id}", now=now, interval_s=feed.interval_s)


def _parsed(fetched: Sequence[Fetched]) -> tuple[list[Snapshot], dict[str, str]]:
    """Parse the new bodies: the snapshots, and {document: why it could not be read}."""
    table = dict(Feed.objects.filter(id__in={f.wanted.feed_id for f in fetched}).values_list("id", "format"))
    snapshots, errors = [], {}
    for item in fetched:
        if item.error:
            errors[item.wanted.name] = item.error
        elif item.body is not None:
            try:
                snapshots.append(formats()[table[item.wanted.feed_id]].parse(item.body))
            except UnreadableFeed as error:
                errors[item.wanted.name] = f"The document {item.wanted.name} cannot be read: {error}"
    return snapshots, errors


def _listed(feed: Feed) -> tuple[Document, ...]:
    format_ = formats().get(feed.format)
    return format_.documents if format_ else ()


def _documents(feeds: dict[int, Feed]) -> dict[tuple[int, str], FeedDocument]:
    return {(row.feed_id, row.name): row for row in FeedDocument.objects.filter(feed__in=feeds)}


def _wanted(feed: Feed, document: Document, row: FeedDocument | None) -> Wanted:
    url = document_url(feed, document.path)
    if row is None or row.url != url:  # a feed that moved starts anew
        return Wanted(feed.id, document.name, url)
    return Wanted(feed.id, document.name, url, row.etag, row.last_modified, row.digest)


def _write_documents(
    feed: Feed, fetched: Sequence[Fetched], errors: dict[str, str], *, is_readable: bool, now: datetime
) -> None:
    known = {row.name: row for row in FeedDocument.objects.filter(feed=feed)}
    for item in fetched:
        error = errors.get(item.wanted.name, "")
        row = known.get(item.wanted.name) or FeedDocument(feed=feed, name=item.wanted.name)
        values: dict[str, object] = {"url": item.wanted.url}
        if error:
            values |= {"failures": row.failures + 1, "error": error[:500]}
        elif is_readable:  # else this body was not taken in, and must not count as known
            values |= {"etag": item.etag, "last_modified": item.last_modified, "digest": item.digest}
            values |= {"failures": 0, "error": "", "fetched_at": now}
        FeedDocument.objects.update_or_create(feed=feed, name=row.name, defaults=values)


def _write_failure(feed: Feed, error: str, retry_after: timedelta, now: datetime) -> bool:
    """Count the failure and wait longer with each; return whether a spell begins with it."""
    pause = min(timedelta(seconds=feed.interval_s) * 2 ** min(feed.failures + 1, 12), LONGEST_PAUSE)
    next_poll_at = now + max(pause, retry_after) if feed.next_poll_at else None
    failures = feed.failures + 1
    Feed.objects.filter(id=feed.id).update(failures=failures, error=error[:500], next_poll_at=next_poll_at)
    if failures == MISSED_POLLS:
        announce(feed.provider_id)
    return failures == 1


def _write_success(feed: Feed, retry_after: timedelta, now: datetime) -> bool:
    """The feed is fresh; return whether this ends a spell of failures."""
    mark_read(feed, now=now)
    if feed.next_poll_at:
        # At least half an interval away: a claim that came late does not make the next one early.
        earliest = now + max(timedelta(seconds=feed.interval_s / 2), retry_after)
        Feed.objects.filter(id=feed.id).update(next_poll_at=slot_after(feed.id, feed.interval_s, earliest))
    if feed.failures or feed.last_read_at is None:
        announce(feed.provider_id)
    return feed.failures > 0


def _retry_after(fetched: Sequence[Fetched]) -> timedelta:
    return real(max((item.retry_after_s or 0 for item in fetched), default=0))
