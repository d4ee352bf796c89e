"""Our own sentences about incidents. Vendors' words are never mixed in: they are kept and marked as theirs."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from incidents.core.scope import MESSAGING, several_in_words
from monitors.core.delivery import Symptom
from monitors.core.states import Source, State

FAILURES = {
    State.DEGRADED: "degraded performance",
    State.PARTIAL_OUTAGE: "partial outage",
    State.MAJOR_OUTAGE: "outage",
}
# By what receipts measured; where they say nothing it is the vendor's word alone.
MESSAGE_FAILURES = {
    "": {
        State.DEGRADED: "delivery delays",
        State.PARTIAL_OUTAGE: "delivery failures",
        State.MAJOR_OUTAGE: "outage",
    },
    Symptom.LATE: {
        State.DEGRADED: "delivery delays",
        State.PARTIAL_OUTAGE: "severe delivery delays",
        State.MAJOR_OUTAGE: "outage",
    },
    Symptom.FAILING: {
        State.DEGRADED: "some delivery failures",
        State.PARTIAL_OUTAGE: "delivery failures",
        State.MAJOR_OUTAGE: "outage",
    },
}

WITNESSES = {
    Source.OFFICIAL: "the vendor's page",
    Source.PROBE: "our probes",
    Source.CROWD: "people's reports",
    Source.DELIVERY: "delivery receipts",
}


def title(scopes: Sequence[str], service: str, state: State, sources: Iterable[Source], symptom: str = "") -> str:
    """Return an incident's title: its scopes, and how they fail ("SMS to NTT DOCOMO (Japan): delivery delays").

    `symptom` is what receipts measured, a Symptom; empty: they did not.
    """
    table = MESSAGE_FAILURES[symptom] if service in MESSAGING else FAILURES
    failure = "people report problems" if set(sources) == {Source.CROWD} else table.get(state, "trouble")
    return f"{several_in_words(scopes)}: {failure}"[:300]


# How a scope does, as the end of a sentence about it.
DOING = {State.DEGRADED: "is degraded", State.PARTIAL_OUTAGE: "fails in part", State.MAJOR_OUTAGE: "is down"}
MESSAGES_DOING = {
    "": {State.DEGRADED: "is delayed", State.PARTIAL_OUTAGE: "fails for some", State.MAJOR_OUTAGE: "is down"},
    Symptom.LATE: {
        State.DEGRADED: "is delayed",
        State.PARTIAL_OUTAGE: "is severely delayed",
        State.MAJOR_OUTAGE: "is down",
    },
    Symptom.FAILING: {
        State.DEGRADED: "fails for some",
        State.PARTIAL_OUTAGE: "fails for many",
        State.MAJOR_OUTAGE: "is down",
    },
}


@dataclass(frozen=True, slots=True)
class Trouble:
    """One impaired scope for the sentence about its provider. `is_whole`: it is the provider itself."""

    words: str
    service: str
    state: State
    is_whole: bool
    symptom: str = ""  # as title's


def answer(name: str, state: State, reason: str, troubles: Sequence[Trouble]) -> str:
    """Answer "is it down?" in one or two sentences: "No. Twilio works for most, but SMS in Chile is delayed."."""
    if troubles:
        return _troubled(name, troubles)
    match state:
        case State.UNKNOWN:
            return f"We don't know whether {name} is up. {reason}"
        case State.OPERATIONAL:
            return f"No. {name} is up."
        case State.MAINTENANCE:
            return f"No. {name} is under scheduled maintenance."
        case _:
            return f"Partly. {name} has trouble. {reason}"


def _troubled(name: str, troubles: Sequence[Trouble]) -> str:
    lead = max(troubles, key=lambda t: (t.is_whole, t.state))
    if lead.is_whole:
        return f"{'Yes' if lead.state is State.MAJOR_OUTAGE else 'Partly'}. {name} {DOING[lead.state]}."
    doing = (MESSAGES_DOING[lead.symptom] if lead.service in MESSAGING else DOING)[lead.state]
    others = len({t.words for t in troubles} - {lead.words})
    more = f", and {others} more {'parts have' if others > 1 else 'part has'} trouble" if others else ""
    return f"No. {name} works for most, but {lead.words} {doing}{more}."


def opened(source: Source, reason: str) -> str:
    return _sentence(f"Opened from {WITNESSES[source]}", reason)


def reopened(source: Source, reason: str) -> str:
    return _sentence(f"Opened again from {WITNESSES[source]}", reason)


def joined(source: Source, reason: str) -> str:
    return _sentence(f"Also seen by {WITNESSES[source]}", reason)


def moved(old: State, new: State, reason: str) -> str:
    return _sentence(f"From {old.word} to {new.word}", reason)


def merged(title: str) -> str:
    """Say that an incident goes on as a part of another."""
    return _sentence("Not over, but part of a larger one", title)


def lifted(title: str, parts: int) -> str:
    """Say that an incident has taken in others."""
    return _sentence(f"{parts} {'incident' if parts == 1 else 'incidents'} of the same cause joined", title)


def resolved(began_at: datetime, ended_at: datetime, reason: str) -> str:
    minutes = round((ended_at - began_at).total_seconds() / 60)
    return _sentence(f"Over since {ended_at:%H:%M} UTC, after {in_minutes(minutes)}", reason)


def in_minutes(minutes: int) -> str:
    """Return a duration in words: "41 min", "6 h 23 min"."""
    return f"{minutes} min" if minutes < 60 else f"{minutes // 60} h {minutes % 60:02} min"


def _sentence(statement: str, reason: str) -> str:
    """Return one line that fits an event's summary."""
    text = f"{statement}: {reason}" if reason else statement
    text = text if text.endswith((".", "!", "?")) else f"{text}."
    return text if len(text) <= 300 else f"{text[:298]}…"
