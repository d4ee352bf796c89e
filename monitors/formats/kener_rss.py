"""Kener's `/rss.xml`: an item per incident or maintenance of 90 days, 50 at most, with its latest words.

`guid` is "incident-<id>" or "maintenance-<id>" and stays; `pubDate` is the latest comment's time, and for a maintenance
the time it is planned for. The text names the status. Source: https://kener.ing/docs/v4/rss-feed
"""

import re

from monitors.core.states import State
from monitors.formats.base import Claim, Format, Phase, PostKind, PostReading, Sample, Snapshot, UpdateReading
from monitors.formats.reading import Phases, reading
from monitors.formats.rss_generic import impact_in
from monitors.formats.syndication import Entry, entries
from monitors.formats.text import plain_text, title_text, web_address

PHASES = {
    "INVESTIGATING": Phase.INVESTIGATING,
    "IDENTIFIED": Phase.IDENTIFIED,
    "MONITORING": Phase.MONITORING,
    "RESOLVED": Phase.RESOLVED,
    "SCHEDULED": Phase.SCHEDULED,
    "READY": Phase.SCHEDULED,
    "ONGOING": Phase.IN_PROGRESS,
    "IN PROGRESS": Phase.IN_PROGRESS,
    "COMPLETED": Phase.COMPLETED,
    "CANCELLED": Phase.COMPLETED,
}
_PREFIX = re.compile(r"^\[(?:incident|maintenance)\]\s*", re.IGNORECASE)
_STATUS = re.compile(r"\bstatus:\s*([a-z]+(?:[ _]progress)?)", re.IGNORECASE)


@reading
def parse(body: bytes) -> Snapshot:
    phases = Phases(PHASES)
    posts = tuple(_post(entry, phases) for entry in entries(body))
    return Snapshot(posts=posts, unknown_words=tuple(phases.unknown))


def _post(entry: Entry, phases: Phases) -> PostReading:
    planned = entry.key.startswith("maintenance-")
    title, words = title_text(_PREFIX.sub("", title_text(entry.title))), plain_text(entry.words)
    said = _STATUS.search(words)
    phase = phases.phase(said[1].replace("_", " ")) if said else Phase.UNKNOWN
    if planned and phase is Phase.RESOLVED:
        phase = Phase.COMPLETED
    at = entry.published
    return PostReading(
        external_id=entry.key[:200],
        kind=PostKind.MAINTENANCE if planned else PostKind.INCIDENT,
        title=title,
        phase=phase,
        impact=State.MAINTENANCE if planned else impact_in(title),
        posted_at=None if planned else at,
        resolved_at=at if phase is Phase.RESOLVED else None,
        scheduled_for=at if planned else None,
        url=web_address(entry.link),
        updates=(UpdateReading("latest", phase, words, at),) if at and words and not planned else (),
        updates_complete=False,
    )


def claims(sample: Sample) -> Claim:
    marked = sample.is_feed and re.search(r"<guid[^>]*>(?:incident|maintenance)-\d+</guid>", sample.text[:100_000])
    return Claim.CERTAIN if marked else Claim.NO


FORMAT = Format(
    label="Kener",
    parse=parse,
    claims=claims,
    endpoints=("/rss.xml",),
    marks=("kener.ing", "rajnandan1/kener"),
)
