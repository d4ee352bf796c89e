"""FireHydrant's `/data/payload.json`: components without states, incidents with a timeline of notes.

A note carries its phase in its words ("➡️ **Resolved** - ..."). Openness is `timestamps.resolved`; `acknowledged`
may lie after it. A component's state is derived: fine while no incident is open, else not known.
"""

import re

from monitors.core.states import State
from monitors.formats.base import (  # fmt: skip
    Claim,
    ComponentReading,
    Format,
    Phase,
    PostKind,
    PostReading,
    Sample,
    Snapshot,
    UnreadableFeed,
    UpdateReading,
)
from monitors.formats.reading import Json, Words, as_object, load_object, moment, objects, reading, text
from monitors.formats.text import plain_text, title_text

SEVERITIES = {
    "SEV0": State.MAJOR_OUTAGE,
    "SEV1": State.MAJOR_OUTAGE,
    "SEV2": State.PARTIAL_OUTAGE,
    "SEV3": State.DEGRADED,
    "SEV4": State.DEGRADED,
    "SEV5": State.DEGRADED,
    "MAINTENANCE": State.MAINTENANCE,
    "UNSET": State.DEGRADED,
    "GAMEDAY": State.OPERATIONAL,
}
PHASES = {phase.value: phase for phase in (Phase.INVESTIGATING, Phase.IDENTIFIED, Phase.MONITORING, Phase.RESOLVED)} | {
    "mitigated": Phase.MONITORING,
    "started": Phase.INVESTIGATING,
    "detected": Phase.INVESTIGATING,
    "acknowledged": Phase.INVESTIGATING,
    "postmortem completed": Phase.POSTMORTEM,
}
_LEADING_WORD = re.compile(r"^(\w{5,20}) - ")
_PHASE = re.compile(r"^\W*\*\*([^*]{3,40})\*\*")


@reading
def parse(body: bytes) -> Snapshot:
    doc = load_object(body)
    if "conditions" not in doc or "config" not in doc:
        raise UnreadableFeed("The document has no conditions and no config: it is not a FireHydrant page.")
    words = Words(SEVERITIES)
    posts = tuple(_post(item, words) for item in objects(doc, "incidents"))
    quiet = all(post.phase.is_over for post in posts)
    state = State.OPERATIONAL if quiet else State.UNKNOWN
    return Snapshot(
        components=tuple(
            ComponentReading(text(item, "id"), title_text(text(item, "name")), state, "", position=n)
            for n, item in enumerate(objects(doc, "components"))
        ),
        posts=posts,
        page_name=title_text(text(as_object(doc["config"], "config"), "companyName", "")),
        unknown_words=tuple(words.unknown),
    )


def _post(item: Json, words: Words) -> PostReading:
    times = as_object(item.get("timestamps"), "timestamps")
    began, ended = moment(times.get("started")), moment(times.get("resolved"))
    impact = words.state(text(item, "severitySlug", "UNSET"))
    updates = sorted(
        (u for entry in objects(item, "timeline", required=False) if (u := _update(entry))), key=lambda u: u.at
    )
    maintenance = impact is State.MAINTENANCE
    phase = updates[-1].phase if updates and updates[-1].phase is not Phase.UNKNOWN else Phase.INVESTIGATING
    if ended or phase.is_over:
        phase = Phase.COMPLETED if maintenance else Phase.RESOLVED
    return PostReading(
        external_id=text(item, "id"),
        kind=PostKind.MAINTENANCE if maintenance else PostKind.INCIDENT,
        title=title_text(text(item, "title")),
        phase=phase,
        impact=impact,
        posted_at=updates[0].at if updates else began,
        began_at=began,
        resolved_at=ended if ended or not phase.is_over else updates[-1].at,
        updates=tuple(updates),
    )


def _update(entry: Json) -> UpdateReading | None:
    """Return a note of the timeline; None for entries without words (milestones, assignments)."""
    details = as_object(entry.get("details") or {}, "details")
    note = details.get("note")
    words = text(note, "note", "") if isinstance(note, dict) else note  # a bulk update nests it
    at = moment(entry.get("occurredAt")) or moment(entry.get("time"))
    if not isinstance(words, str) or not words.strip() or at is None:
        return None
    named = _PHASE.match(words) or _LEADING_WORD.match(words)
    phase = PHASES.get(named[1].strip().casefold(), Phase.UNKNOWN) if named else Phase.UNKNOWN
    return UpdateReading(text(entry, "time", at.isoformat()), phase, plain_text(words), at)


def claims(sample: Sample) -> Claim:
    return Claim.CERTAIN if {"conditions", "config", "incidents"} <= sample.doc.keys() else Claim.NO


FORMAT = Format(
    label="FireHydrant",
    parse=parse,
    claims=claims,
    endpoints=("/data/payload.json",),
    marks=("data/payload.json", "firehydrant"),
)
