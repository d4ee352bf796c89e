"""Flashduty's feed.rss: an item per incident that shows only its latest status, its parts named in the text."""

import re

from monitors.core.states import State
from monitors.formats.base import Claim, Format, Phase, PostKind, PostReading, Sample, Snapshot, UpdateReading
from monitors.formats.reading import reading
from monitors.formats.rss_generic import impact_in
from monitors.formats.syndication import Entry, entries
from monitors.formats.text import plain_text, title_text, web_address

PHASES = {
    "investigating": Phase.INVESTIGATING,
    "identified": Phase.IDENTIFIED,
    "monitoring": Phase.MONITORING,
    "resolved": Phase.RESOLVED,
    "scheduled": Phase.SCHEDULED,
    "ongoing": Phase.IN_PROGRESS,
    "in_progress": Phase.IN_PROGRESS,
    "completed": Phase.COMPLETED,
}
_STATUS = re.compile(r"^\s*Status:\s*(\w+)", re.IGNORECASE | re.MULTILINE)
_PARTS = re.compile(r"^\s*Affected components:\s*(.+)$", re.IGNORECASE | re.MULTILINE)


@reading
def parse(body: bytes) -> Snapshot:
    unknown: list[str] = []
    posts = tuple(_post(entry, unknown) for entry in entries(body))
    return Snapshot(posts=posts, unknown_words=tuple(unknown))


def _post(entry: Entry, unknown: list[str]) -> PostReading:
    words = plain_text(entry.words)
    said = _STATUS.search(words)
    phase = PHASES.get(said[1].casefold(), Phase.UNKNOWN) if said else Phase.UNKNOWN
    if said and phase is Phase.UNKNOWN:
        unknown.append(said[1][:60])
    title = title_text(entry.title)
    planned = phase in (Phase.SCHEDULED, Phase.IN_PROGRESS, Phase.COMPLETED)
    impact = State.MAINTENANCE if planned else impact_in(title)
    parts = _PARTS.search(words)
    names = [title_text(name) for name in parts[1].split(",")] if parts else []
    at = entry.updated or entry.published
    return PostReading(
        external_id=entry.key,
        kind=PostKind.MAINTENANCE if planned else PostKind.INCIDENT,
        title=title,
        phase=phase,
        impact=impact,
        posted_at=entry.published,
        resolved_at=at if phase.is_over else None,
        url=web_address(entry.link),
        components=tuple((name, impact) for name in names if name),
        updates=(UpdateReading("latest", phase, words, at),) if at and words else (),
        updates_complete=False,
    )


def claims(sample: Sample) -> Claim:
    return Claim.CERTAIN if sample.is_feed and "urn:flashduty:" in sample.head else Claim.NO


FORMAT = Format(
    label="Flashduty RSS",
    parse=parse,
    claims=claims,
    endpoints=("/feed.rss",),
    marks=("flashduty", "flashcat.cloud"),
)
