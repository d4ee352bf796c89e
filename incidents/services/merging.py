"""Make one incident of several that turn out to be parts of it. Callers hold the audience's lock."""

from collections.abc import Sequence
from datetime import datetime

from incidents.core import wording
from incidents.models import EventKind, Impact, Incident, Phase, Sighting
from incidents.services.events import record
from incidents.services.words import say
from monitors.core.states import State


def swallow(incident: Incident, parts: Sequence[Incident], now: datetime) -> None:
    """Go on with the parts' ledgers in `incident`. Theirs stay as they were, and end here."""
    for part in parts:
        ended_at = part.quiet_since or now
        seen = list(Sighting.objects.filter(incident=part))
        _copy(seen, incident)
        Sighting.objects.filter(incident=part, cleared_at=None).update(cleared_at=ended_at)
        Impact.objects.filter(incident=part, ended_at=None).update(ended_at=ended_at)
        part.merged_into, part.resolved_at, part.changed_at = incident, ended_at, now
        part.state = State.OPERATIONAL
        part.save(update_fields=["merged_into", "resolved_at", "state", "changed_at"])
    incident.denied = sorted({*incident.denied, *(word for part in parts for word in part.denied)})


def tell_merged(incident: Incident, parts: Sequence[Incident], now: datetime) -> None:
    """Tell of both sides, once the incident has its new title: the larger one first, so that nobody reads an all-clear."""
    record(incident, EventKind.UPDATED, now=now, summary=wording.lifted(incident.title, len(parts)))
    for part in parts:
        said = wording.merged(incident.title)
        say(part, Phase.RESOLVED, said, now=now)
        record(part, EventKind.RESOLVED, now=now, summary=said, detail={"merged_into": incident.uid})


def _copy(seen: Sequence[Sighting], incident: Incident) -> None:
    for sighting in seen:
        sighting.pk, sighting.incident = None, incident
    Sighting.objects.bulk_create(seen, ignore_conflicts=True)  # what a source said here before stays
