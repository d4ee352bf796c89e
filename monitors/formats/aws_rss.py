"""AWS's RSS per service and region: an item per update, newest first, without an id for the event.

The title carries the state ("Service is operating normally: [RESOLVED] ..."). Updates belong to one event while the
title's stem stays the same and no more than two days lie between them, or until one says that it is resolved.
"""

import re
from dataclasses import dataclass, field
from datetime import timedelta

from monitors.core.states import State
from monitors.formats.base import Claim, Format, Phase, PostKind, PostReading, Sample, Snapshot, UpdateReading
from monitors.formats.reading import reading
from monitors.formats.syndication import Entry, entries
from monitors.formats.text import plain_text, title_text

STATES = {
    "service is operating normally": State.OPERATIONAL,
    "informational message": State.OPERATIONAL,
    "service impact": State.DEGRADED,
    "service degradation": State.DEGRADED,
    "performance issues": State.DEGRADED,
    "service disruption": State.MAJOR_OUTAGE,
}
_TITLE = re.compile(r"^(?P<state>[^:]{5,40}):\s*(?P<resolved>\[RESOLVED\]\s*)?(?P<stem>.*)$", re.DOTALL | re.IGNORECASE)
_GUID = re.compile(r"#(?P<feed>.+)_\d+$")
LONGEST_SILENCE = timedelta(days=2)


@dataclass(slots=True)
class _Event:
    stem: str
    feed: str
    updates: list[UpdateReading] = field(default_factory=list)
    states: list[State] = field(default_factory=list)


@reading
def parse(body: bytes) -> Snapshot:
    unknown: list[str] = []
    events: list[_Event] = []
    dated = [(entry.published or entry.updated, entry) for entry in entries(body)]
    for at, entry in sorted(((at, e) for at, e in dated if at), key=lambda pair: pair[0]):
        state, over, stem = _read_title(entry, unknown)
        guid = _GUID.search(entry.key)
        feed = guid["feed"] if guid else ""
        event = next((e for e in reversed(events) if e.feed == feed and _continues(e, stem, over)), None)
        # A second closing text within the window corrects the first.
        reopened = event is not None and event.updates[-1].phase.is_over and not over
        if event is None or reopened or at - event.updates[-1].at > LONGEST_SILENCE:
            event = _Event(stem, feed)
            events.append(event)
        phase = Phase.RESOLVED if over else Phase.INVESTIGATING
        event.updates.append(UpdateReading(entry.key, phase, plain_text(entry.words), at))
        event.states.append(state)
    return Snapshot(posts=tuple(_post(event) for event in events), unknown_words=tuple(unknown))


def _read_title(entry: Entry, unknown: list[str]) -> tuple[State, bool, str]:
    title = title_text(entry.title)
    match = _TITLE.match(title)
    if match is None:
        return State.UNKNOWN, False, title
    state = STATES.get(match["state"].strip().casefold())
    if state is None:
        unknown.append(match["state"][:60])
        state = State.UNKNOWN
    over = bool(match["resolved"]) or match["state"].casefold().startswith("service is operating")
    return state, over, match["stem"].strip()


def _continues(event: _Event, stem: str, over: bool) -> bool:
    return event.stem.casefold() == stem.casefold() or (over and not stem)


def _post(event: _Event) -> PostReading:
    first, last = event.updates[0], event.updates[-1]
    impact = max(event.states)
    over = last.phase.is_over
    # A resolved event of which only the closing words are left was an impairment of unknown size.
    informational = impact is State.OPERATIONAL and not over
    return PostReading(
        external_id=f"{event.feed} {first.at:%Y-%m-%dT%H:%M:%S} {event.stem}"[:300].strip(),
        kind=PostKind.NOTICE if informational else PostKind.INCIDENT,
        title=title_text(event.stem or event.feed),
        phase=last.phase,
        impact=State.UNKNOWN if impact is State.OPERATIONAL and over else impact,
        posted_at=first.at,
        resolved_at=last.at if over else None,
        updates=tuple(event.updates),
    )


def claims(sample: Sample) -> Claim:
    return Claim.CERTAIN if sample.is_feed and "//status.aws.amazon.com/" in sample.head else Claim.NO


FORMAT = Format(
    label="AWS RSS",
    parse=parse,
    claims=claims,
    vendor={"status.aws.amazon.com": "https://status.aws.amazon.com/rss/all.rss"},
)
