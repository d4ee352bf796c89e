"""Incident events: what alerts and open pages hear of. Callers hold the audience's lock."""

from collections.abc import Mapping
from datetime import datetime
from functools import partial

from django.db import transaction

from incidents.models import EventKind, Incident, IncidentEvent
from incidents.signals import incident_events_recorded
from monitors.core.states import State


def record(
    incident: Incident, kind: EventKind, *, now: datetime, summary: str, detail: Mapping[str, object] | None = None
) -> IncidentEvent:
    """Append the incident's next event, and wake alerts and open pages after the commit.

    While nothing impairs an incident that is not over yet, its events repeat the last announced state.
    """
    last = last_event(incident)
    state = incident.state
    if kind is not EventKind.RESOLVED and not state.is_impaired and last:
        state = last.state
    event = IncidentEvent.objects.create(
        incident=incident,
        number=last.number + 1 if last else 1,
        kind=kind,
        state=state,
        at=now,
        summary=summary[:300],
        detail=dict(detail or {}),
    )
    wake(incident)
    return event


def wake(incident: Incident) -> None:
    """Say after the commit that an incident has something new."""
    send = partial(
        incident_events_recorded.send,
        Incident,
        incident_id=incident.id,
        organization_id=incident.organization_id,
        provider_id=incident.provider_id,
    )
    transaction.on_commit(send)


def last_event(incident: Incident) -> IncidentEvent | None:
    return incident.events.order_by("-number").first()


def announced(incident: Incident) -> State:
    """Return the state that the last event told."""
    last = last_event(incident)
    return last.state if last else State.OPERATIONAL
