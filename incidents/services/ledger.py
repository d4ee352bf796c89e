"""Keep an incident's ledger: who sees it, what it impairs, how bad and how sure. Callers hold the audience's lock."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from incidents.core import wording
from incidents.core.fuse import Evidence, bears_against, fuse, fused_state
from incidents.core.scope import covers, same
from incidents.models import Impact, Incident, Sighting
from incidents.queries.naming import PARTS, key_of, words_of
from incidents.queries.reliabilities import weighing
from monitors.core.delivery import Symptom
from monitors.core.states import Source, State, worst
from monitors.models import StateChange
from monitors.queries.states import SourceWord, feeds_heard, maintenance_scopes


def see(incident: Incident, change: StateChange) -> Sighting:
    """Enter what a change says. A source that sees it again keeps its first minute, and its words of the trouble
    outlive those of the all-clear.
    """
    now_says: dict[str, object] = {
        "state": change.new,
        "cleared_at": None if change.new.is_impaired else change.at,
        "change": change,
    }
    trouble = {"reason": change.reason, "evidence": change.evidence}
    sighting, is_new = Sighting.objects.get_or_create(
        incident=incident,
        ref=change.ref,
        scope_id=change.scope_id,
        defaults={**now_says, **trouble, "source": change.source, "first_at": change.at, "seen_at": change.recorded_at},
    )
    if not is_new:
        Sighting.objects.filter(id=sighting.id).update(**now_says, **(trouble if change.new.is_impaired else {}))
    return sighting


def sightings_of(incident: Incident) -> list[Sighting]:
    """Return who saw it, in order, with the scopes' parts."""
    parts = (f"scope__{part}" for part in PARTS)
    return list(Sighting.objects.filter(incident=incident).select_related(*parts).order_by("first_at", "id"))


def settle(incident: Incident, *, at: datetime, now: datetime, words: Iterable[SourceWord]) -> None:
    """Make impacts, state, confidence, start and title agree with the sightings; `at` is when the move took place."""
    sightings = sightings_of(incident)
    current = [s for s in sightings if s.cleared_at is None and s.state.is_impaired]
    _settle_impacts(incident, sightings, current, at)
    before = incident.state
    incident.state = worst(_state_of(current, scope_id) for scope_id in {s.scope_id for s in current})
    if not current:
        incident.state = State.OPERATIONAL
    incident.worst = worst([incident.worst, incident.state])
    incident.quiet_since = None if current else (incident.quiet_since or at)
    incident.started_at = min([incident.started_at, *(s.first_at for s in sightings)])
    incident.title = title_of(incident, sightings)
    if current:
        against = _counter_evidence(current, words, now)
        speaking = _evidence(current)
        weights, _ = weighing(incident.provider_id, incident.organization_id, speaking)
        incident.confidence = fuse([*speaking, *against], weights).confidence
        incident.denied = sorted({*incident.denied, *_denying(incident, sightings, against, now)})
    if incident.state != before:
        incident.changed_at = now
    incident.save(
        update_fields=[
            "state",
            "worst",
            "quiet_since",
            "started_at",
            "title",
            "confidence",
            "denied",
            "changed_at",
            "resolved_at",
        ]
    )


def title_of(incident: Incident, sightings: Sequence[Sighting]) -> str:
    """Return the title: the narrowest scopes of those who tell best, and how they fail."""
    if not sightings:
        return incident.title
    telling = _telling(sightings)
    measured = [s for s in telling if not _is_lifted(s, telling)]
    keys = {s.scope_id: key_of(s.scope) for s in measured}
    narrowest = {
        own: key
        for own, key in keys.items()
        if not any(covers(key, other) and not same(key, other) for other in keys.values())
    }
    scopes = {s.scope_id: s.scope for s in measured if s.scope_id in narrowest}
    first = next(iter(scopes.values()))
    service = first.component.service if first.component else ""
    sources = {Source(s.source) for s in sightings}
    words = [words_of(scope) for scope in scopes.values()]
    return wording.title(words, service, incident.worst, sources, _symptom(measured))


def _telling(sightings: Sequence[Sighting]) -> list[Sighting]:
    """Return those who say best what it is: a crowd only guesses, and the components of a page are coarser than its post."""
    measured = [s for s in sightings if s.source != Source.CROWD]
    return [s for s in measured if not s.ref.startswith("feed:")] or measured or list(sightings)


def _symptom(measured: Iterable[Sighting]) -> str:
    """Return what receipts measured: failing, if any of them did, as it is the worse; empty where none measured."""
    found = {s.evidence.get("symptom", "") for s in measured}
    return next((symptom for symptom in (Symptom.FAILING, Symptom.LATE) if symptom in found), "")


def _is_lifted(sighting: Sighting, others: Iterable[Sighting]) -> bool:
    """Whether its source now speaks of something larger that holds it: of the country, as so many carriers fail."""
    key = key_of(sighting.scope)
    return sighting.source in (Source.DELIVERY, Source.CROWD) and any(
        other.ref == sighting.ref
        and covers(key_of(other.scope), key)
        and not same(key_of(other.scope), key)
        and (other.cleared_at is None or (sighting.cleared_at is not None and other.cleared_at >= sighting.cleared_at))
        for other in others
    )


def _evidence(current: Iterable[Sighting]) -> list[Evidence]:
    return [Evidence.of(s.source, s.ref, s.state, s.evidence) for s in current]


def _counter_evidence(current: Sequence[Sighting], words: Iterable[SourceWord], now: datetime) -> list[Evidence]:
    """What fresh sources say against it. Posts never do: that one is over says nothing about another."""
    impaired = [key_of(s.scope) for s in current]
    return [
        Evidence(word.source, word.ref, word.state)
        for word in words
        if word.state is State.OPERATIONAL
        and word.heard.is_fresh(now)
        and any(bears_against(word.source, key_of(word.scope), scope) for scope in impaired)
    ]


def _denying(
    incident: Incident, sightings: Iterable[Sighting], against: Iterable[Evidence], now: datetime
) -> set[Source]:
    """Which sources could be heard and have seen nothing of it so far.

    A vendor's page that can be read denies what it does not show: it names a component only once that was impaired.
    """
    told = {Source(s.source) for s in sightings}
    silent = {evidence.source for evidence in against}
    if incident.provider_id and Source.OFFICIAL not in told and Source.OFFICIAL not in incident.denied:
        feeds = feeds_heard([incident.provider_id])[incident.provider_id].values()
        silent |= {Source.OFFICIAL for heard in feeds if heard.is_fresh(now)}
        announced = [key_of(window) for window in maintenance_scopes([incident.provider_id], now)]
        if any(covers(window, key_of(s.scope)) for window in announced for s in sightings):
            silent.discard(Source.OFFICIAL)  # it said that there would be work
    return silent - told


def _state_of(current: Iterable[Sighting], scope_id: int) -> State:
    return fused_state(_evidence(s for s in current if s.scope_id == scope_id))


def _settle_impacts(
    incident: Incident, sightings: Sequence[Sighting], current: Sequence[Sighting], at: datetime
) -> None:
    spans: dict[int, list[Impact]] = {}
    for impact in Impact.objects.filter(incident=incident).order_by("began_at", "id"):
        spans.setdefault(impact.scope_id, []).append(impact)
    for scope_id in sorted({s.scope_id for s in sightings}):
        state = _state_of(current, scope_id)
        first_at = min(s.first_at for s in sightings if s.scope_id == scope_id)
        _settle_scope(incident, scope_id, spans.get(scope_id, []), state, first_at=first_at, at=at)


def _settle_scope(
    incident: Incident, scope_id: int, spans: Sequence[Impact], state: State, *, first_at: datetime, at: datetime
) -> None:
    """Close the current span and open the next where the state has moved. Spans of a scope never overlap."""
    last = spans[-1] if spans else None
    if spans and first_at < spans[0].began_at:  # a source that spoke later saw it begin earlier
        Impact.objects.filter(id=spans[0].id).update(began_at=first_at)
        spans[0].began_at = first_at
    if last is not None and last.ended_at is None:
        if last.state == state:
            return
        moved_at = max(at, last.began_at)
        if state.is_impaired and moved_at == last.began_at:  # nothing would be left of the old span
            Impact.objects.filter(id=last.id).update(state=state)
            return
        Impact.objects.filter(id=last.id).update(ended_at=moved_at)
        last.ended_at = moved_at
    if state.is_impaired:
        began_at = max(at, last.ended_at) if last is not None and last.ended_at else min(at, first_at)
        Impact.objects.create(incident=incident, scope_id=scope_id, state=state, began_at=began_at)
