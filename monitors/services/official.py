"""Take in what an official feed says. The only writer of components, posts and what follows from them.

One reading is one transaction: the rows, the observations and the changes of state they cause are all
there or none is. Readings of one feed wait for each other.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial

from django.db import transaction

from monitors.core.absence import step
from monitors.formats.base import ComponentReading, PostKind, PostReading, Snapshot
from monitors.models import Feed, Provider
from monitors.services.listing import ListingReport, listed_ids, write_components
from monitors.services.placing import Placer
from monitors.services.posts import PostsReport, open_ids, write_posts
from monitors.services.states import observe
from monitors.services.vendor_words import component_observations, post_observations
from monitors.signals import readings_changed

LONGEST_ID = 200  # characters
MOST_UNKNOWN_WORDS = 100  # of one feed are remembered


@dataclass(frozen=True, slots=True)
class IngestReport:
    """What one reading changed. `unplaced` counts the posts it touched whose words name no scope that we know."""

    components: ListingReport
    posts: PostsReport
    placed: int
    unplaced: int
    state_changes: int
    unknown_words: tuple[str, ...] = ()

    @property
    def has_changes(self) -> bool:
        listing, posts = self.components, self.posts
        return any(
            (listing.new, listing.changed, listing.gone, posts.new, posts.changed, posts.gone, posts.updates,
             posts.revisions, self.state_changes)
        )  # fmt: skip


def ingest(feed: Feed, snapshot: Snapshot, *, now: datetime, complete: bool, is_history: bool = False) -> IngestReport:
    """Store a reading and say what follows from it.

    `complete`: every document of the feed could be read, so that what is absent is really absent.
    `is_history`: the snapshot tells of the past, and what is open in it is not known to be open now.
    """
    snapshot = merged([snapshot])  # each record once
    with transaction.atomic():
        feed = Feed.objects.select_related("provider").select_for_update(of=("self",), no_key=True).get(id=feed.id)
        gone = _absences(feed, snapshot, complete=complete)
        listing = write_components(feed, snapshot.components or (), gone["component"], now=now)
        posts = write_posts(feed, snapshot.posts, frozenset().union(*(gone[kind] for kind in PostKind)), now=now)
        unplaced = Placer(feed.provider).place(posts.touched)
        seen = frozenset() if is_history else frozenset(post.external_id for post in snapshot.posts)
        said = [*component_observations(feed, now=now), *post_observations(feed, seen, now=now)]
        changes = observe(said, now=now)
        words = snapshot.unknown_words
        report = IngestReport(listing, posts, len(posts.touched) - unplaced, unplaced, len(changes), words)
        _write_feed(feed, snapshot, report, now)
        if report.has_changes:
            announce(feed.provider_id)
    return report


def announce(provider_id: int) -> None:
    """Tell, after the commit, that official data about a provider is newer than before."""
    transaction.on_commit(partial(readings_changed.send, Provider, provider_id=provider_id, organization_id=None))


def merged(snapshots: Sequence[Snapshot]) -> Snapshot:
    """Return one snapshot of a feed's documents that were read at the same time.

    Of a post in several documents, the reading with the latest words counts: one document may have
    been made a moment before the other.
    """
    listed: dict[str, ComponentReading] = {}
    posts: dict[str, PostReading] = {}
    for snapshot in snapshots:
        listed |= {c.external_id[:LONGEST_ID]: c for c in snapshot.components or ()}
        for post in map(_fitting, snapshot.posts):
            known = posts.get(post.external_id)
            if known is None or _last_word(post) > _last_word(known):
                posts[post.external_id] = post
    first = snapshots[0] if snapshots else Snapshot()
    return Snapshot(
        components=tuple(replace(c, external_id=id_) for id_, c in listed.items())
        if any(s.components is not None for s in snapshots)
        else None,
        posts=tuple(posts.values()),
        lists_open=frozenset().union(*(s.lists_open for s in snapshots)),
        page_id=first.page_id,
        page_name=first.page_name,
        time_zone=first.time_zone,
        headline=next((s.headline for s in snapshots if s.headline is not None), None),
        unknown_words=tuple(word for s in snapshots for word in s.unknown_words),
    )


def _fitting(post: PostReading) -> PostReading:
    """Cut ids to what a column holds, so that they are found again."""
    updates = tuple(replace(update, external_id=update.external_id[:LONGEST_ID]) for update in post.updates)
    return replace(post, external_id=post.external_id[:LONGEST_ID], updates=updates)


def _last_word(post: PostReading) -> tuple[bool, float, int]:
    last = max((update.at.timestamp() for update in post.updates), default=0.0)
    return post.updates_complete, last, len(post.updates)


def _absences(feed: Feed, snapshot: Snapshot, *, complete: bool) -> dict[str, frozenset[str]]:
    """Return what is gone, by kind, and keep on the feed what was missing this time."""
    before = {kind: frozenset(ids) for kind, ids in feed.absent.items()}
    listed = frozenset(reading.external_id for reading in snapshot.components or ())
    posted = frozenset(post.external_id for post in snapshot.posts)
    known: dict[str, tuple[Iterable[str], frozenset[str], bool]] = {
        "component": (listed_ids(feed), listed, snapshot.components is not None)
    }
    for kind in PostKind:
        known[kind.value] = (open_ids(feed, kind), posted, kind in snapshot.lists_open)
    gone: dict[str, frozenset[str]] = {}
    missing: dict[str, list[str]] = {}
    for name, (ids, seen, is_listed) in known.items():
        absence = step(set(ids), seen, before.get(name, frozenset()), is_listed=is_listed, is_complete=complete)
        gone[name] = absence.gone
        if absence.missing:
            missing[name] = sorted(absence.missing)
    feed.absent = missing
    return gone


def _write_feed(feed: Feed, snapshot: Snapshot, report: IngestReport, now: datetime) -> None:
    words = dict(feed.unknown_words)
    for word in snapshot.unknown_words:
        if word in words or len(words) < MOST_UNKNOWN_WORDS:
            words[word] = words.get(word, 0) + 1
    changed_at = now if report.has_changes else feed.last_change_at
    Feed.objects.filter(id=feed.id).update(
        absent=feed.absent,
        unknown_words=words,
        page_id=snapshot.page_id[:100] or feed.page_id,
        time_zone=snapshot.time_zone[:64] or feed.time_zone,
        last_change_at=changed_at,
    )
