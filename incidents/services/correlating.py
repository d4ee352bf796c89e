"""Outbox 1: read the changes of source states, in order per audience, and say what each means."""

import logging
from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db import OperationalError, transaction
from django.db.models import Prefetch, Q

from incidents.core import correlate as core
from incidents.core import wording
from incidents.core.correlate import Clear, Decision, Ignore, Join, Open, Update
from incidents.core.known import KnownIncident, Policy, Seen
from incidents.models import EventKind, Incident, Phase, Sighting
from incidents.queries.naming import PARTS, key_of
from incidents.queries.weighing import named, post_id, weighed, words_near
from incidents.services import ledger
from incidents.services.audiences import Audience, waiting_audiences
from incidents.services.events import announced, record, wake
from incidents.services.merging import swallow, tell_merged
from incidents.services.words import link_vendor_words, say
from monitors.core.states import Source
from monitors.models import PendingChange, StateChange
from monitors.queries.states import SourceWord

logger = logging.getLogger(__name__)

POLICY = Policy()
FAILED = "failed"  # the decision of a change that we stumbled over; clearing its mark reads it again


def correlate_next(now: datetime) -> bool:
    """Read one waiting change of an audience that no other worker holds; False if there is none to take.

    The audience's lock is held until the change is applied and marked, in one transaction: each change
    is applied exactly once, and in order within its audience, by any number of workers.
    """
    with transaction.atomic():
        for audience in waiting_audiences():
            if audience.try_lock():
                _correlate_oldest(audience, now)
                return True
    return False


def _correlate_oldest(audience: Audience, now: datetime) -> None:
    pending = audience.waiting().select_related("change", *(f"change__scope__{part}" for part in PARTS)).first()
    if pending is None:  # another worker took the last one between our look and our lock
        return
    try:
        with transaction.atomic():
            decision = _correlate(audience, pending.change, now)
        said, reason = type(decision).__name__.lower(), decision.reason
    except OperationalError:
        raise  # the database's trouble, not the change's: it is read again
    except Exception as error:
        # A bug of ours over one change must not hold up what comes after it. Its row keeps what happened.
        logger.exception("Change %d for %s could not be correlated", pending.change_id, audience)
        said, reason = FAILED, repr(error)
    PendingChange.objects.filter(id=pending.id).update(correlated_at=now, decision=said, reason=reason[:300])


def _correlate(audience: Audience, change: StateChange, now: datetime) -> Decision:
    incidents = _incidents_near(audience, change)
    known = _known(incidents)
    words = words_near(audience.organization_id, change, known)
    decision = core.correlate(weighed(audience.organization_id, change, words, now), known, POLICY)
    _apply(decision, {incident.id: incident for incident in incidents}, audience, change, words, now)
    return decision


# --- What is known ------------------------------------------------------------------------------------


def _incidents_near(audience: Audience, change: StateChange) -> list[Incident]:
    """Return the audience's incidents that the change could belong to: open, just over, or with the same ref."""
    audience_is = Q(organization_id=audience.organization_id, provider_id=change.provider_id)
    mine = Incident.objects.filter(audience_is, merged_into=None)
    same_ref = Incident.objects.filter(sightings__ref=change.ref, sightings__scope_id=change.scope_id)
    same_post = Incident.objects.filter(sightings__ref=change.ref) if post_id(change.ref) else Incident.objects.none()
    found = mine.filter(
        Q(resolved_at=None)
        | Q(resolved_at__gte=change.at - POLICY.reopen_within)
        | Q(id__in=same_ref.values("id"))
        | Q(id__in=same_post.values("id"))
    )
    sightings = Sighting.objects.select_related(*(f"scope__{part}" for part in PARTS)).order_by("id")
    return list(found.order_by("id").prefetch_related(Prefetch("sightings", sightings)))


def _known(incidents: Sequence[Incident]) -> list[KnownIncident]:
    posts = {i.id: {id_ for s in i.sightings.all() if (id_ := post_id(s.ref))} for i in incidents}
    listed = named(id_ for ids in posts.values() for id_ in ids)
    return [
        KnownIncident(
            id=incident.id,
            started_at=incident.started_at,
            opened_at=incident.opened_at,
            resolved_at=incident.resolved_at,
            seen=tuple(_seen(sighting) for sighting in incident.sightings.all()),
            post_ids=frozenset(posts[incident.id]),
            named=frozenset().union(*(listed.get(id_, ()) for id_ in posts[incident.id])),
        )
        for incident in incidents
    ]


def _seen(sighting: Sighting) -> Seen:
    impairs = sighting.cleared_at is None and sighting.state.is_impaired
    return Seen(sighting.ref, sighting.scope_id, key_of(sighting.scope), impairs, sighting.change_id)


# --- What is done about it ----------------------------------------------------------------------------


def _apply(
    decision: Decision,
    incidents: dict[int, Incident],
    audience: Audience,
    change: StateChange,
    words: Sequence[SourceWord],
    now: datetime,
) -> None:
    match decision:
        case Open():
            _open(audience, change, words, now)
        case Join(incident_id=id_, reopens=True):
            _reopen(incidents[id_], change, words, now)
        case Join(incident_id=id_, swallows=[_, *_] as parts):
            swallowed = [incidents[part] for part in parts]
            swallow(incidents[id_], swallowed, now)
            _take_in(incidents[id_], change, words, now)
            tell_merged(incidents[id_], swallowed, now)
        case Join(incident_id=id_) | Update(incident_id=id_) | Clear(incident_id=id_):
            _take_in(incidents[id_], change, words, now)
        case Ignore():
            pass


def _open(audience: Audience, change: StateChange, words: Sequence[SourceWord], now: datetime) -> None:
    incident = Incident.objects.create(
        organization_id=audience.organization_id,
        provider_id=change.provider_id,
        started_at=change.at,
        opened_at=now,
        changed_at=now,
    )
    ledger.see(incident, change)
    ledger.settle(incident, at=change.at, now=now, words=words)
    said = wording.opened(Source(change.source), change.reason)
    say(incident, Phase.INVESTIGATING, said, now=now)
    link_vendor_words(incident, now=now)
    record(incident, EventKind.OPENED, now=now, summary=said, detail=_detail(incident, change))
    _read_again(audience, words)


def _read_again(audience: Audience, words: Iterable[SourceWord]) -> None:
    """Queue evidence again that was too little alone: it is not alone any more, and the ledger wants its minute."""
    since = {(word.ref, word.scope.id): word.since for word in words if word.state.is_impaired}
    ignored = PendingChange.objects.filter(
        Q(organization_id=audience.organization_id),
        decision=Ignore.__name__.lower(),
        reason__startswith=core.TOO_LITTLE,
        change__ref__in={ref for ref, _ in since},
    )
    rows = ignored.values_list("id", "change__ref", "change__scope_id", "change__at")
    current = [id_ for id_, ref, scope_id, at in rows if since.get((ref, scope_id)) == at]
    PendingChange.objects.filter(id__in=current).update(correlated_at=None)


def _reopen(incident: Incident, change: StateChange, words: Sequence[SourceWord], now: datetime) -> None:
    incident.resolved_at = incident.quiet_since = None
    ledger.see(incident, change)
    ledger.settle(incident, at=change.at, now=now, words=words)
    said = wording.reopened(Source(change.source), change.reason)
    say(incident, Phase.INVESTIGATING, said, now=now)
    link_vendor_words(incident, now=now)
    record(incident, EventKind.REOPENED, now=now, summary=said, detail=_detail(incident, change))


def _take_in(incident: Incident, change: StateChange, words: Sequence[SourceWord], now: datetime) -> None:
    """Enter a change into an open incident, and tell of another source and of a state that moved."""
    told = announced(incident)
    seen = [(s.source, s.ref) for s in incident.sightings.all()]
    is_new_source = change.source not in {source for source, _ in seen}
    ledger.see(incident, change)
    ledger.settle(incident, at=change.at, now=now, words=words)
    if change.ref not in {ref for _, ref in seen}:
        link_vendor_words(incident, now=now)  # what it says so far is part of this news
    if is_new_source:
        said = wording.joined(Source(change.source), change.reason)
        record(incident, EventKind.JOINED, now=now, summary=said, detail=_detail(incident, change))
    if incident.state.is_impaired and incident.state != told:
        kind = EventKind.WORSE if incident.state > told else EventKind.BETTER
        said = wording.moved(told, incident.state, change.reason)
        record(incident, kind, now=now, summary=said, detail=_detail(incident, change))
    wake(incident)


def _detail(incident: Incident, change: StateChange) -> dict[str, object]:
    return {
        "source": change.source,
        "ref": change.ref,
        "scope_id": change.scope_id,
        "change_id": change.id,
        "at": change.at.isoformat(),
        "confidence": round(incident.confidence, 3),
    }
