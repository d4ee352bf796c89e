"""One incident in full."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from django.db.models import F, Prefetch, Q, QuerySet

from incidents.core.fuse import Evidence, doubting_people, fuse
from incidents.core.lag import lag_of
from incidents.core.reliability import Tally, in_words, mistaken_for, weights_of
from incidents.core.wording import WITNESSES
from incidents.models import EventKind, Impact, Incident, IncidentUpdate, Sighting
from incidents.queries.confusion import confused_with
from incidents.queries.lags import admission_of
from incidents.queries.lists import link_to
from incidents.queries.naming import PARTS, component_words, words_of
from incidents.queries.reliabilities import tallies
from incidents.queries.shapes import (
    AdmissionView,
    EventView,
    ImpactView,
    IncidentDetail,
    MergedInto,
    SightingView,
    UpdateView,
)
from monitors.core.shares import whole_shares
from monitors.core.states import Source
from monitors.models import OfficialPost

MOST_OPEN = 20  # open incidents of one provider that are shown with all that was said


def incident_detail(uid: str, organization_id: int | None) -> IncidentDetail | None:
    """Return the incident `uid` if it is public or of `organization_id`, else None."""
    allowed = Q(organization=None)
    if organization_id is not None:
        allowed |= Q(organization_id=organization_id)
    return next(iter(_details(_loaded().filter(allowed, uid=uid))), None)


def open_details(organization_id: int | None, provider_id: int) -> list[IncidentDetail]:
    """Return a provider's open incidents of one audience in full, worst and then latest first. Seven queries for any number."""
    found = _loaded().filter(Q(organization_id=organization_id), provider_id=provider_id, resolved_at=None)
    return _details(found.order_by("-state", "-started_at", "-id")[:MOST_OPEN])


def details_seen_by(organization_id: int, ref: str, *, since: datetime, most: int) -> list[IncidentDetail]:
    """Return an organization's incidents that `ref` was evidence of: the open ones, then those that ended since, latest first.

    Seven queries for any number of one provider, one where there are none.
    """
    seen = Sighting.objects.filter(ref=ref).values("incident")
    lasted = Q(resolved_at=None) | Q(resolved_at__gte=since)
    found = _loaded().filter(lasted, organization_id=organization_id, merged_into=None, id__in=seen)
    return _details(found.order_by(F("resolved_at").desc(nulls_first=True), "-started_at", "-id")[:most])


def _details(incidents: "QuerySet[Incident]") -> list[IncidentDetail]:
    rows = list(incidents)
    posts = _posts(sighting for row in rows for sighting in row.sightings.all())
    current = {row.id: [s for s in row.sightings.all() if s.cleared_at is None and s.state.is_impaired] for row in rows}
    known = {key: tallies(*key) for key in {_audience(row) for row in rows if current[row.id]}}
    reported = {row.provider_id for row in rows if any(s.source == Source.CROWD for s in current[row.id])}
    meant = {provider_id: confused_with(provider_id) for provider_id in reported}
    return [
        _detail(row, current[row.id], posts, known.get(_audience(row), {}), meant.get(row.provider_id, ""))
        for row in rows
    ]


def _audience(incident: Incident) -> tuple[int | None, int | None]:
    return incident.provider_id, incident.organization_id


def _detail(
    incident: Incident,
    current: Sequence[Sighting],
    posts: Mapping[str, OfficialPost],
    known: Mapping[Source, Tally],
    meant: str,
) -> IncidentDetail:
    """`current` are its sightings that impair now; `meant` is whom people may mean instead, or ""."""
    sightings = list(incident.sightings.all())
    weights = doubting_people(weights_of(known)) if meant else weights_of(known)
    refs = {sighting.ref for sighting in sightings}
    theirs = [post for ref, post in posts.items() if ref in refs]
    return IncidentDetail(
        incident=link_to(incident),
        impacts=tuple(_impact(impact) for impact in incident.impacts.all()),
        sightings=_ledger(sightings),
        updates=tuple(_update(update) for update in incident.updates.all()),
        events=tuple(
            EventView(e.number, e.kind, EventKind(e.kind).label, e.state, e.at, e.summary)
            for e in incident.events.all()
        ),
        shares=_shown(fuse(map(_evidence, current), weights).shares),
        vendor_urls=tuple(post.url for post in theirs if post.url),
        admission=_admission(sightings, theirs) if incident.provider_id else None,
        merged_into=_merged_into(incident),
        weighed=_weighed(incident, current, known, meant),
    )


def _shown(shares: Mapping[Source, float]) -> dict[Source, float]:
    """Return shares in whole hundredths that add up, as they are shown beside each other."""
    return {source: part / 100 for source, part in zip(shares, whole_shares(list(shares.values())), strict=True)}


def _merged_into(incident: Incident) -> MergedInto | None:
    larger = incident.merged_into
    return MergedInto(larger.uid, larger.title) if larger else None


def _impact(impact: Impact) -> ImpactView:
    scope = impact.scope
    spoken = (words_of(scope), impact.state, impact.began_at, impact.ended_at)
    if scope.provider is None:  # an organization's own system: it has no public page
        return ImpactView(*spoken)
    return ImpactView(
        *spoken,
        provider_slug=scope.provider.slug,
        component_id=scope.component_id,
        component=component_words(scope.component) if scope.component else "",
        country=scope.country or (scope.carrier.country if scope.carrier else ""),
        carrier_slug=scope.carrier.slug if scope.carrier else "",
        carrier=scope.carrier.name if scope.carrier else "",
    )


def _admission(sightings: Sequence[Sighting], posts: Sequence[OfficialPost]) -> AdmissionView | None:
    """Return how late the vendor was; None where nothing but a maintenance's post speaks of it."""
    others = next((s for s in sightings if s.source != Source.OFFICIAL), None)  # the ledger is in order of first_at
    others_at, words = (others.first_at, label_of(others.source, others.ref)) if others else (None, "")
    told = [post for post in posts if post.kind == "incident"]
    if not told:
        is_shown = any(s.source == Source.OFFICIAL for s in sightings)
        return None if posts else AdmissionView(None, None, others_at, words, None, None, is_shown=is_shown)
    one = admission_of(told, others_at)
    behind = one.posted_at - others_at if others_at else None
    return AdmissionView(
        one.posted_at, one.stated_at, others_at, words, lag_of(one), behind, is_afterwards=one.is_afterwards
    )  # fmt: skip


def _loaded() -> "QuerySet[Incident]":
    scope = tuple(f"scope__{part}" for part in PARTS)
    sightings = Sighting.objects.select_related(*scope).order_by("first_at", "id")
    updates = IncidentUpdate.objects.select_related("author", "post_update__post")
    return Incident.objects.select_related("provider", "merged_into", "acknowledged_by").prefetch_related(
        Prefetch("sightings", sightings),
        Prefetch("impacts", Impact.objects.select_related(*scope).order_by("began_at", "id")),
        Prefetch("updates", updates.order_by("-at", "-id")),
        "events",
    )


def _ledger(sightings: Sequence[Sighting]) -> tuple[SightingView, ...]:
    """Return who saw it and how long after the first."""
    if not sightings:
        return ()
    first = sightings[0].first_at
    return tuple(
        SightingView(
            source=Source(s.source),
            ref=s.ref,
            label=label_of(s.source, s.ref),
            scope=words_of(s.scope),
            state=s.state,
            first_at=s.first_at,
            seen_at=s.seen_at,
            lag_minutes=round((s.first_at - first).total_seconds() / 60),
            cleared_at=s.cleared_at,
            reason=s.reason,
            evidence=s.evidence,
        )
        for s in sightings
    )


def label_of(source: str, ref: str) -> str:
    """Return who a ref is, in words."""
    return "the vendor's post" if ref.startswith("post:") else WITNESSES[Source(source)]


def _update(update: IncidentUpdate) -> UpdateView:
    theirs = update.post_update
    if theirs is None:
        author = (update.author.name or update.author.email) if update.author else ""
        return UpdateView(update.at, update.phase, update.body, False, "", None, author)
    # As it reads now: the vendor may have edited it since we linked it.
    return UpdateView(theirs.at, theirs.phase, theirs.body, True, theirs.post.url, theirs.edited_at, "")


def _evidence(sighting: Sighting) -> Evidence:
    return Evidence.of(sighting.source, sighting.ref, sighting.state, sighting.evidence)


def _weighed(
    incident: Incident, current: Sequence[Sighting], known: Mapping[Source, Tally], meant: str
) -> tuple[str, ...]:
    """Say whose word or silence counts otherwise than elsewhere, while it counts."""
    if not (current and incident.provider):
        return ()
    # A detector that says how sure it is is taken at its word.
    told = {evidence.source for evidence in map(_evidence, current) if evidence.probability is None}
    denied = {Source(word) for word in incident.denied} - {Source(s.source) for s in incident.sightings.all()}
    name = incident.provider.name
    mistaken = [mistaken_for(name, meant)] if meant and Source.CROWD in told else []
    return (*mistaken, *in_words(name, known, told=told, denied=denied))


def _posts(sightings: Iterable[Sighting]) -> dict[str, OfficialPost]:
    """Return {ref of a post: the post}, the earliest first."""
    ids = {int(s.ref.removeprefix("post:")) for s in sightings if s.ref.startswith("post:")}
    posts = OfficialPost.objects.filter(id__in=ids).order_by("posted_at", "id")
    return {f"post:{post.id}": post for post in posts}
