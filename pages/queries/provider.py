"""What the public pages about providers show, in a fixed number of queries."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Exists, OuterRef, Q

from incidents.core.wording import WITNESSES
from incidents.queries import (
    IncidentDetail,
    Lag,
    ProviderView,
    open_details,
    provider_states,
    provider_view,
    vendor_lags,
)
from monitors.core.states import State
from monitors.formats import formats
from monitors.models import Feed, OfficialPost, Provider
from monitors.queries.moves import move_words
from monitors.queries.states import feeds_heard
from pages.core.neighbours import Kin, Neighbour, Note, notes
from pages.queries import visible
from pages.queries.record import Happening, latest, scopes_of, with_scopes

PAST = 12  # incidents; the provider's history has all
WORDS = {State.OPERATIONAL: "Up", State.MAINTENANCE: "Up", State.UNKNOWN: "Unknown", State.DEGRADED: "Degraded"}


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
class ProviderPage:
    """Everything of a provider's page. `details` are the open incidents with their words."""

    provider: Provider
    view: ProviderView
    verdict: str  # Up, Degraded, Down or Unknown
    feeds: tuple[FeedView, ...]
    maintenances: tuple[WindowView, ...]
    details: tuple[IncidentDetail, ...]
    past: tuple[Happening, ...]  # the newest that are over
    lag: Lag
    neighbours: tuple[Neighbour, ...]  # by name

    @property
    def seen(self) -> tuple[tuple[str, datetime], ...]:
        """Who saw the gravest open incident, and since when: each source once, the first to see it first."""
        found: dict[str, datetime] = {}
        for sighting in self.details[0].sightings if self.details else ():
            found.setdefault(WITNESSES[sighting.source], sighting.first_at)
        return tuple(found.items())

    @property
    def parent(self) -> Neighbour | None:
        """The provider that this one is a part of, or stands on."""
        return next((one for one in self.neighbours if one.kin is Kin.PARENT), None)

    @property
    def children(self) -> tuple[Neighbour, ...]:
        return tuple(one for one in self.neighbours if one.kin is Kin.CHILD)

    @property
    def alternatives(self) -> tuple[Neighbour, ...]:
        """Those that its entry in the catalogue names, which is not symmetrical."""
        return tuple(one for one in self.neighbours if one.kin is Kin.ALTERNATIVE)

    @property
    def notes(self) -> tuple[Note, ...]:
        """Which neighbours' open incidents may be what people report about this one."""
        return notes(self.provider.name, self.neighbours)


def provider_page(provider: Provider, now: datetime) -> ProviderPage:
    """Return the public's page of a provider, or of an organization's own one that organization's."""
    view = provider_view(provider, provider.organization_id, now)
    return ProviderPage(
        provider,
        view,
        WORDS.get(view.state.state, "Down"),
        tuple(_feeds(provider, now)),
        tuple(_maintenances(provider, now)),
        tuple(open_details(provider.organization_id, provider.id)),
        tuple(_past(provider)),
        vendor_lags([provider.id], now)[provider.id],
        tuple(_neighbours(provider, now)),
    )


def _neighbours(provider: Provider, now: datetime) -> Iterable[Neighbour]:
    """Return who has to do with a provider, by name; only those that everybody may see."""
    related = Q(id=provider.parent_id) | Q(parent=provider) | Q(alternative_to=provider)
    if provider.parent_id:
        related |= Q(parent=provider.parent_id)
    rows = visible.providers().filter(related).exclude(id=provider.id).distinct().order_by("name", "id")
    known = list(rows.annotate(is_alternative=Exists(provider.alternatives.filter(id=OuterRef("id")))))
    states = provider_states((row.id for row in known), now)
    for row in known:
        said = states[row.id]
        yield Neighbour(row.slug, row.name, said.state, _kin(provider, row, row.is_alternative), said.incident_uid)


def _kin(provider: Provider, other: Provider, is_alternative: bool) -> Kin:
    if other.id == provider.parent_id:
        return Kin.PARENT
    if other.parent_id == provider.id:
        return Kin.CHILD
    return Kin.ALTERNATIVE if is_alternative else Kin.SIBLING


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
