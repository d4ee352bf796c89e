"""Load the catalogue: make what is missing, follow its changes, leave what an operator has changed.

`Provider.shipped` keeps what the catalogue last said of a row. A value that is still the same was not touched here and
follows the catalogue; one that differs was changed by a person, and stays.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F

from monitors.catalogue import Entry
from monitors.models import Feed, FeedDocument, FeedMove, Provider

# Seconds between two polls of a page. What delivers messages is why people come; the rest can wait a little.
INTERVALS_S = {"comms": 60}
USUAL_INTERVAL_S = 120
_COLUMNS = {"name": "name", "category": "category", "homepage": "homepage", "status_page_url": "status_page"}


@dataclass(frozen=True, slots=True)
class LoadReport:
    """What loading did. `unreadable` are entries whose format we cannot read: they have no feed.

    `filled` are rows that changed, `moved` feeds that followed the catalogue to another address, `left` providers of an
    earlier catalogue that this one lacks: they keep their rows, feeds and history.
    """

    providers: int
    new: int
    filled: int
    feeds: int
    unreadable: int
    moved: int = 0
    left: int = 0


def load(
    entries: Sequence[Entry], known_formats: Collection[str], *, now: datetime, overwrite: bool = False
) -> LoadReport:
    """Make the providers and feeds of `entries` that do not exist; bring the others up to date.

    With `overwrite`, the catalogue's words replace those that were changed here. A feed that was changed here stays.
    """
    with transaction.atomic():
        rows = _known(entries)
        new = [_filled(Provider(slug=e.slug, created_at=now), e) for e in entries if e.slug not in rows]
        Provider.objects.bulk_create(new, batch_size=500)
        before = {row.slug: dict(row.shipped) for row in rows.values()}
        changed = {e.slug for e in entries if (row := rows.get(e.slug)) and _fill(row, e, overwrite=overwrite)}
        rows |= {row.slug: row for row in new}
        changed |= _link(rows, entries, overwrite=overwrite) - {row.slug for row in new}
        readable = [e for e in entries if e.format in known_formats and e.feed]
        moved = _move_feeds([(rows[e.slug], e, before.get(e.slug, {})) for e in readable], now)
        feeds = _make_feeds([(rows[e.slug], e) for e in readable], now)
        for entry in entries:
            rows[entry.slug].shipped = _said(entry)
        columns = ["slug", *_COLUMNS, "parent", "shipped"]
        Provider.objects.bulk_update([rows[e.slug] for e in entries], columns, batch_size=500)
        left = Provider.objects.exclude(slug__in=[e.slug for e in entries]).exclude(shipped={}).count()
    return LoadReport(len(entries), len(new), len(changed), feeds, len(entries) - len(readable), moved, left)


def _known(entries: Sequence[Entry]) -> dict[str, Provider]:
    """Return the rows of `entries` by their slugs of now; one that had an earlier slug is renamed."""
    slugs = {slug for e in entries for slug in (e.slug, *e.formerly)}
    found = Provider.objects.filter(organization=None).in_bulk(slugs, field_name="slug")
    rows: dict[str, Provider] = {}
    for entry in entries:
        row = found.get(entry.slug) or next((found[slug] for slug in entry.formerly if slug in found), None)
        if row is not None:
            row.slug = entry.slug
            rows[entry.slug] = row
    return rows


def _said(entry: Entry) -> dict[str, object]:
    """Return what the catalogue says of a row, as `Provider.shipped` keeps it."""
    words: dict[str, object] = {column: getattr(entry, source) for column, source in _COLUMNS.items()}
    return words | {
        "format": entry.format,
        "feed": entry.feed,
        "parent": entry.parent,
        "alternatives": list(entry.alternatives),
    }


def _filled(row: Provider, entry: Entry) -> Provider:
    _fill(row, entry, overwrite=True)
    return row


def _fill(row: Provider, entry: Entry, *, overwrite: bool) -> bool:
    changed = False
    for column, source in _COLUMNS.items():
        value, current = getattr(entry, source), getattr(row, column)
        if value and value != current and (overwrite or _is_ours(row, column, current)):
            setattr(row, column, value)
            changed = True
    return changed


def _is_ours(row: Provider, column: str, current: object) -> bool:
    """Whether a value is what the catalogue last said, or empty in a row that it never spoke of."""
    return row.shipped[column] == current if column in row.shipped else not current


def _link(rows: dict[str, Provider], entries: Iterable[Entry], *, overwrite: bool) -> set[str]:
    """Set parents and alternatives; return the slugs of the rows that changed."""
    changed: set[str] = set()
    linked: dict[int, set[int]] = {}
    through = Provider.alternatives.through.objects
    for own, other in through.filter(from_provider__in=[row.id for row in rows.values()]).values_list(
        "from_provider_id", "to_provider_id"
    ):
        linked.setdefault(own, set()).add(other)
    slug_of = {row.id: row.slug for row in rows.values()}
    for entry in entries:
        row = rows[entry.slug]
        parent = rows[entry.parent] if entry.parent else None
        current = slug_of.get(row.parent_id or 0, "")
        if current != entry.parent and (overwrite or _is_ours(row, "parent", current)):
            row.parent = parent
            changed.add(row.slug)
        others = linked.get(row.id, set())
        was = {rows[slug].id for slug in row.shipped.get("alternatives", ()) if slug in rows}
        wanted = {rows[slug].id for slug in entry.alternatives}
        if others != wanted and (overwrite or others == was):
            row.alternatives.set(wanted)
            changed.add(row.slug)
    return changed


def _move_feeds(wanted: Sequence[tuple[Provider, Entry, dict[str, object]]], now: datetime) -> int:
    """Let feeds that still are as the catalogue made them follow it to another address or format; return how many."""
    moved = 0
    for row, entry, before in wanted:
        was = (before.get("format"), before.get("feed"))
        if was == (entry.format, entry.feed) or not all(was):
            continue
        feed = Feed.objects.filter(provider=row, format=was[0], url=was[1]).first()
        if feed is None or Feed.objects.filter(provider=row, format=entry.format, url=entry.feed).exists():
            continue
        FeedMove.objects.create(
            feed=feed, at=now, old_format=feed.format, new_format=entry.format, old_url=feed.url, new_url=entry.feed,
            reason="A newer catalogue has it there.",
        )  # fmt: skip
        FeedDocument.objects.filter(feed=feed).delete()
        Feed.objects.filter(id=feed.id).update(
            format=entry.format, url=entry.feed, page_id="", error="", failures=0, absent={}, backfilled_at=None,
            next_poll_at=now, fence=F("fence") + 1,
        )  # fmt: skip
        moved += 1
    return moved


def _make_feeds(wanted: Sequence[tuple[Provider, Entry]], now: datetime) -> int:
    """Make a feed for each provider that has none; the first polls are spread over the interval."""
    have = set(Feed.objects.values_list("provider_id", flat=True))
    missing = [(row, entry) for row, entry in wanted if row.id not in have]
    feeds = []
    for number, (row, entry) in enumerate(missing):
        interval_s = INTERVALS_S.get(entry.category, USUAL_INTERVAL_S)
        first = now + timedelta(seconds=interval_s * number / len(missing))
        feeds.append(Feed(provider=row, format=entry.format, url=entry.feed, interval_s=interval_s, next_poll_at=first))
    return len(Feed.objects.bulk_create(feeds, batch_size=500))
