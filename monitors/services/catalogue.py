"""Load the catalogue: make what is missing, leave what an operator has changed."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction

from monitors.catalogue import Entry
from monitors.models import Feed, Provider

# Seconds between two polls of a page. What delivers messages is why people come; the rest can wait a little.
INTERVALS_S = {"comms": 60}
USUAL_INTERVAL_S = 120
_COLUMNS = {"name": "name", "category": "category", "homepage": "homepage", "status_page_url": "status_page"}


@dataclass(frozen=True, slots=True)
class LoadReport:
    """What loading did. `unreadable` are entries whose format we cannot read: they have no feed."""

    providers: int
    new: int
    filled: int
    feeds: int
    unreadable: int


def load(
    entries: Sequence[Entry], known_formats: Collection[str], *, now: datetime, overwrite: bool = False
) -> LoadReport:
    """Make the providers and feeds of `entries` that do not exist; fill in what is empty in those that do.

    With `overwrite`, the catalogue's words replace what the rows say. Feeds are never changed, only made.
    """
    with transaction.atomic():
        rows = Provider.objects.in_bulk([entry.slug for entry in entries], field_name="slug")
        new = [_filled(Provider(slug=e.slug, created_at=now), e) for e in entries if e.slug not in rows]
        Provider.objects.bulk_create(new, batch_size=500)
        changed = [row for e in entries if (row := rows.get(e.slug)) and _fill(row, e, overwrite=overwrite)]
        Provider.objects.bulk_update(changed, [*_COLUMNS], batch_size=500)
        rows |= {row.slug: row for row in new}
        feeds = _make_feeds([(rows[e.slug], e) for e in entries if e.format in known_formats and e.feed], now)
    unreadable = sum(not e.feed or e.format not in known_formats for e in entries)
    return LoadReport(len(entries), len(new), len(changed), feeds, unreadable)


def _filled(row: Provider, entry: Entry) -> Provider:
    _fill(row, entry, overwrite=True)
    return row


def _fill(row: Provider, entry: Entry, *, overwrite: bool) -> bool:
    changed = False
    for column, source in _COLUMNS.items():
        value = getattr(entry, source)
        if value and value != getattr(row, column) and (overwrite or not getattr(row, column)):
            setattr(row, column, value)
            changed = True
    return changed


def _make_feeds(wanted: Sequence[tuple[Provider, Entry]], now: datetime) -> int:
    """Make a feed for each provider that has none in its format; the first polls are spread over the interval."""
    have = set(Feed.objects.values_list("provider_id", "format"))
    missing = [(row, entry) for row, entry in wanted if (row.id, entry.format) not in have]
    feeds = []
    for number, (row, entry) in enumerate(missing):
        interval_s = INTERVALS_S.get(entry.category, USUAL_INTERVAL_S)
        first = now + timedelta(seconds=interval_s * number / len(missing))
        feeds.append(Feed(provider=row, format=entry.format, url=entry.feed, interval_s=interval_s, next_poll_at=first))
    return len(Feed.objects.bulk_create(feeds, batch_size=500))
