"""Status.io's public status API 1.0: what is open now; a finished record vanishes.

A component has containers (data centres, regions), and a container's id occurs under several components: a reading's
id is "component/container". Codes: https://kb.status.io/developers/status-codes/
"""

import re
from collections.abc import Iterator

from monitors.core.states import State
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
from monitors.formats.reading import Json, Words, as_object, load_object, moment, objects, reading, text
from monitors.formats.text import plain_text, title_text

STATES = {
    "100": State.OPERATIONAL,
    "200": State.MAINTENANCE,
    "300": State.DEGRADED,
    "400": State.PARTIAL_OUTAGE,
    "500": State.MAJOR_OUTAGE,
    "600": State.DEGRADED,  # a security event: something is wrong, nothing need be down
}
PHASES = {"100": Phase.INVESTIGATING, "200": Phase.IDENTIFIED, "300": Phase.MONITORING, "400": Phase.RESOLVED}
_PAGE_ID = re.compile(
    r"(?:/pages/(?:history/|maintenance/|incident/)?|/1\.0/status/|statuspage_id\W{1,5})([0-9a-f]{24})\b"
)


@reading
def parse(body: bytes) -> Snapshot:
    result = as_object(load_object(body).get("result"), "result")
    words = Words(STATES)
    maintenance = as_object(result.get("maintenance") or {}, "maintenance")
    posts = [_incident(item, words) for item in objects(result, "incidents", required=False)]
    posts += [_maintenance(item, Phase.IN_PROGRESS) for item in objects(maintenance, "active", required=False)]
    posts += [_maintenance(item, Phase.SCHEDULED) for item in objects(maintenance, "upcoming", required=False)]
    return Snapshot(
        components=tuple(_components(result, words)),
        posts=tuple(posts),
        lists_open=frozenset({PostKind.INCIDENT, PostKind.MAINTENANCE}),
        headline=words.state(as_object(result.get("status_overall"), "status_overall").get("status_code")),
        unknown_words=tuple(words.unknown),
    )


def _components(result: Json, words: Words) -> Iterator[ComponentReading]:
    for place, item in enumerate(objects(result, "status")):
        containers = list(objects(item, "containers", required=False))
        own = text(item, "id")
        state = words.state(item.get("status_code"))
        word = text(item, "status", "")
        yield ComponentReading(own, title_text(text(item, "name")), state, word, None, len(containers) > 1, place)
        for position, part in enumerate(containers if len(containers) > 1 else ()):
            name = title_text(text(part, "name"))
            code, said = words.state(part.get("status_code")), text(part, "status", "")
            yield ComponentReading(f"{own}/{text(part, 'id')}", name, code, said, own, False, position)


def _affected(item: Json, state: State) -> tuple[tuple[str, State], ...]:
    return tuple((text(part, "_id"), state) for part in objects(item, "components_affected", required=False))


def _incident(item: Json, words: Words) -> PostReading:
    messages = sorted(objects(item, "messages", required=False), key=lambda m: str(m.get("datetime")))
    updates = tuple(_update(message, PHASES) for message in messages)
    impact = words.state(messages[-1].get("status")) if messages else State.UNKNOWN
    phase = updates[-1].phase if updates else Phase.INVESTIGATING
    opened = moment(item.get("datetime_open"))
    return PostReading(
        external_id=text(item, "_id"),
        kind=PostKind.INCIDENT,
        title=title_text(text(item, "name")),
        phase=phase,
        impact=impact,
        posted_at=opened,
        began_at=opened,
        resolved_at=updates[-1].at if updates and phase.is_over else None,
        components=_affected(item, impact),
        updates=updates,
    )


def _maintenance(item: Json, phase: Phase) -> PostReading:
    messages = sorted(objects(item, "messages", required=False), key=lambda m: str(m.get("datetime")))
    return PostReading(
        external_id=text(item, "_id"),
        kind=PostKind.MAINTENANCE,
        title=title_text(text(item, "name")),
        phase=phase,
        impact=State.MAINTENANCE,
        posted_at=moment(item.get("datetime_open")),
        scheduled_for=moment(item.get("datetime_planned_start")),
        scheduled_until=moment(item.get("datetime_planned_end")),
        components=_affected(item, State.MAINTENANCE),
        updates=tuple(_update(message, {"100": Phase.SCHEDULED, "200": Phase.IN_PROGRESS}) for message in messages),
    )


def _update(message: Json, phases: dict[str, Phase]) -> UpdateReading:
    at = moment(message.get("datetime"))
    if at is None:
        raise ValueError("a message without a time")
    phase = phases.get(str(message.get("state")), Phase.UNKNOWN)
    return UpdateReading(at.isoformat(), phase, plain_text(text(message, "details", "")), at)


def claims(sample: Sample) -> Claim:
    return Claim.CERTAIN if "status_overall" in sample.part("result") else Claim.NO


def addresses(sample: Sample) -> Iterator[str]:
    """The API goes by the page's id, 24 hexadecimal digits, which its HTML or its address says."""
    for page_id in dict.fromkeys(_PAGE_ID.findall(sample.url + " " + sample.text)[:2]):
        yield f"https://api.status.io/1.0/status/{page_id}"


FORMAT = Format(
    label="Status.io",
    parse=parse,
    claims=claims,
    marks=("status.io/", "hostedstatus.com"),
    addresses=addresses,
)
