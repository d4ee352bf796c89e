"""Salesforce Trust: an array of instances with their state, and the incidents and maintenances that touch them.

One incident stands under every instance that it touches: its id is one post. Incidents have no title: it is made of
the impact's type and the services. Source: https://api.status.salesforce.com/v1/docs/
"""

from dataclasses import replace

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
from monitors.formats.reading import Json, Words, as_list, as_object, listed, load, moment, objects, reading, text
from monitors.formats.text import plain_text, title_text

STATES = {
    "OK": State.OPERATIONAL,
    "INFORMATIONAL": State.OPERATIONAL,
    "MAINTENANCE_NONCORE": State.MAINTENANCE,
    "MAINTENANCE_CORE": State.MAINTENANCE,
    "MINOR_INCIDENT_NONCORE": State.DEGRADED,
    "MINOR_INCIDENT_CORE": State.PARTIAL_OUTAGE,
    "MAJOR_INCIDENT_NONCORE": State.PARTIAL_OUTAGE,
    "MAJOR_INCIDENT_CORE": State.MAJOR_OUTAGE,
}
SEVERITIES = {"minor": State.DEGRADED, "major": State.MAJOR_OUTAGE}


@reading
def parse(body: bytes) -> Snapshot:
    words, severities = Words(STATES), Words(SEVERITIES)
    components: list[ComponentReading] = []
    posts: dict[str, PostReading] = {}
    for place, item in enumerate(as_list(load(body), "the document")):
        instance = as_object(item, "an instance")
        if instance.get("isActive") is False:
            continue
        key, word = text(instance, "key"), text(instance, "status")
        components.append(ComponentReading(key, title_text(key), words.state(word), word, position=place))
        found = [_incident(row, severities) for row in objects(instance, "Incidents", required=False)]
        found += [_maintenance(row) for row in objects(instance, "Maintenances", required=False)]
        for post in found:
            seen = posts.get(post.external_id, post)
            posts[post.external_id] = replace(seen, components=(*seen.components, (key, post.impact)))
    return Snapshot(
        components=listed(components),
        posts=tuple(posts.values()),
        unknown_words=tuple(words.unknown + severities.unknown),
    )


def _incident(row: Json, severities: Words) -> PostReading:
    impacts = list(objects(row, "IncidentImpacts", required=False))
    began = min((at for part in impacts if (at := moment(part.get("startTime")))), default=None)
    ends = [moment(part.get("endTime")) for part in impacts]
    ended = max(at for at in ends if at) if ends and all(ends) else None
    impact = max((severities.state(part.get("severity")) for part in impacts), default=State.UNKNOWN)
    updates = sorted(
        (u for e in objects(row, "IncidentEvents", required=False) if (u := _event(e))), key=lambda u: u.at
    )
    kind = title_text(text(impacts[0], "type", "")) if impacts else ""
    services = row.get("serviceKeys")
    named = ", ".join(str(key) for key in services) if isinstance(services, list) else ""
    return PostReading(
        external_id=text(row, "id"),
        kind=PostKind.INCIDENT,
        title=title_text(": ".join(part for part in (kind or "Incident", named) if part)),
        phase=Phase.RESOLVED if ended else Phase.INVESTIGATING,
        impact=impact,
        posted_at=moment(row.get("createdAt")),
        began_at=began,
        resolved_at=ended,
        updates=tuple(updates),
    )


def _event(row: Json) -> UpdateReading | None:
    at = moment(row.get("createdAt"))
    words = plain_text(text(row, "message", ""))
    if at is None or not words:
        return None
    phase = Phase.RESOLVED if text(row, "type", "").casefold() == "resolved" else Phase.INVESTIGATING
    return UpdateReading(text(row, "id"), phase, words, at)


def _maintenance(row: Json) -> PostReading:
    begins, ends = moment(row.get("plannedStartTime")), moment(row.get("plannedEndTime"))
    return PostReading(
        external_id=f"maintenance-{text(row, 'id')}",
        kind=PostKind.MAINTENANCE,
        title=title_text(text(row, "name", "Maintenance")),
        phase=Phase.SCHEDULED,
        impact=State.MAINTENANCE,
        posted_at=moment(row.get("createdAt")),
        scheduled_for=begins,
        scheduled_until=ends,
    )


def claims(sample: Sample) -> Claim:
    known = any({"key", "Incidents", "Maintenances"} <= row.keys() for row in sample.rows())
    return Claim.CERTAIN if known else Claim.NO


FORMAT = Format(
    label="Salesforce Trust",
    parse=parse,
    claims=claims,
    vendor={
        "status.salesforce.com": "https://api.status.salesforce.com/v1/instances/status/preview",
        "trust.salesforce.com": "https://api.status.salesforce.com/v1/instances/status/preview",
    },
)
