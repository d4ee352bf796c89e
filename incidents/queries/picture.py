"""All that one audience may know about some providers, loaded in a fixed number of queries."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import OuterRef, Q, Subquery

from incidents.core.impact import Hearing, OpenImpact
from incidents.core.scope import ScopeKey
from incidents.core.timeline import ImpactSpan, Span
from incidents.models import Impact, Sighting
from incidents.queries.naming import PARTS, key_of, words_of
from monitors.core.states import State
from monitors.models import OfficialPost, OfficialPostScope, SourceState
from monitors.queries.coverage import coverage_of
from monitors.queries.states import Heard, feeds_heard, maintenance_scopes

HISTORY = timedelta(days=91)  # what the bars of 90 days can touch
# What receipts measured of an impact; failing, the worse, sorts before late.
_MEASURED = (
    Sighting.objects.filter(
        incident=OuterRef("incident"), scope=OuterRef("scope"), cleared_at=None, evidence__has_key="symptom"
    )
    .order_by("evidence__symptom")
    .values("evidence__symptom")[:1]
)


@dataclass(frozen=True, slots=True)
class Placed:
    """A span of impact and the scope it is about."""

    scope: ScopeKey
    impact: ImpactSpan


@dataclass(frozen=True, slots=True)
class Covered:
    """When one source could be read, and what it can speak about."""

    scope: ScopeKey
    spans: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class Picture:
    """What is and was the matter, who can be heard, and when there was data."""

    open: tuple[OpenImpact, ...]
    past: tuple[Placed, ...]  # open impacts too, until now
    maintenance: tuple[ScopeKey, ...]  # running now
    planned: tuple[tuple[ScopeKey, Span], ...]  # windows, past and running
    hearings: tuple[Hearing, ...]
    covered: tuple[Covered, ...]


def picture(provider_ids: Iterable[int], organization_id: int | None, now: datetime) -> Picture:
    """Load the picture of providers for an audience; an organization's own systems are always part of its picture."""
    wanted = sorted(set(provider_ids))
    since = now - HISTORY
    impacts = _impacts(wanted, organization_id, since)
    posts, planned = _posts(wanted, since, now)
    hearings, covered = _heard(wanted, organization_id, since, now)
    return Picture(
        open=tuple(_open(impact) for impact in impacts if impact.ended_at is None),
        past=(*(_past(impact, now) for impact in impacts), *posts),
        maintenance=tuple(key_of(scope) for scope in maintenance_scopes(wanted, now)),
        planned=planned,
        hearings=hearings,
        covered=covered,
    )


def open_impacts(provider_ids: Iterable[int], organization_id: int | None) -> tuple[OpenImpact, ...]:
    """Return what is the matter now, of providers as an audience knows it."""
    return tuple(_open(impact) for impact in _impacts(sorted(set(provider_ids)), organization_id, None))


def provider_hearings(heard: Mapping[int, Mapping[int, Heard]]) -> list[Hearing]:
    """Return what official feeds can be heard: each speaks about all of its provider."""
    return [
        Hearing(ScopeKey(provider_id), h.at, h.at + h.good_for if h.at else None, "the vendor's page")
        for provider_id, feeds in heard.items()
        for h in feeds.values()
    ]


def _impacts(provider_ids: Sequence[int], organization_id: int | None, since: datetime | None) -> list[Impact]:
    """Return impacts that lasted since `since` (None: that still last), the organization's own and the public's."""
    mine = Q(incident__organization=None)
    about = Q(scope__provider__in=provider_ids)
    if organization_id is not None:
        mine |= Q(incident__organization_id=organization_id)
        about |= Q(scope__organization_id=organization_id)
    lasting = Q(ended_at=None) if since is None else Q(ended_at=None) | Q(ended_at__gte=since)
    parts = (f"scope__{part}" for part in PARTS)
    rows = Impact.objects.filter(mine, about, lasting).annotate(symptom=Subquery(_MEASURED))
    found = list(rows.select_related("incident", *parts).order_by("began_at"))
    own = [impact for impact in found if impact.incident.organization_id is not None]
    return [*own, *(i for i in found if i.incident.organization_id is None and not any(_repeats(i, o) for o in own))]


def _repeats(public: Impact, own: Impact) -> bool:
    """Whether the public's record tells of the same trouble as the organization's own."""
    return (
        public.scope_id == own.scope_id
        and (own.ended_at is None or public.began_at < own.ended_at)
        and (public.ended_at is None or own.began_at < public.ended_at)
    )


def _open(impact: Impact) -> OpenImpact:
    incident = impact.incident
    scope = impact.scope
    return OpenImpact(
        scope=key_of(scope),
        state=impact.state,
        words=words_of(scope),
        service=scope.component.service if scope.component else "",
        began_at=impact.began_at,
        incident_uid=incident.uid,
        incident_title=incident.title,
        symptom=getattr(impact, "symptom", None) or "",  # annotated
    )


def _past(impact: Impact, now: datetime) -> Placed:
    span = Span(impact.began_at, impact.ended_at or max(now, impact.began_at))
    return Placed(key_of(impact.scope), ImpactSpan(span, impact.state, impact.incident_id))


def _posts(
    provider_ids: Sequence[int], since: datetime, now: datetime
) -> tuple[list[Placed], tuple[tuple[ScopeKey, Span], ...]]:
    """Return what vendors' posts tell: trouble that we have no incident of (from before we watched), and maintenance."""
    lasted = Q(post__resolved_at=None) | Q(post__resolved_at__gte=since)
    rows = OfficialPostScope.objects.filter(lasted, post__provider__in=provider_ids)
    rows = rows.filter(Q(post__kind="maintenance") | Q(post__kind="incident", state__gte=State.DEGRADED))
    known = _posts_with_incidents(provider_ids)
    troubles, planned = [], []
    for row in rows.select_related("post", *(f"scope__{part}" for part in PARTS)).order_by("id"):
        post = row.post
        if post.kind == "maintenance":
            if post.scheduled_for and post.scheduled_for < now:
                planned.append((key_of(row.scope), _window(post, post.scheduled_for, now)))
        elif post.id not in known:
            span = Span(post.began_at, max(post.began_at, post.resolved_at or post.gone_at or now))
            troubles.append(Placed(key_of(row.scope), ImpactSpan(span, row.state, f"post:{post.id}")))
    return troubles, tuple(planned)


def _window(post: OfficialPost, began_at: datetime, now: datetime) -> Span:
    """Return when a maintenance ran: until its end or its announced end, unless it is said to go on."""
    overruns = post.resolved_at is None and post.phase in ("in_progress", "verifying")
    ends = [end for end in (post.resolved_at, post.gone_at, now) if end]
    if post.scheduled_until and not overruns:
        ends.append(post.scheduled_until)
    return Span(began_at, max(began_at, min(ends)))


def _posts_with_incidents(provider_ids: Sequence[int]) -> set[int]:
    seen = Sighting.objects.filter(
        ref__startswith="post:", incident__organization=None, incident__provider__in=provider_ids
    )
    return {int(ref.removeprefix("post:")) for ref in seen.values_list("ref", flat=True).distinct()}


def _heard(
    provider_ids: Sequence[int], organization_id: int | None, since: datetime, now: datetime
) -> tuple[tuple[Hearing, ...], tuple[Covered, ...]]:
    feeds = feeds_heard(provider_ids)
    scopes = {f"feed:{id_}": [ScopeKey(provider_id)] for provider_id, own in feeds.items() for id_ in own}
    heard = {f"feed:{id_}": h for own in feeds.values() for id_, h in own.items()}
    hearings = provider_hearings(feeds)
    for state in _own_states(provider_ids, organization_id):
        key, good_for = key_of(state.scope), timedelta(seconds=state.fresh_for_s)
        scopes.setdefault(state.ref, []).append(key)
        heard[state.ref] = Heard(state.observed_at, good_for)
        hearings.append(Hearing(key, state.observed_at, state.observed_at + good_for, state.ref))
    spans = coverage_of(heard, since=since, now=now)
    covered = [
        Covered(key, tuple(Span(s.began_at, s.ended_at) for s in spans[ref]))
        for ref, keys in scopes.items()
        for key in keys
    ]
    return tuple(hearings), tuple(covered)


def _own_states(provider_ids: Sequence[int], organization_id: int | None) -> list[SourceState]:
    """Return what an organization's own monitors and receipts say, and so can be heard about."""
    if organization_id is None:
        return []
    about = Q(scope__provider__in=provider_ids) | Q(scope__organization_id=organization_id)
    rows = SourceState.objects.filter(about, organization_id=organization_id).exclude(state=State.UNKNOWN)
    return list(rows.select_related(*(f"scope__{part}" for part in PARTS)).order_by("id"))
