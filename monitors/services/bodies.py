"""Take in a body that was stored, as if it had been polled just now."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from django.db import transaction

from monitors.formats import formats
from monitors.formats.base import Snapshot
from monitors.models import Feed, Provider
from monitors.services.backfilling import store_history
from monitors.services.official import IngestReport, ingest
from monitors.services.recording import mark_read

HISTORIES = ("statuspage_history",)  # formats that only tell of the past


@contextmanager
def together(*, keep: bool) -> Iterator[None]:
    """Store everything that is done within, or nothing of it where `keep` is False."""
    with transaction.atomic():
        yield
        if not keep:
            transaction.set_rollback(True)


def provider_for_body(slug: str, *, create: bool) -> Provider | None:
    """Return the provider called `slug`; a new one with `create`, else None if there is none."""
    if not create:
        return Provider.objects.filter(slug=slug).first()
    provider, _ = Provider.objects.get_or_create(slug=slug, defaults={"name": slug.replace("-", " ").title()})
    return provider


def feed_for_body(provider: Provider, format_name: str) -> Feed:
    """Return the provider's feed in a format, for a history the feed whose past it is; else one that is not polled."""
    known = Feed.objects.filter(provider=provider).order_by("id")
    feed = known.filter(format=format_name).first()
    if feed is None and format_name in HISTORIES:
        feed = known.filter(format="statuspage_v2").first()
    if feed is None:
        url = provider.status_page_url or f"https://{provider.slug}.invalid"
        feed = Feed.objects.create(provider=provider, format=format_name, url=url, is_enabled=False)
    return feed


def take_in_body(feed: Feed, snapshot: Snapshot, *, now: datetime) -> IngestReport:
    """Store one body. What it lacks is not taken to be gone if the feed has other documents, where it may stand."""
    if not snapshot.lists_open and snapshot.components is None and not _is_current(snapshot):
        return store_history(feed, snapshot, now=now)
    with transaction.atomic():
        report = ingest(feed, snapshot, now=now, complete=len(formats()[feed.format].documents) == 1)
        mark_read(feed, now=now)
    return report


def _is_current(snapshot: Snapshot) -> bool:
    """Whether a body carries posts in full, and not only the latest words of each as a history does."""
    return all(post.updates_complete for post in snapshot.posts)
