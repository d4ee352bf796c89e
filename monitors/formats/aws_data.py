"""AWS's `data.json` of until April 2023 ("archive" and "current" events), for stored bodies: its address answers nothing.

An event has the time of its first words, a severity, and one HTML text whose paragraphs begin with a time of day in
Pacific time, with the day where it is another ("Jun 13, 12:08 PM PDT"). A severity is a number, newer ones as a text.
"""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone

from monitors.core.states import State
from monitors.formats.base import Claim, Format, Phase, PostKind, PostReading, Sample, Snapshot, UpdateReading
from monitors.formats.reading import MOST_POSTS, Json, Words, epoch, load_object, objects, reading, text
from monitors.formats.text import plain_text, title_text

SEVERITIES = {
    "0": State.UNKNOWN,  # it is over, and its size is no longer said
    "1": State.OPERATIONAL,  # informational
    "2": State.DEGRADED,
    "3": State.MAJOR_OUTAGE,
}
_RESOLVED = re.compile(r"^\s*\[resolved\]\s*", re.IGNORECASE)
_SAID = re.compile(
    r'<span class="yellowfg">\s*(?:(?P<day>[A-Z][a-z]{2} \d{1,2}),\s*)?(?P<time>\d{1,2}:\d{2} [AP]M) (?P<zone>P[SD]T)\s*</span>'
)
_ZONES = {"PST": timezone(timedelta(hours=-8)), "PDT": timezone(timedelta(hours=-7))}


@reading
def parse(body: bytes) -> Snapshot:
    doc = load_object(body)
    words = Words(SEVERITIES)
    posts: dict[str, PostReading] = {}
    for key in ("archive", "current"):
        for row in objects(doc, key):
            post = _post(row, words)
            posts[post.external_id] = post
    newest = sorted(posts.values(), key=lambda post: post.external_id.rpartition(" ")[2], reverse=True)
    return Snapshot(
        posts=tuple(newest[:MOST_POSTS]), page_name="Amazon Web Services", unknown_words=tuple(words.unknown)
    )


def _post(row: Json, words: Words) -> PostReading:
    summary, began = text(row, "summary"), epoch(row.get("date"))
    if began is None:
        raise ValueError("an event without a time")
    severity = words.state(text(row, "status"))
    over = bool(_RESOLVED.match(summary)) or text(row, "status") == "0"
    phase = Phase.RESOLVED if over else Phase.INVESTIGATING
    updates = tuple(_updates(text(row, "description", ""), began, phase))
    return PostReading(
        external_id=f"{text(row, 'service')} {began:%Y-%m-%dT%H:%M:%S}",
        kind=PostKind.INCIDENT,
        title=title_text(f"{text(row, 'service_name')}: {_RESOLVED.sub('', summary)}"),
        phase=phase,
        impact=severity,
        posted_at=began,
        resolved_at=(updates[-1].at if updates else began) if over else None,
        updates=updates,
    )


def _updates(html: str, began: datetime, phase: Phase) -> Iterator[UpdateReading]:
    """Yield the paragraphs; the last one has the event's phase, those before it were written while it went on."""
    marks = list(_SAID.finditer(html))
    at = began
    for number, mark in enumerate(marks):
        end = marks[number + 1].start() if number + 1 < len(marks) else len(html)
        at = _moment(mark, at)
        now = phase if number + 1 == len(marks) else Phase.INVESTIGATING
        yield UpdateReading(f"{number + 1}", now, plain_text(html[mark.end() : end]), at)


def _moment(mark: re.Match[str], after: datetime) -> datetime:
    """Return the first time from `after` on (but a minute) that the mark can mean."""
    zone = _ZONES[mark["zone"]]
    local = after.astimezone(zone)
    clock = datetime.strptime(mark["time"], "%I:%M %p")  # noqa: DTZ007 - only its hour and minute are used
    if mark["day"]:
        day = datetime.strptime(f"{mark['day']} {local.year}", "%b %d %Y").replace(tzinfo=zone)
        year = day.year + (1 if day < local - timedelta(days=180) else 0)
        local = day.replace(year=year)
    at = local.replace(hour=clock.hour, minute=clock.minute, second=0, microsecond=0)
    if not mark["day"] and at < after - timedelta(minutes=1):
        at += timedelta(days=1)
    return max(at, after).astimezone(UTC)


def claims(sample: Sample) -> Claim:
    rows = sample.rows("archive") or sample.rows("current")
    named = bool(rows) and all({"service_name", "summary", "date"} <= row.keys() for row in rows)
    return Claim.CERTAIN if {"archive", "current"} <= sample.doc.keys() and named else Claim.NO


FORMAT = Format(label="AWS data.json (retired)", parse=parse, claims=claims)
