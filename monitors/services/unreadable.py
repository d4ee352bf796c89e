"""When operators hear of a source: it stays unreadable, most do, or one says "not modified" of what was modified."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Count, Q

from kit.clock import real
from monitors.models import Feed, FeedDocument
from monitors.services.notices import raise_notice, resolve_notice

UNREADABLE, STUCK, NETWORK = "unreadable", "stuck", "network"  # kinds of notices
EVERY_FEED = "feeds"  # the ref of what concerns all of them
FEWEST_FEEDS = 10  # below this many, that most fail says nothing about our own network


def spell_goes_on(feed: Feed, sample: bytes, *, now: datetime) -> None:
    """A poll of the feed failed; `feed` has the count and the error, `sample` what could not be read, if anything."""
    patience = max(timedelta(seconds=settings.UNREADABLE_S), real(90))
    is_young = feed.last_read_at is not None and now - feed.last_read_at < patience
    if is_young or feed.failures < settings.UNREADABLE_POLLS:
        return
    failing, polled = _failing()
    if polled >= FEWEST_FEEDS and failing * 2 > polled:
        raise_notice(
            NETWORK,
            EVERY_FEED,
            title="Most sources cannot be read: is our own network the reason?",
            reason=f"{failing} of {polled} sources cannot be read. One of them: {feed.error}",
            now=now,
        )
        return
    since = f"{feed.last_read_at:%F %T} UTC" if feed.last_read_at else "the beginning"
    raise_notice(
        UNREADABLE,
        f"feed:{feed.id}",
        title=f"{feed.provider.name} cannot be read ({feed.format})",
        reason=f"{feed.error}\nNot readable since {since}, {feed.failures} polls. Its address: {feed.url}",
        sample=sample,
        now=now,
    )


def spell_ended(feed: Feed, *, now: datetime) -> None:
    """A feed that could not be read can be read again."""
    resolve_notice(UNREADABLE, f"feed:{feed.id}", now=now)
    failing, polled = _failing()
    if failing * 2 <= polled:
        resolve_notice(NETWORK, EVERY_FEED, now=now)


def said_wrong(feed: Feed, document: FeedDocument, body: bytes, *, now: datetime) -> None:
    """The document's page said "not modified" although its body is now this one."""
    raise_notice(
        STUCK,
        f"feed:{feed.id}/{document.name}",
        title=f"{feed.provider.name} says “not modified” of what it modified",
        reason=f"The document {document.name} was asked for without conditions and is not the one we knew: {document.url}"
        "\nFor a day it is read in full at each poll; nothing else is to be done.",
        sample=body,
        now=now,
    )


def said_right(feed: Feed, document: FeedDocument, *, now: datetime) -> None:
    """The document's page said "not modified" of what was not."""
    resolve_notice(STUCK, f"feed:{feed.id}/{document.name}", now=now)


def _failing() -> tuple[int, int]:
    """Return how many of the polled feeds fail, and how many are polled."""
    polled = Feed.objects.filter(is_enabled=True, next_poll_at__isnull=False)
    found = polled.aggregate(failing=Count("id", filter=Q(failures__gt=0)), polled=Count("id"))
    return found["failing"], found["polled"]
