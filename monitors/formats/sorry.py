"""Sorry's component list (`/v1/pages/<id>/components`) and its notices (`/api/notices` of the page)."""

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
from monitors.formats.reading import Json, Phases, Words, load_object, moment, objects, reading, text
from monitors.formats.text import plain_text, title_text, web_address

STATES = {
    "operational": State.OPERATIONAL,
    "under-maintenance": State.MAINTENANCE,
    "degraded": State.DEGRADED,
    "partially-degraded": State.DEGRADED,
    "partial-outage": State.PARTIAL_OUTAGE,
    "major-outage": State.MAJOR_OUTAGE,
    "offline": State.MAJOR_OUTAGE,
}
PHASES = {
    "investigating": Phase.INVESTIGATING,
    "identified": Phase.IDENTIFIED,
    "recovering": Phase.MONITORING,
    "resolved": Phase.RESOLVED,
    "scheduled": Phase.SCHEDULED,
    "underway": Phase.IN_PROGRESS,
    "complete": Phase.COMPLETED,
    "false_alarm": Phase.RESOLVED,
}
_PAGE_NUMBER = re.compile(r"sorryapp\.com/v1/pages/(\d{1,12})\b")


@reading
def parse(body: bytes) -> Snapshot:
    doc = load_object(body)
    words, phases = Words(STATES), Phases(PHASES)
    if "notices" in doc:
        posts = tuple(_notice(item, phases) for item in objects(doc, "notices"))
        return Snapshot(posts=posts, unknown_words=tuple(phases.unknown))
    rows = objects(doc, "response" if "response" in doc else "components")
    components = tuple(
        ComponentReading(text(row, "id"), title_text(text(row, "name")), words.state(row.get("state")),
                         text(row, "state", ""), position=n)
        for n, row in enumerate(rows)
    )  # fmt: skip
    return Snapshot(components=components, unknown_words=tuple(words.unknown))


def _notice(item: Json, phases: Phases) -> PostReading:
    planned = item.get("type") == "planned"
    phase = phases.phase(text(item, "state", ""))
    began, ended = moment(item.get("began_at")), moment(item.get("ended_at"))
    impact = State.MAINTENANCE if planned else State.DEGRADED
    return PostReading(
        external_id=text(item, "id"),
        kind=PostKind.MAINTENANCE if planned else PostKind.INCIDENT,
        title=title_text(text(item, "subject")),
        phase=phase,
        impact=impact,
        posted_at=moment(item.get("created_at")) or began,
        began_at=None if planned else began,
        resolved_at=ended if phase.is_over else None,
        scheduled_for=moment(item.get("begins_at")) if planned else None,
        scheduled_until=moment(item.get("ends_at")) if planned else None,
        url=web_address(item.get("url")),
        components=tuple((text(part, "id"), impact) for part in objects(item, "components", required=False)),
        updates=tuple(
            sorted((_update(u, phases) for u in objects(item, "updates", required=False)), key=lambda u: u.at)
        ),
    )


def _update(item: Json, phases: Phases) -> UpdateReading:
    at = moment(item.get("created_at"))
    if at is None:
        raise ValueError("an update without a time")
    phase = phases.phase(text(item, "state", ""))
    return UpdateReading(text(item, "id", at.isoformat()), phase, plain_text(text(item, "content", "")), at)


def claims(sample: Sample) -> Claim:
    rows = sample.rows("response") or sample.rows("components")
    if "page" not in sample.doc and rows and all(str(row.get("state")).casefold() in STATES for row in rows):
        return Claim.LIKELY
    return Claim.SECONDARY if any("timeline_state" in row for row in sample.rows("notices")) else Claim.NO


def addresses(sample: Sample) -> Iterator[str]:
    """The list of components lies with Sorry's API, under the page's number, which its HTML says."""
    for number in _PAGE_NUMBER.findall(sample.text)[:1]:
        yield f"https://api.sorryapp.com/v1/pages/{number}/components"


FORMAT = Format(
    label="Sorry",
    parse=parse,
    claims=claims,
    marks=("sorryapp.com",),
    addresses=addresses,
)
