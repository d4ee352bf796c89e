"""End incidents that have gone quiet, and forget what sources said that are no longer heard."""

import logging
from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import OperationalError, transaction
from django.db.models import Q

from incidents.core import wording
from incidents.core.fuse import CONFIRMED
from incidents.models import EventKind, Incident, Phase, Sighting
from incidents.services import ledger
from incidents.services.audiences import Audience
from incidents.services.correlating import POLICY
from incidents.services.events import announced, record, wake
from incidents.services.rereading import read_again
from incidents.services.words import say, sync_vendor_words
from monitors.core.states import Source, State
from monitors.queries.states import SourceWord, words_about, words_by_source

logger = logging.getLogger(__name__)

HEARD_AGAIN_WITHIN = timedelta(days=14)
NOTICED = 0.01  # by which a detector must have become surer, of 1.0
STALE_AFTER = 2  # times a reading's own freshness: then its source no longer impairs anything


def tend(now: datetime) -> int:
    """Bring every open incident up to date; return how many were resolved. Safe to run at any time, by many."""
    sync_vendor_words(None, now)
    read_again(now)
    return sum(_tend_safely(incident, now) for incident in _to_tend(now))


def _to_tend(now: datetime) -> list[Incident]:
    """Return the open incidents, and those that ended because a source fell silent in mid-sentence."""
    silenced = Sighting.objects.filter(cleared_at__isnull=False, state__gte=State.DEGRADED)
    recently = Q(resolved_at__gte=now - HEARD_AGAIN_WITHIN, id__in=silenced.values("incident_id"))
    wanted = Q(resolved_at=None) | (recently & Q(merged_into=None))
    return list(Incident.objects.filter(wanted).order_by("id"))


def _tend_safely(incident: Incident, now: datetime) -> bool:
    try:
        return _tend_one(incident, now)
    except OperationalError:
        raise  # the database's trouble, not the incident's
    except Exception:
        # A bug of ours over one incident must not keep the others from ending.
        logger.exception("Incident %d could not be tended", incident.id)
        return False


@transaction.atomic
def _tend_one(incident: Incident, now: datetime) -> bool:
    audience = Audience(incident.organization_id, incident.provider_id)
    audience.lock()
    incident.refresh_from_db()
    # A change that waits will say more than we can see here.
    if not audience.waiting().exists():
        _listen(incident, now)
    if incident.resolved_at is None and incident.quiet_since and now - incident.quiet_since >= POLICY.resolve_after:
        _resolve(incident, now)
        return True
    return False


def _listen(incident: Incident, now: datetime) -> None:
    """Compare the ledger with what its sources say now: silence clears, a source heard again counts again."""
    sightings = ledger.sightings_of(incident)
    says = words_by_source((s.ref, s.scope_id) for s in sightings)
    moved_at = [at for s in sightings if (at := _hear(s, says.get((s.ref, s.scope_id)), now))]
    surer = [s for s in sightings if _sharpen(s, says.get((s.ref, s.scope_id)))]
    was_over, told = incident.resolved_at is not None, announced(incident)
    # A suspicion is weighed again and again: what speaks against it comes and goes without a word of those who see it.
    if not (moved_at or surer or (not was_over and incident.confidence < CONFIRMED)):
        return
    if was_over:
        incident.resolved_at = incident.quiet_since = None
    ledger.settle(incident, at=max(moved_at, default=now), now=now, words=_words_near(incident, sightings))
    if moved_at or surer:
        _tell(incident, told, was_over, now)


def _hear(sighting: Sighting, word: SourceWord | None, now: datetime) -> datetime | None:
    """Update one sighting; return when it moved, or None if it did not."""
    silent_since = _silent_since(word, now)
    impairs = sighting.cleared_at is None and sighting.state.is_impaired
    if impairs and silent_since:
        reason = f"No data since {word.heard.at:%H:%M} UTC." if word and word.heard.at else "No data."
        Sighting.objects.filter(id=sighting.id).update(cleared_at=silent_since, reason=reason)
        return silent_since
    if impairs and word and not word.state.is_impaired:  # its change went to nobody: the scope is no longer followed
        Sighting.objects.filter(id=sighting.id).update(cleared_at=word.since, state=word.state, reason=word.reason)
        return word.since
    was_silenced = sighting.cleared_at is not None and sighting.state.is_impaired
    if was_silenced and word and word.state.is_impaired and word.heard.is_fresh(now):
        Sighting.objects.filter(id=sighting.id).update(cleared_at=None, state=word.state, reason=word.reason)
        return now
    return None


def _sharpen(sighting: Sighting, word: SourceWord | None) -> bool:
    """Take over how sure a detector has become of what it sees; return whether that moved."""
    known, now_says = (said.evidence.get("probability") if said else None for said in (sighting, word))
    if sighting.cleared_at or word is None or now_says is None or not word.state.is_impaired:
        return False
    if known is not None and abs(now_says - known) < NOTICED:
        return False
    sighting.evidence = {**sighting.evidence, "probability": now_says}
    sighting.save(update_fields=["evidence"])
    return True


def _silent_since(word: SourceWord | None, now: datetime) -> datetime | None:
    """Return since when a source has been silent for too long to count, or None if it still counts."""
    if word is None or word.heard.at is None:
        return now
    ends = word.heard.at + STALE_AFTER * word.heard.good_for
    return ends if ends <= now else None


def _words_near(incident: Incident, sightings: Iterable[Sighting]) -> list[SourceWord]:
    components = {s.scope.component_id for s in sightings}
    return words_about(incident.provider_id, incident.organization_id, {None, *components})


def _tell(incident: Incident, told: State, was_over: bool, now: datetime) -> None:
    wake(incident)
    if not incident.state.is_impaired:
        return
    if was_over:
        said = "Opened again: a source that had fallen silent still says so."
        say(incident, Phase.INVESTIGATING, said, now=now)
        record(incident, EventKind.REOPENED, now=now, summary=said)
    elif incident.state != told:
        kind = EventKind.WORSE if incident.state > told else EventKind.BETTER
        record(incident, kind, now=now, summary=wording.moved(told, incident.state, ""))


def _resolve(incident: Incident, now: datetime) -> None:
    """End an incident as of the moment when it truly went quiet."""
    ended_at = max(incident.quiet_since or now, incident.started_at)
    last = incident.sightings.order_by("-cleared_at").first()
    incident.resolved_at, incident.state, incident.changed_at = ended_at, State.OPERATIONAL, now
    incident.save(update_fields=["resolved_at", "state", "changed_at"])
    reason = f"{wording.WITNESSES[Source(last.source)]}: {last.reason}" if last and last.reason else ""
    said = wording.resolved(incident.started_at, ended_at, reason)
    say(incident, Phase.RESOLVED, said, now=now)
    record(incident, EventKind.RESOLVED, now=now, summary=said, detail={"resolved_at": ended_at.isoformat()})
