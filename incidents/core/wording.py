"""Our own sentences about incidents. Vendors' words are never mixed in: they are kept and marked as theirs."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from incidents.core.scope import MESSAGING, several_in_words
from monitors.core.states import Source, State

FAILURES = {
    State.DEGRADED: "degraded performance",
    State.PARTIAL_OUTAGE: "partial outage",
    State.MAJOR_OUTAGE: "outage",
}
MESSAGE_FAILURES = {
    State.DEGRADED: "delivery delays",
    State.PARTIAL_OUTAGE: "delivery failures",
    State.MAJOR_OUTAGE: "outage",
}

WITNESSES = {
    Source.OFFICIAL: "the vendor's page",
    Source.PROBE: "our probes",
    Source.CROWD: "people's reports",
    Source.DELIVERY: "delivery receipts",
}


def title(scopes: Sequence[str], service: str, state: State, sources: Iterable[Source]) -> str:
    """Return an incident's title: its scopes, and how they fail ("SMS to NTT DOCOMO (Japan): delivery delays")."""
    table = MESSAGE_FAILURES if service in MESSAGING else FAILURES
    failure = "people report problems" if set(sources) == {Source.CROWD} else table.get(state, "trouble")
    return f"{several_in_words(scopes)}: {failure}"[:300]


def opened(source: Source, reason: str) -> str:
    return _sentence(f"Opened from {WITNESSES[source]}", reason)


def reopened(source: Source, reason: str) -> str:
    return _sentence(f"Opened again from {WITNESSES[source]}", reason)


def joined(source: Source, reason: str) -> str:
    return _sentence(f"Also seen by {WITNESSES[source]}", reason)


def moved(old: State, new: State, reason: str) -> str:
    return _sentence(f"From {old.word} to {new.word}", reason)


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
