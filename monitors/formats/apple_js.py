"""Apple's system_status_en_US.js: bare JSON for customers, JSONP (`jsonCallback({...});`) for developers.

One event repeats under every service that it touches: the same messageId is one post. Times are milliseconds. Trimmed
captures have no messageId and no statusType: such an event is named by its service and start.
"""

import re
from dataclasses import replace
from datetime import datetime

from monitors.core.states import State, worst
from monitors.formats.base import (
    Claim,
    ComponentReading,
    Format,
    Phase,
    PostKind,
    PostReading,
    Sample,
    Snapshot,
    UpdateReading,
)
from monitors.formats.reading import (
    Json,
    Phases,
    Words,
    as_object,
    decode,
    epoch,
    listed,
    load_object,
    objects,
    reading,
    text,
)
from monitors.formats.text import plain_text, title_text

IMPACTS = {
    "Outage": State.MAJOR_OUTAGE,
    "Issue": State.DEGRADED,
    "Performance": State.DEGRADED,
    "Maintenance": State.MAINTENANCE,
}
PHASES = {
    "ongoing": Phase.INVESTIGATING,
    "resolved": Phase.RESOLVED,
    "upcoming": Phase.SCHEDULED,
    "completed": Phase.COMPLETED,
}
_REFERENCE_S = 978_307_200  # 2001-01-01 as a Unix time
_SECONDS_BELOW = 900_000_000  # as seconds of Apple's: mid-2029; as milliseconds: January 1970
_JSONP = re.compile(r"^\s*[\w.$]+\s*\((.*)\)\s*;?\s*$", re.DOTALL)


@reading
def parse(body: bytes) -> Snapshot:
    words, phases = Words(IMPACTS), Phases(PHASES)
    found: dict[str, PostReading] = {}
    components = []
    wrapped = _JSONP.match(decode(body))
    doc = load_object(wrapped[1].encode() if wrapped else body)
    for place, service in enumerate(objects(doc, "services")):
        name = title_text(text(service, "serviceName"))
        posts = [_post(event, name, words, phases) for event in objects(service, "events")]
        for post in posts:
            seen = found.get(post.external_id, post)
            found[post.external_id] = _with(seen, post.components)
        now = [post.impact for post in posts if post.phase in (Phase.INVESTIGATING, Phase.IN_PROGRESS)]
        unsure = any(post.phase is Phase.UNKNOWN for post in posts)
        calm = State.UNKNOWN if unsure else State.OPERATIONAL
        components.append(ComponentReading(name, name, worst(now) if now else calm, "", position=place))
    return Snapshot(
        components=listed(components),
        posts=tuple(found.values()),
        lists_open=frozenset({PostKind.INCIDENT, PostKind.MAINTENANCE}),
        unknown_words=(*words.unknown, *phases.unknown),
    )


def _moment(value: object) -> datetime | None:
    """Return a time given in milliseconds; older captures count seconds, from 2001 on, as Apple's own software does."""
    seconds = isinstance(value, int | float) and 0 < value < _SECONDS_BELOW
    return epoch(float(value) + _REFERENCE_S) if seconds else epoch(value, unit_s=0.001)  # type: ignore[arg-type]


def _with(post: PostReading, components: tuple[tuple[str, State], ...]) -> PostReading:
    merged = tuple(dict([*post.components, *components]).items())
    return replace(post, components=merged)


def _post(event: Json, service: str, words: Words, phases: Phases) -> PostReading:
    as_object(event, "an event")
    impact = words.state(event["statusType"]) if event.get("statusType") else State.DEGRADED
    maintenance = impact is State.MAINTENANCE
    phase = phases.phase(text(event, "eventStatus"))
    if maintenance and phase is Phase.INVESTIGATING:
        phase = Phase.IN_PROGRESS
    began, ended = _moment(event.get("epochStartDate")), _moment(event.get("epochEndDate"))
    message = plain_text(text(event, "message", ""))
    at = began
    updates = (UpdateReading("message", phase, message, at),) if message and at else ()
    return PostReading(
        external_id=text(event, "messageId", "") or f"{service} {event.get('epochStartDate')}",
        kind=PostKind.MAINTENANCE if maintenance else PostKind.INCIDENT,
        title=title_text(f"{service}: {message}") if message else f"{service}: {text(event, 'statusType', 'issue')}",
        phase=phase,
        impact=impact,
        posted_at=began,
        began_at=None if maintenance else began,
        resolved_at=(ended or began) if phase.is_over else None,
        scheduled_for=began if maintenance else None,
        scheduled_until=ended if maintenance else None,
        components=((service, impact),),
        updates=updates,
    )


def claims(sample: Sample) -> Claim:
    return (
        Claim.CERTAIN if any("serviceName" in row and "events" in row for row in sample.rows("services")) else Claim.NO
    )


FORMAT = Format(
    label="Apple system status",
    parse=parse,
    claims=claims,
    vendor={
        "www.apple.com": "https://www.apple.com/support/systemstatus/data/system_status_en_US.js",
        "developer.apple.com": "https://www.apple.com/support/systemstatus/data/developer/system_status_en_US.js",
    },
)
