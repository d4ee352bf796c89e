"""Ask for the history of a feed that is new, or whose lists left something out. It only fills the past."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from monitors.fetching import Fetched, Wanted
from monitors.formats import formats
from monitors.formats.base import Snapshot, UnreadableFeed
from monitors.models import Feed
from monitors.services.official import IngestReport, announce, ingest, merged
from monitors.services.polling import document_url
from monitors.services.spans import cover_history

MOST_TRIES = 10  # a minute or more apart; then the history is given up


def claim_backfill(*, now: datetime) -> Feed | None:
    """Take one feed that can be read and whose history is to be asked for, the least tried; None if there is none."""
    with transaction.atomic():
        rows = Feed.objects.select_for_update(skip_locked=True, no_key=True)
        with_history = [name for name, format_ in formats().items() if format_.backfill]
        due = rows.filter(
            is_enabled=True,
            backfilled_at=None,
            backfill_tries__lt=MOST_TRIES,
            failures=0,
            last_read_at__isnull=False,
            format__in=with_history,
        )
        feed = due.order_by("backfill_tries", "id").first()
        if feed:
            Feed.objects.filter(id=feed.id).update(backfilled_at=now, backfill_tries=feed.backfill_tries + 1)
        return feed


def is_awaited(feed: Feed) -> bool:
    """Whether the feed's history is still to be heard, so that what its lists lack may stand there."""
    format_ = formats().get(feed.format)
    return bool(format_ and format_.backfill) and feed.backfilled_at is None and feed.backfill_tries < MOST_TRIES


def ask_again(feed: Feed) -> None:
    """The feed's lists left something out: its history is wanted once more."""
    feed.backfilled_at, feed.backfill_tries = None, 0
    Feed.objects.filter(id=feed.id).update(backfilled_at=None, backfill_tries=0)


def wanted_history(feed: Feed) -> list[Wanted]:
    pages = formats()[feed.format].backfill
    return [Wanted(feed.id, f"history {number}", document_url(feed, path)) for number, path in enumerate(pages, 1)]


def record_backfill(feed: Feed, fetched: Sequence[Fetched], *, now: datetime) -> IngestReport | None:
    """Store a history; None if it could not be had. One that was unreachable is asked for again by the next sweep."""
    if any(item.error and not item.is_missing for item in fetched):
        Feed.objects.filter(id=feed.id).update(backfilled_at=None)
        return None
    snapshots = _parsed(feed, fetched)
    return store_history(feed, merged(snapshots), now=now) if snapshots else None


def store_history(feed: Feed, snapshot: Snapshot, *, now: datetime) -> IngestReport:
    """Take in posts of the past and mark the time since the oldest as covered."""
    with transaction.atomic():
        report = ingest(feed, snapshot, now=now, complete=False, is_history=True)
        starts = [post.began_at for post in snapshot.posts if post.began_at]
        if starts:
            cover_history(f"feed:{feed.id}", since=min(starts), now=now)
        announce(feed.provider_id)
    return report


def _parsed(feed: Feed, fetched: Sequence[Fetched]) -> list[Snapshot]:
    """The pages that can be read; incident.io and others answer something else under this address."""
    found = []
    for item in fetched:
        try:
            if item.body is not None:
                found.append(formats()[feed.format].parse(item.body))
        except UnreadableFeed:
            continue
    return found
