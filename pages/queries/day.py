"""The last 24 hours of a provider, source by source and on one axis, in a fixed number of queries."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Q

from incidents.core.timeline import Span
from incidents.models import Sighting
from monitors.core.states import Source, State
from monitors.models import CommentState, Coverage, DeliveryCount, Monitor, Provider, ReceiptSource, Report
from monitors.queries import crowd
from pages.core.day import Band, Column, Day, Mark, Strip, band, columns, hours_of, place, stretches, window_of
from pages.core.usual import usual_sentence
from pages.queries import visible
from pages.queries.said import changes_of, troubles_of

MINUTE = timedelta(minutes=1)
MOST_COMMENTS = 5


@dataclass(frozen=True, slots=True)
class Comment:
    """What somebody wrote with a report; it is shown as text and nothing else."""

    at: datetime
    words: str
    country: str  # ISO 3166-1 alpha-2, "" where unsaid


@dataclass(frozen=True, slots=True)
class CrowdView:
    """People's reports of the last 24 hours against what is usual."""

    now: datetime
    columns: tuple[Column, ...]
    last_quarter: int  # in the last 15 minutes, not in a quarter of the clock
    problems: tuple[crowd.Share, ...]
    countries: tuple[crowd.Share, ...]
    comments: tuple[Comment, ...]  # the newest that a person let through

    @property
    def total(self) -> int:
        return sum(column.number for column in self.columns)

    @property
    def usual(self) -> float | None:
        """In a quarter of an hour, at this hour of the week; None where the past is too short to say."""
        return self.columns[-1].usual

    @property
    def says_where(self) -> bool:
        return any(share.key for share in self.countries)

    @property
    def sentence(self) -> str:
        return usual_sentence(self.usual, self.last_quarter, self.now)

    @property
    def words(self) -> str:
        """The chart in a sentence, for who cannot see it."""
        most = max(self.columns, key=lambda column: column.number)
        return (
            f"{self.total} reports in 24 hours, at most {most.number} in a quarter of an hour, at {most.at:%H:%M} UTC"
        )


def reports_of(provider: Provider, now: datetime) -> tuple[Column, ...]:
    """Return the day's reports by the quarter of an hour. Three queries."""
    window = window_of(now)
    quarters = crowd.reports_by_quarter(provider, window.began_at, now)
    return columns(((one.at, one.reports, one.usual) for one in quarters), window)


def crowd_view(provider: Provider, now: datetime) -> CrowdView:
    since = window_of(now).began_at
    lately = crowd.report_buckets(provider.id, now - 14 * MINUTE, now, minutes=1)
    return CrowdView(
        now=now,
        columns=reports_of(provider, now),
        last_quarter=sum(number for _, number in lately),
        problems=tuple(crowd.top_problems(provider.id, since)),
        countries=tuple(crowd.countries(provider.id, since)),
        comments=tuple(_comments(provider, since)),
    )


def _comments(provider: Provider, since: datetime) -> Iterable[Comment]:
    rows = Report.objects.filter(provider=provider, at__gte=since, comment_state=CommentState.APPROVED)
    said = rows.exclude(comment="").order_by("-at", "-id").values_list("at", "comment", "country")
    return (Comment(*row) for row in said[:MOST_COMMENTS])


def day_of(provider: Provider, organization_id: int | None, reports: tuple[Column, ...], now: datetime) -> Day:
    """Return the day as each source saw it.

    A stranger sees what is public, the operator's probes among it; a member also what their organization's own probes
    and messages saw.
    """
    window = window_of(now)
    seen = _sighted(provider, organization_id, window)
    said = changes_of(seen)
    covered = {
        Source.OFFICIAL: _read([f"feed:{pk}" for pk in provider.feeds.values_list("id", flat=True)], window, now),
        Source.CROWD: [Span(window.began_at, now)],  # people could report all the time
    }
    own = _own(provider, organization_id, window, now) if organization_id is not None else {}
    if probed := _read([f"probes:{provider.id}"], window, now):
        own[Source.PROBE] = [*own.get(Source.PROBE, ()), *probed]
    if any(row.source == Source.DELIVERY for row in seen):  # of what several share, only the trouble is told
        own.setdefault(Source.DELIVERY, [])
    covered |= own
    strips = tuple(
        Strip(
            source,
            stretches(troubles_of(seen, source, said, now), covered[source], window, now)
            if source in covered
            else None,
            _marks(seen, source, window),
            reports if source is Source.CROWD else (),
        )
        for source in Source
    )
    return Day(window, hours_of(window), _bands(provider, window, now), strips)


def _bands(provider: Provider, window: Span, now: datetime) -> tuple[Band, ...]:
    rows = visible.incidents(provider.organization_id).filter(provider=provider, started_at__lt=now)
    rows = rows.filter(Q(resolved_at=None) | Q(resolved_at__gt=window.began_at)).order_by("started_at", "id")
    return tuple(
        band(
            Span(row.started_at, row.resolved_at or now),
            max(row.worst, State.DEGRADED),
            row.title,
            row.uid,
            is_open=row.resolved_at is None,
            window=window,
        )
        for row in rows
    )


def _sighted(provider: Provider, organization_id: int | None, window: Span) -> list[Sighting]:
    """Return who saw trouble in the day. What an organization's own record has is left out of the public's."""
    audience = Q(incident__organization_id=organization_id) | Q(incident__organization=None)
    seen = Sighting.objects.filter(audience, incident__provider=provider, first_at__lt=window.ended_at)
    seen = seen.filter(Q(cleared_at=None) | Q(cleared_at__gt=window.began_at))
    rows = list(seen.select_related("incident").order_by("first_at", "id"))
    own = {(row.ref, row.scope_id) for row in rows if row.incident.organization_id}
    return [row for row in rows if row.incident.organization_id or (row.ref, row.scope_id) not in own]


def _marks(seen: Sequence[Sighting], source: Source, window: Span) -> tuple[Mark, ...]:
    """Return when a source first saw each incident; an organization's record of the same cause adds no second mark."""
    first: dict[datetime, Sighting] = {}
    incidents: set[int] = set()
    for row in seen:
        if row.source == source and row.incident_id not in incidents and row.first_at >= window.began_at:
            incidents.add(row.incident_id)
            first.setdefault(row.first_at, row)
    return tuple(Mark(at, place(at, window), row.incident.title, row.incident.uid) for at, row in first.items())


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


def _read(refs: Sequence[str], window: Span, now: datetime) -> list[Span]:
    rows = Coverage.objects.filter(ref__in=refs, ended_at__gte=window.began_at, began_at__lte=now)
    return [Span(began, ended) for began, ended in rows.values_list("began_at", "ended_at")]


def _delivered(provider: Provider, organization_id: int, window: Span) -> list[Span]:
    rows = DeliveryCount.objects.filter(organization_id=organization_id, scope__provider=provider)
    minutes = rows.filter(minute__gte=window.began_at).values_list("minute", flat=True).distinct()
    return [Span(minute, minute + MINUTE) for minute in minutes]
