"""AWS Health's public current events: UTF-16 JSON, an event per cause, listed for weeks after it is over.

States are numbers, as texts in one place and as numbers in another: 0 ok, 1 informational, 2 degradation, 3 disruption.
Times are seconds in one place and milliseconds in another. Identity is the ARN.
"""

from collections.abc import Iterator
from datetime import datetime

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
from monitors.formats.reading import Json, Words, as_list, as_object, epoch, load, objects, reading, text
from monitors.formats.text import plain_text, title_text

STATES = {"0": State.OPERATIONAL, "1": State.OPERATIONAL, "2": State.DEGRADED, "3": State.MAJOR_OUTAGE}


@reading
def parse(body: bytes) -> Snapshot:
    words = Words(STATES)
    events = [as_object(item, "an event") for item in as_list(load(body), "the document")]
    return Snapshot(
        components=tuple(_components(events, words)),
        posts=tuple(_post(event, words) for event in events),
        lists_open=frozenset({PostKind.INCIDENT, PostKind.NOTICE}),
        unknown_words=tuple(words.unknown),
    )


def _impacted(event: Json) -> dict[str, Json]:
    services = as_object(event.get("impacted_services") or {}, "impacted_services")
    return {key: as_object(value, "an impacted service") for key, value in services.items()}


def _components(events: list[Json], words: Words) -> Iterator[ComponentReading]:
    """The services that an event names; the feed never lists those that nothing happened to."""
    states: dict[str, tuple[str, State]] = {}
    for event in events:
        region = text(event, "region_name", "")
        for key, service in _impacted(event).items():
            name = title_text(
                f"{text(service, 'service_name')} ({region})" if region else text(service, "service_name")
            )
            state = State.OPERATIONAL if _ended(event) else words.state(service.get("current"))
            states[key] = (name, max(state, states.get(key, ("", State.UNKNOWN))[1]))
    for key, (name, state) in states.items():
        yield ComponentReading(key, name, state, "")


def _ended(event: Json) -> datetime | None:
    """When the event was over: its end time, or its last log entry if that says 0 and the event's state too."""
    if ended := _time(event.get("endTime") or event.get("end_time")):
        return ended
    log = list(objects(event, "event_log", required=False))
    if text(event, "status", "") == "0" and log:
        return _time(log[-1].get("timestamp"))
    return None


def _time(value: object) -> datetime | None:
    """Return the time of a number of seconds or milliseconds: 10 digits or 13."""
    digits = str(value)
    return epoch(value, unit_s=0.001 if digits.partition(".")[0].isdigit() and len(digits) >= 12 else 1.0)


def _post(event: Json, words: Words) -> PostReading:
    service, region = text(event, "service_name", ""), text(event, "region_name", "")
    impacted = _impacted(event)
    impact = words.state(event.get("status"))
    ended = _ended(event)
    worst_seen = [words.state(part.get("max")) for part in impacted.values()]
    began = _time(event.get("date"))
    if ended:
        impact = max([impact, *worst_seen])
    updates = tuple(_updates(event, ended is not None))
    where = f" ({', '.join(part for part in (service, region) if part)})" if service or region else ""
    return PostReading(
        external_id=text(event, "arn"),
        kind=PostKind.NOTICE if impact is State.OPERATIONAL else PostKind.INCIDENT,
        title=title_text(text(event, "summary") + where),
        phase=Phase.RESOLVED if ended else Phase.INVESTIGATING,
        impact=impact,
        posted_at=began,
        began_at=began,
        resolved_at=ended,
        components=tuple((key, words.state(part.get("current"))) for key, part in impacted.items()),
        updates=updates,
    )


def _updates(event: Json, over: bool) -> Iterator[UpdateReading]:
    log = [
        (at, entry) for entry in objects(event, "event_log", required=False) if (at := _time(entry.get("timestamp")))
    ]
    log.sort(key=lambda pair: pair[0])
    for number, (at, entry) in enumerate(log):
        last = over and number == len(log) - 1
        phase = Phase.RESOLVED if last else Phase.INVESTIGATING
        yield UpdateReading(f"{at.timestamp():.0f}-{number}", phase, plain_text(text(entry, "message", "")), at)


def claims(sample: Sample) -> Claim:
    if any("arn" in row and "event_log" in row for row in sample.rows()):
        return Claim.CERTAIN
    return Claim.LIKELY if sample.document == [] and sample.host == "health.aws.amazon.com" else Claim.NO


FORMAT = Format(
    label="AWS Health",
    parse=parse,
    claims=claims,
    vendor={"health.aws.amazon.com": "https://health.aws.amazon.com/public/currentevents"},
)
