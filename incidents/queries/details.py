"""One incident in full."""

from collections.abc import Mapping, Sequence

from django.db.models import Prefetch, Q, QuerySet

from incidents.core.fuse import Evidence, fuse
from incidents.core.wording import WITNESSES
from incidents.models import EventKind, Impact, Incident, IncidentUpdate, Sighting
from incidents.queries.lists import link_to
from incidents.queries.naming import PARTS, words_of
from incidents.queries.shapes import EventView, ImpactView, IncidentDetail, SightingView, UpdateView
from monitors.core.states import Source
from monitors.models import OfficialPost


def incident_detail(uid: str, organization_id: int | None) -> IncidentDetail | None:
    """Return the incident `uid` if it is public or of `organization_id`, else None."""
    allowed = Q(organization=None)
    if organization_id is not None:
        allowed |= Q(organization_id=organization_id)
    incident = _loaded().filter(allowed, uid=uid).first()
    if incident is None:
        return None
    sightings = list(incident.sightings.all())
    return IncidentDetail(
        incident=link_to(incident),
        impacts=tuple(ImpactView(words_of(i.scope), i.state, i.began_at, i.ended_at) for i in incident.impacts.all()),
        sightings=_ledger(sightings),
        updates=tuple(_update(update) for update in incident.updates.all()),
        events=tuple(
            EventView(e.number, e.kind, EventKind(e.kind).label, e.state, e.at, e.summary)
            for e in incident.events.all()
        ),
        shares=_shares(sightings),
        vendor_urls=_vendor_urls(sightings),
    )


def _loaded() -> "QuerySet[Incident]":
    scope = tuple(f"scope__{part}" for part in PARTS)
    sightings = Sighting.objects.select_related(*scope).order_by("first_at", "id")
    updates = IncidentUpdate.objects.select_related("author", "post_update__post")
    return Incident.objects.select_related("provider").prefetch_related(
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


def _shares(sightings: Sequence[Sighting]) -> Mapping[Source, float]:
    """Return each source's share of what argues for trouble: now, or at the end where it is over."""
    current = [s for s in sightings if s.cleared_at is None and s.state.is_impaired]
    if current:
        return fuse(Evidence(Source(s.source), s.ref, s.state) for s in current).shares
    return {}


def _vendor_urls(sightings: Sequence[Sighting]) -> tuple[str, ...]:
    ids = {int(s.ref.removeprefix("post:")) for s in sightings if s.ref.startswith("post:")}
    urls = OfficialPost.objects.filter(id__in=ids).exclude(url="").order_by("posted_at", "id")
    return tuple(urls.values_list("url", flat=True))
