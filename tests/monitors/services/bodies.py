"""Snapshots as a feed would give them, in few words."""

from datetime import UTC, datetime, timedelta

from monitors.core.states import State
from monitors.formats.base import ComponentReading, Phase, PostKind, PostReading, Snapshot, UpdateReading

NOON = datetime(2026, 1, 24, 12, tzinfo=UTC)
BOTH = frozenset({PostKind.INCIDENT, PostKind.MAINTENANCE})
WORDS = {State.OPERATIONAL: "operational", State.MAJOR_OUTAGE: "major_outage", State.MAINTENANCE: "under_maintenance"}


def minutes(number):
    return timedelta(minutes=number)


def component(id_, state=State.OPERATIONAL, **more):
    return ComponentReading(id_, **({"name": id_.title(), "state": state, "word": WORDS.get(state, "odd")} | more))


def said(number, phase=Phase.INVESTIGATING, *, at, body="We are looking.", **more):
    return UpdateReading(f"u{number}", phase, body, at, **more)


def post(id_="p1", phase=Phase.INVESTIGATING, impact=State.DEGRADED, **more):
    began = more.pop("began_at", NOON - minutes(20))
    base = {"kind": PostKind.INCIDENT, "title": "SMS Delivery Delays", "posted_at": began, "began_at": began}
    base |= {"updates": (said(1, at=began),)}
    return PostReading(id_, phase=phase, impact=impact, **(base | more))


def resolved(id_="p1", at=NOON, **more):
    updates = (said(1, at=NOON - minutes(20)), said(2, Phase.RESOLVED, at=at, body="Fixed."))
    return post(id_, Phase.RESOLVED, resolved_at=at, **({"updates": updates} | more))


def snapshot(*posts, components=None, lists_open=BOTH, **more):
    return Snapshot(components=components, posts=posts, lists_open=lists_open, **more)
