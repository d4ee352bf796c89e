"""Hund's `/state_feed/feed.atom`: an entry per issue, whose title begins with how far it is ("[Resolved] ...").

The entry's id ends in the issue's own; the title, and with it the label, is rewritten as the issue goes on, and only
the latest words are given. Entries without a label are changes of a component's state; what one says is read from its
title ("Web is operational"), in the language that the page is set to, so they stay notices.
"""

import re

from monitors.core.states import State
from monitors.formats.base import (
    Claim,
    Format,
    Phase,
    PostKind,
    PostReading,
    Sample,
    Snapshot,
    UpdateReading,
)
from monitors.formats.reading import Phases, reading
from monitors.formats.rss_generic import impact_in
from monitors.formats.syndication import Entry, entries
from monitors.formats.text import plain_text, title_text, web_address

# The labels of Hund's own templates, in English and German.
PHASES = {
    "Investigating": Phase.INVESTIGATING,
    "Untersuchung": Phase.INVESTIGATING,
    "Identified": Phase.IDENTIFIED,
    "Identifiziert": Phase.IDENTIFIED,
    "Monitoring": Phase.MONITORING,
    "Beobachtung": Phase.MONITORING,
    "Resolved": Phase.RESOLVED,
    "Fixed": Phase.RESOLVED,
    "Assumed Resolved": Phase.RESOLVED,
    "Behoben": Phase.RESOLVED,
    "Gelöst": Phase.RESOLVED,
    "False Alarm": Phase.RESOLVED,
    "Scheduled": Phase.SCHEDULED,
    "Upcoming": Phase.SCHEDULED,
    "Geplant": Phase.SCHEDULED,
    "In Progress": Phase.IN_PROGRESS,
    "Ongoing": Phase.IN_PROGRESS,
    "Started": Phase.IN_PROGRESS,
    "Ended": Phase.COMPLETED,
    "Completed": Phase.COMPLETED,
    "Beendet": Phase.COMPLETED,
    "Cancelled": Phase.COMPLETED,
    "Canceled": Phase.COMPLETED,
}
_LABEL = re.compile(r"^\s*\[([^\]]{2,40})\]\s*(.*)$", re.DOTALL)
_PLANNED = re.compile(r"\bmaintenance|wartung", re.IGNORECASE)
_PLANNED_PHASES = (Phase.SCHEDULED, Phase.IN_PROGRESS, Phase.COMPLETED)


@reading
def parse(body: bytes) -> Snapshot:
    phases = Phases(PHASES)
    posts = tuple(_post(entry, phases) for entry in entries(body))
    return Snapshot(posts=posts, unknown_words=tuple(phases.unknown))


def _post(entry: Entry, phases: Phases) -> PostReading:
    label = _LABEL.match(title_text(entry.title))
    title = label[2] if label else title_text(entry.title)
    phase = phases.phase(label[1]) if label else Phase.UNKNOWN
    planned = phase in _PLANNED_PHASES or bool(_PLANNED.search(title))
    phase = Phase.COMPLETED if planned and phase is Phase.RESOLVED else phase
    words, at = plain_text(entry.words), entry.updated or entry.published
    kind = PostKind.MAINTENANCE if planned else PostKind.INCIDENT if label else PostKind.NOTICE
    return PostReading(
        external_id=entry.key.rpartition("/")[2][:200] or entry.key[:200],
        kind=kind,
        title=title,
        phase=phase,
        impact=State.MAINTENANCE if planned else impact_in(title),
        posted_at=entry.published,
        resolved_at=at if phase.is_over else None,
        url=web_address(entry.link),
        updates=(UpdateReading("latest", phase, words, at),) if at and words else (),
        updates_complete=False,
    )


def claims(sample: Sample) -> Claim:
    return Claim.CERTAIN if sample.is_feed and "State::FeedNotifier" in sample.text else Claim.NO


FORMAT = Format(
    label="Hund",
    parse=parse,
    claims=claims,
    endpoints=("/state_feed/feed.atom",),
    marks=("hund.io",),
)
