"""Any RSS or Atom feed of incidents that no better format knows: an item per incident, its phase read from its words.

What an item does not say is UNKNOWN: no impact is invented, and an item without a word of closing or of trouble is a
notice. Item per update, per component or per incident cannot be told apart in general, so items are kept as they are.
"""

import re

from monitors.core.states import State
from monitors.formats.base import Claim, Format, Phase, PostKind, PostReading, Sample, Snapshot, UpdateReading
from monitors.formats.reading import reading
from monitors.formats.syndication import Entry, entries
from monitors.formats.text import plain_text, title_text, web_address

# The first phrase that occurs decides, closing words before opening ones: newest updates come first in most feeds.
_PHASES = (
    (
        re.compile(r"\b(resolved|fixed|closed|recovered|restored|operating normally|back to normal)\b", re.I),
        Phase.RESOLVED,
    ),
    (re.compile(r"\b(completed|maintenance (?:has )?ended)\b", re.I), Phase.COMPLETED),
    (re.compile(r"\bmonitoring\b", re.I), Phase.MONITORING),
    (re.compile(r"\bidentified\b", re.I), Phase.IDENTIFIED),
    (re.compile(r"\bin[ _-]progress\b", re.I), Phase.IN_PROGRESS),
    (re.compile(r"\bscheduled\b", re.I), Phase.SCHEDULED),
    (re.compile(r"\b(investigating|investigation)\b", re.I), Phase.INVESTIGATING),
)
_LABEL = re.compile(r"^\s*\[?(\w[\w ]{2,30})\]?\s*[-:\]]")
_MAINTENANCE = re.compile(r"\bmaintenance|scheduled\b", re.I)
_IMPACTS = (
    (re.compile(r"\b(major|full|critical) (outage|disruption)|\bservice outage|\bis down\b", re.I), State.MAJOR_OUTAGE),
    (re.compile(r"\bpartial (outage|disruption)", re.I), State.PARTIAL_OUTAGE),
    (re.compile(r"\b(degrad\w+|delay\w*|latenc\w+|slow\w*|elevated|errors?|disruption|outage|failures?|issues?)\b", re.I), State.DEGRADED),
)  # fmt: skip


@reading
def parse(body: bytes) -> Snapshot:
    return Snapshot(posts=tuple(post_of(entry) for entry in entries(body)))


def phase_in(words: str) -> Phase:
    """Return the phase that a piece of text names first, or UNKNOWN."""
    label = _LABEL.match(words)
    for piece in ([label[1]] if label else []) + [words[:400]]:
        found = [(match.start(), phase) for pattern, phase in _PHASES if (match := pattern.search(piece))]
        if found:
            return min(found)[1]
    return Phase.UNKNOWN


def impact_in(words: str) -> State:
    """Return the impact that a piece of text names, or UNKNOWN."""
    return next((state for pattern, state in _IMPACTS if pattern.search(words)), State.UNKNOWN)


def post_of(entry: Entry) -> PostReading:
    """Return an item as a post."""
    title, words = title_text(entry.title), plain_text(entry.words)
    label = _LABEL.match(title)
    phase = phase_in(label[1]) if label else Phase.UNKNOWN
    if phase is Phase.UNKNOWN:
        phase = phase_in(words) if words else phase_in(title)
    planned = bool(_MAINTENANCE.search(title))
    if planned and phase is Phase.RESOLVED:
        phase = Phase.COMPLETED
    impact = State.MAINTENANCE if planned else max(impact_in(title), impact_in(words[:400]))
    troubled = phase is not Phase.UNKNOWN or impact.is_impaired
    kind = PostKind.MAINTENANCE if planned else PostKind.INCIDENT if troubled else PostKind.NOTICE
    at = entry.updated or entry.published
    return PostReading(
        external_id=entry.key[:300],
        kind=kind,
        title=title,
        phase=phase,
        impact=impact,
        posted_at=entry.published,
        resolved_at=at if phase.is_over else None,
        url=web_address(entry.link),
        updates=(UpdateReading("latest", phase, words, at),) if at and words else (),
        updates_complete=False,
    )


def claims(sample: Sample) -> Claim:
    return Claim.FALLBACK if sample.is_feed else Claim.NO


FORMAT = Format(
    label="RSS or Atom",
    parse=parse,
    claims=claims,
    endpoints=("/rss", "/feed", "/feed.atom", "/index.xml"),
)
