"""What the public pages about providers show, in a fixed number of queries."""

from collections.abc import Iterable
from dataclasses import dataclass, fields
from datetime import datetime

from django.db.models import Q

from monitors.formats import formats
from monitors.models import Feed, OfficialPost, Provider
from monitors.queries.moves import move_words
from monitors.queries.states import feeds_heard
from pages.queries import visible
from pages.queries.is_down import Standing, standing
from pages.queries.record import Happening, latest, scopes_of, with_scopes

PAST = 12  # incidents; the provider's history has all


@dataclass(frozen=True, slots=True)
class FeedView:
    """An official feed: what it is, when it could last be read, and what is wrong with it if something is.

    `is_fresh`: what it says counts as now.
    """

    label: str
    url: str
    last_read_at: datetime | None
    last_poll_at: datetime | None
    error: str
    is_enabled: bool
    is_fresh: bool
    moved_at: datetime | None = None  # when we last followed it to another place
    moved: str = ""  # from which platform to which, in words


@dataclass(frozen=True, slots=True)
class WindowView:
    """A maintenance as the vendor announced it."""

    title: str
    url: str
    begins_at: datetime | None
    ends_at: datetime | None
    is_running: bool
    scopes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ProviderPage(Standing):
    """Everything of a provider's page."""

    feeds: tuple[FeedView, ...]
    maintenances: tuple[WindowView, ...]
    past: tuple[Happening, ...]  # the newest that are over


def provider_page(provider: Provider, now: datetime) -> ProviderPage:
    """Return the public's page of a provider, or of an organization's own one that organization's."""
    known = standing(provider, now)
    return ProviderPage(
        **{one.name: getattr(known, one.name) for one in fields(known)},
        feeds=tuple(_feeds(provider, now)),
        maintenances=tuple(_maintenances(provider, now)),
        past=tuple(_past(provider)),
    )


def _feeds(provider: Provider, now: datetime) -> Iterable[FeedView]:
    known, heard = formats(), feeds_heard([provider.id])[provider.id]
    for feed in Feed.objects.filter(provider=provider).prefetch_related("moves").order_by("id"):
        label = known[feed.format].label if feed.format in known else feed.format
        is_fresh = feed.id in heard and heard[feed.id].is_fresh(now)
        move = max(feed.moves.all(), key=lambda move: move.at, default=None)
        yield FeedView(
            label=label,
            url=feed.url,
            last_read_at=feed.last_read_at,
            last_poll_at=feed.last_poll_at,
            error=feed.error,
            is_enabled=feed.is_enabled,
            is_fresh=is_fresh,
            moved_at=move.at if move else None,
            moved=move_words(move) if move else "",
        )


def _maintenances(provider: Provider, now: datetime) -> Iterable[WindowView]:
    rows = OfficialPost.objects.filter(provider=provider, kind="maintenance", resolved_at=None, gone_at=None)
    ahead = rows.filter(Q(scheduled_until=None) | Q(scheduled_until__gte=now)).order_by("scheduled_for", "id")
    for post in with_scopes(ahead)[:20]:
        running = post.phase in ("in_progress", "verifying") or bool(post.scheduled_for and post.scheduled_for <= now)
        scopes = scopes_of(post)
        yield WindowView(post.title, post.url, post.scheduled_for, post.scheduled_until, running, scopes)


def _past(provider: Provider) -> list[Happening]:
    """Return what is over, ours and what the vendor's posts tell of the time before we watched."""
    owner = provider.organization_id
    ended = Q(resolved_at__isnull=False) | Q(gone_at__isnull=False)
    posts = visible.posts_alone(owner).filter(ended, provider=provider, kind="incident")
    incidents = visible.incidents(owner).filter(provider=provider, resolved_at__isnull=False)
    return latest(incidents, posts, PAST)
