"""What the public pages about providers show, in a fixed number of queries."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef, Q

from incidents.core.timeline import Bar, ImpactSpan, Span, timeline
from incidents.models import Sighting
from incidents.queries import (
    IncidentDetail,
    Lag,
    ProviderView,
    open_details,
    provider_states,
    provider_view,
    vendor_lags,
)
from monitors.core.states import Source, State
from monitors.formats import formats
from monitors.models import Coverage, DeliveryCount, Feed, Monitor, OfficialPost, Provider, ReceiptSource
from monitors.queries import crowd
from monitors.queries.moves import move_words
from monitors.queries.states import feeds_heard
from pages.core.neighbours import Kin, Neighbour, Note, notes
from pages.queries import visible
from pages.queries.record import Happening, latest, scopes_of, with_scopes

DAY = timedelta(hours=24)
QUARTERS = 96
PAST = 12  # incidents; the provider's history has all
SOURCES = {
    Source.OFFICIAL: "Vendor's page",
    Source.PROBE: "Your probes",
    Source.CROWD: "People",
    Source.DELIVERY: "Your messages",
}
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


@dataclass(frozen=True, slots=True)
class Strip:
    """The last 24 hours by one source's account; `bars` None: this reader has no such source.

    People are many sources in one, so theirs has `counts` too: (start, reports) of each bar.
    """

    source: Source
    bars: tuple[Bar, ...] | None
    counts: tuple[tuple[datetime, int], ...] = ()

    @property
    def label(self) -> str:
        return SOURCES[self.source]


@dataclass(frozen=True, slots=True)
class CrowdView:
    """People's reports of the last 24 hours against what is usual."""

    total: int
    last_quarter: int  # in this quarter of an hour
    usual: float  # in a quarter of an hour, at this hour
    problems: tuple[crowd.Share, ...]
    countries: tuple[crowd.Share, ...]


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


def crowd_view(provider: Provider, now: datetime) -> CrowdView:
    since = now - DAY
    return CrowdView(
        total=crowd.reports_since(provider.id, since),
        last_quarter=crowd.report_buckets(provider.id, now, now)[-1][1],
        usual=crowd.usual_now(provider.id, now),
        problems=tuple(crowd.top_problems(provider.id, since)),
        countries=tuple(crowd.countries(provider.id, since)),
    )


def source_strips(provider: Provider, organization_id: int | None, now: datetime) -> tuple[Strip, ...]:
    """Return the last 24 hours as each source saw them, on one time axis: 96 bars of 15 minutes.

    A stranger sees what is public; a member also what their organization's own probes and messages saw.
    """
    end = now.replace(second=0, microsecond=0) - timedelta(minutes=now.minute % 15) + timedelta(minutes=15)
    window = Span(end - DAY, end)
    impacts = _sighted(provider, organization_id, window, now)
    covered = {
        Source.OFFICIAL: _read([f"feed:{pk}" for pk in provider.feeds.values_list("id", flat=True)], window, now),
        Source.CROWD: [Span(window.began_at, now)],  # people could report all the time
    }
    if organization_id is not None:
        covered |= _own(provider, organization_id, window, now)
    return tuple(
        Strip(
            source,
            timeline(impacts.get(source, ()), covered[source], (), window=window, bars=QUARTERS)
            if source in covered
            else None,
            tuple(crowd.report_buckets(provider.id, window.began_at, now)) if source is Source.CROWD else (),
        )
        for source in SOURCES
    )


def _own(provider: Provider, organization_id: int, window: Span, now: datetime) -> dict[Source, list[Span]]:
    """Return when an organization's own sources saw something; those that it has not are left out."""
    found = {}
    monitors = Monitor.objects.filter(organization_id=organization_id, scope__provider=provider)
    refs = [f"monitor:{pk}" for pk in monitors.values_list("id", flat=True)]
    if refs:
        found[Source.PROBE] = _read(refs, window, now)
    if ReceiptSource.objects.filter(organization_id=organization_id, provider=provider).exists():
        found[Source.DELIVERY] = _delivered(provider, organization_id, window)
    return found


def _sighted(
    provider: Provider, organization_id: int | None, window: Span, now: datetime
) -> dict[Source, list[ImpactSpan]]:
    audience = Q(incident__organization_id=organization_id) | Q(incident__organization=None)
    seen = Sighting.objects.filter(audience, incident__provider=provider, first_at__lt=window.ended_at)
    seen = seen.filter(Q(cleared_at=None) | Q(cleared_at__gt=window.began_at))
    found: dict[Source, list[ImpactSpan]] = {}
    for row in seen.select_related("incident"):
        ended = row.cleared_at or row.incident.resolved_at or now
        if ended > row.first_at:
            span = ImpactSpan(Span(row.first_at, ended), max(row.state, State.DEGRADED), row.incident_id)
            found.setdefault(Source(row.source), []).append(span)
    return found


def _read(refs: Sequence[str], window: Span, now: datetime) -> list[Span]:
    rows = Coverage.objects.filter(ref__in=refs, ended_at__gte=window.began_at, began_at__lte=now)
    return [Span(began, ended) for began, ended in rows.values_list("began_at", "ended_at")]


def _delivered(provider: Provider, organization_id: int, window: Span) -> list[Span]:
    rows = DeliveryCount.objects.filter(organization_id=organization_id, scope__provider=provider)
    minutes = rows.filter(minute__gte=window.began_at).values_list("minute", flat=True).distinct()
    return [Span(minute, minute + timedelta(minutes=1)) for minute in minutes]
