"""What the pages of an organization's own providers show."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Prefetch

from monitors.core.states import State
from monitors.formats import formats
from monitors.formats.base import PostKind, PostReading, Snapshot
from monitors.models import Feed
from monitors.queries.moves import move_words
from monitors.queries.providers import own

SHOWN = 30  # components of a page that is not saved yet


@dataclass(frozen=True, slots=True)
class OwnRow:
    """An own provider with its feed: where it is read, since when it could not be."""

    id: int
    slug: str
    name: str
    page: str
    format: str
    last_read_at: datetime | None
    error: str
    moved: str  # "" where its page never moved
    moved_at: datetime | None


@dataclass(frozen=True, slots=True)
class Part:
    name: str
    state: State
    group: str


@dataclass(frozen=True, slots=True)
class Seen:
    """What detection read, cut to what fits on a page; `parts` are without groups."""

    parts: tuple[Part, ...]
    more: int
    open: tuple[PostReading, ...]
    ahead: tuple[PostReading, ...]
    past: int
    headline: State | None

    @property
    def is_empty(self) -> bool:
        return not (self.parts or self.open or self.ahead or self.past)


def own_rows(organization_id: int) -> list[OwnRow]:
    """Return an organization's own providers by name, in three queries for any number of them."""
    known = formats()
    feeds = Prefetch("feeds", Feed.objects.order_by("id").prefetch_related("moves"))
    rows = []
    for provider in own(organization_id).prefetch_related(feeds):
        feed = next(iter(provider.feeds.all()), None)
        moves = sorted(feed.moves.all(), key=lambda move: move.at) if feed else []
        label = known[feed.format].label if feed and feed.format in known else ""
        rows.append(
            OwnRow(
                provider.id,
                provider.slug,
                provider.name,
                provider.status_page_url,
                label,
                feed.last_read_at if feed else None,
                feed.error if feed else "It has no source.",
                move_words(moves[-1]) if moves else "",
                moves[-1].at if moves else None,
            )
        )
    return rows


def seen(snapshot: Snapshot) -> Seen:
    """Sort what was read into what a reader checks before saving: the parts, what is open, what is planned."""
    listed = snapshot.components or ()
    groups = {c.external_id: c.name for c in listed if c.is_group}
    parts = [Part(c.name, c.state, groups.get(c.group_id or "", "")) for c in listed if not c.is_group]
    running = [post for post in snapshot.posts if not post.phase.is_over]
    planned = [post for post in running if post.kind is PostKind.MAINTENANCE]
    return Seen(
        tuple(parts[:SHOWN]),
        max(0, len(parts) - SHOWN),
        tuple(post for post in running if post.kind is not PostKind.MAINTENANCE)[:20],
        tuple(planned[:20]),
        len(snapshot.posts) - len(running),
        snapshot.headline,
    )
