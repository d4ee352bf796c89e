"""Statuspage's history.atom and history.rss: the 25 newest records, all updates of each in one piece of HTML.

No impact, no components, no update ids; days without a year, in the page's zone by its abbreviation. The v2 id of a
record is the last part of its link. Maintenances open with "THIS IS A SCHEDULED EVENT ...", which later disappears.
"""

import re
from datetime import UTC, datetime, timedelta

from monitors.core.states import State
from monitors.formats.base import Claim, Format, Phase, PostKind, PostReading, Sample, Snapshot, UpdateReading
from monitors.formats.reading import reading
from monitors.formats.syndication import Entry, entries
from monitors.formats.text import plain_text, title_text, web_address

PHASES = {
    "investigating": Phase.INVESTIGATING,
    "identified": Phase.IDENTIFIED,
    "monitoring": Phase.MONITORING,
    "resolved": Phase.RESOLVED,
    "postmortem": Phase.POSTMORTEM,
    "scheduled": Phase.SCHEDULED,
    "in progress": Phase.IN_PROGRESS,
    "verifying": Phase.VERIFYING,
    "completed": Phase.COMPLETED,
}
PLANNED = frozenset({Phase.SCHEDULED, Phase.IN_PROGRESS, Phase.VERIFYING, Phase.COMPLETED})
# Hours east of UTC of the abbreviations that Statuspage prints.
ZONES = {
    "UTC": 0, "GMT": 0, "WET": 0, "WEST": 1, "BST": 1, "CET": 1, "CEST": 2, "EET": 2, "EEST": 3, "MSK": 3, "IST": 5.5,
    "SGT": 8, "HKT": 8, "JST": 9, "KST": 9, "AEST": 10, "AEDT": 11, "NZST": 12, "NZDT": 13, "BRT": -3, "AST": -4, "ADT": -3,
    "EST": -5, "EDT": -4, "CST": -6, "CDT": -5, "MST": -7, "MDT": -6, "PST": -8, "PDT": -7,
}  # fmt: skip
_SPLIT = re.compile(r"<p>\s*<small>")
_STAMP = re.compile(
    r"^\s*(?P<month>[A-Z][a-z]{2})\s*<var[^>]*>\s*(?P<day>\d{1,2})\s*</var>,\s*"
    r"<var[^>]*>\s*(?P<time>\d\d:\d\d)\s*</var>\s*(?P<zone>[A-Z]{2,5}|[+-]\d\d)?\s*</small>\s*<br\s*/?>\s*"
    r"<strong>(?P<label>[^<]+)</strong>\s*-?\s*(?P<words>.*)$",
    re.DOTALL,
)


@reading
def parse(body: bytes) -> Snapshot:
    return Snapshot(posts=tuple(_post(entry) for entry in entries(body)))


def _post(entry: Entry) -> PostReading:
    around = entry.published or entry.updated or datetime(2000, 1, 1, tzinfo=UTC)
    pieces = [match for piece in _SPLIT.split(entry.words)[1:] if (match := _STAMP.match(piece))]
    updates: list[UpdateReading] = []
    phase = Phase.UNKNOWN
    for match in reversed(pieces):  # oldest first
        phase = PHASES.get(match["label"].strip().casefold(), phase)  # "Update" keeps the phase
        at = _time(match, around)
        updates.append(UpdateReading(f"{at:%Y-%m-%dT%H:%M}-{len(updates)}", phase, plain_text(match["words"]), at))
    planned = phase in PLANNED or "THIS IS A SCHEDULED EVENT" in entry.words
    last = updates[-1] if updates else None
    return PostReading(
        external_id=entry.link.rstrip("/").rpartition("/")[2] or entry.key,
        kind=PostKind.MAINTENANCE if planned else PostKind.INCIDENT,
        title=title_text(entry.title),
        phase=phase,
        impact=State.MAINTENANCE if planned else State.UNKNOWN,
        posted_at=updates[0].at if updates else entry.published,
        resolved_at=last.at if last and phase.is_over else None,
        url=web_address(entry.link),
        updates=tuple(updates),
    )


def _time(match: re.Match[str], around: datetime) -> datetime:
    """Return the time of an update: the year is the one that brings it nearest to the record's own date."""
    label = match["zone"] or "UTC"
    hours = float(label) if label[0] in "+-" else ZONES.get(label, 0)
    words = f"{match['month']} {match['day']} {match['time']}"
    candidates = []
    for year in (around.year - 1, around.year, around.year + 1):
        try:
            local = datetime.strptime(f"{year} {words}", "%Y %b %d %H:%M").replace(tzinfo=UTC)
        except ValueError:  # 29 February in another year
            continue
        candidates.append(local - timedelta(hours=hours))
    return min(candidates, key=lambda at: abs(at - around))


def claims(sample: Sample) -> Claim:
    known = "data-var=" in sample.text or ",2005:/history" in sample.head
    return Claim.SECONDARY if sample.is_feed and known else Claim.NO


FORMAT = Format(
    label="Statuspage Atom or RSS",
    parse=parse,
    claims=claims,
    endpoints=("/history.atom", "/history.rss"),
)
