"""Follow pages that moved or changed their platform: looked for once a day at most, and said, never silent."""

from dataclasses import replace
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F, Q

from monitors.formats.base import Claim, PostKind
from monitors.models import Feed, FeedDocument, FeedMove
from monitors.queries.moves import move_words
from monitors.services.detection import Detection
from monitors.services.notices import raise_notice
from monitors.services.official import announce, ingest

ENOUGH_FAILURES = 4  # polls in a row that could not be read, before we look for where the page has gone
PAUSE = timedelta(hours=24)  # between two looks at one feed
LENGTH_OF_INCIDENTIO_ID = 26


def claim_lost(*, now: datetime) -> Feed | None:
    """Take the feed that is unreadable for longest and was not looked for in a day; None if there is none.

    A page that went from Statuspage to incident.io can still be read, as its API looks alike, but not in
    full: its id tells.
    """
    lost = Q(failures__gte=ENOUGH_FAILURES) | Q(
        format="statuspage_v2", page_id__regex=f"^[0-9A-Z]{{{LENGTH_OF_INCIDENTIO_ID}}}$"
    )
    rested = Q(redetected_at=None) | Q(redetected_at__lte=now - PAUSE)
    with transaction.atomic():
        due = Feed.objects.filter(lost, rested, is_enabled=True, next_poll_at__isnull=False)
        oldest = due.order_by(F("last_read_at").asc(nulls_first=True), "id")
        feed = oldest.select_for_update(skip_locked=True, no_key=True, of=("self",)).first()
        if feed is not None:
            Feed.objects.filter(id=feed.id).update(redetected_at=now)
    return feed


def addresses_of(feed: Feed) -> list[str]:
    """Where to look: the page that people read, then where the feed was."""
    return list(dict.fromkeys(filter(None, (feed.provider.status_page_url, feed.url))))


def take_up(feed: Feed, found: Detection, *, now: datetime) -> FeedMove | None:
    """Read the feed from where its page is now; None where that is where it was, or not to be trusted.

    Any feed of items that a page happens to name may be its maker's news, so it replaces nothing better.
    """
    if not found.is_found or (found.format, found.feed_url) == (feed.format, feed.url):
        return None
    if found.claim is Claim.FALLBACK and feed.format != found.format:
        return None
    if other := _reader_of(found, feed):
        told = f"{feed.provider.name}'s page now leads to {other.provider.name}'s"
        raise_notice("moved", f"feed:{feed.id}", title=told, reason=_what_to_do(feed, found), now=now)
        return None
    return switch(feed, found, reason=feed.error, now=now)


def switch(feed: Feed, found: Detection, *, reason: str, now: datetime) -> FeedMove:
    """Let a feed be read elsewhere from now on, in one transaction with what is there.

    What the old page listed and the new one does not is gone, which is not resolved.
    """
    with transaction.atomic():
        feed = Feed.objects.select_related("provider").select_for_update(of=("self",), no_key=True).get(id=feed.id)
        move = FeedMove.objects.create(
            feed=feed,
            at=now,
            old_format=feed.format,
            new_format=found.format,
            old_url=feed.url,
            new_url=found.feed_url,
            reason=reason[:500],
        )
        FeedDocument.objects.filter(feed=feed).delete()
        Feed.objects.filter(id=feed.id).update(
            format=found.format, url=found.feed_url, page_id="", error="", failures=0, absent={}, backfilled_at=None,
            next_poll_at=now + timedelta(seconds=1), fence=F("fence") + 1,
        )  # fmt: skip
        feed.refresh_from_db()
        whole = replace(found.snapshot, components=found.snapshot.components or (), lists_open=frozenset(PostKind))
        for _ in range(2):  # what is missing twice is gone
            ingest(feed, whole, now=now, complete=True)
        if feed.provider.organization_id is None:
            title = f"{feed.provider.name} {move_words(move)}"
            raise_notice("moved", f"feed:{feed.id}", title=title, reason=_what_to_do(feed, found), now=now)
        announce(feed.provider_id)
    return move


def _reader_of(found: Detection, feed: Feed) -> Feed | None:
    """Another provider's feed of the same page. Of other organizations' own ones nothing is said."""
    owner = Q(provider__organization=None) | Q(provider__organization=feed.provider.organization_id)
    others = Feed.objects.filter(owner, url=found.feed_url).exclude(provider=feed.provider_id)
    return others.select_related("provider").order_by("id").first()


def _what_to_do(feed: Feed, found: Detection) -> str:
    return (
        f"It was read from {feed.url} and is found at {found.feed_url}. "
        "Look whether that is the right page; if not, change the feed in the admin pages."
    )
