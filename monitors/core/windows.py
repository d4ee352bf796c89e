"""When planned work takes place: windows on somebody's wall clock as spans of real time.

A rule is a small part of RFC 5545: FREQ (DAILY, WEEKLY, MONTHLY), INTERVAL, BYDAY, BYMONTHDAY, UNTIL; it
ends after ten years at the latest. It runs on the wall: "every Sunday at 02:30" stays at 02:30 in summer and in winter. A wall time that a
spring night skips is read with the offset before (02:30 opens at 03:30, as RFC 5545 says), one that an
autumn night has twice is the first of the two. A window lasts its minutes of real time.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from dateutil.rrule import rrule, rrulestr

_ALLOWED = {"FREQ", "INTERVAL", "BYDAY", "BYMONTHDAY", "UNTIL"}
_FREQUENCIES = {"DAILY", "WEEKLY", "MONTHLY"}
_STEP_DAYS = {"DAILY": 1, "WEEKLY": 7}
_DAY = timedelta(days=1)
_MOST = 366  # steps between two windows
_LONGEST = timedelta(days=3652)  # so that a rule that never comes true costs little to find out


class BadRule(ValueError):
    """A rule that we do not read; the message says what to write instead."""


@dataclass(frozen=True, slots=True)
class Span:
    """From `start`, included, to `end`, not included."""

    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True)
class Plan:
    """`first` has no zone: it is the wall's time in `zone` when the first window opens.

    Without a `rule` it is the only one. Nothing before `made_at` or from `ended_at` on is planned:
    nobody can plan the past, and ending a plan leaves what was.
    """

    first: datetime
    zone: str
    minutes: int
    rule: str
    made_at: datetime
    ended_at: datetime | None = None


def check_rule(rule: str, *, first: datetime) -> str:
    """Return the rule of a plan that begins at `first`, in capitals. Raises BadRule."""
    rule = rule.strip().upper()
    if not rule:
        return ""
    parts = dict(part.partition("=")[::2] for part in rule.split(";"))
    if unknown := sorted(parts.keys() - _ALLOWED):
        raise BadRule(f"We do not read {', '.join(unknown)}. Use {', '.join(sorted(_ALLOWED))}.")
    if parts.get("FREQ") not in _FREQUENCIES:
        raise BadRule("A rule needs FREQ=DAILY, FREQ=WEEKLY or FREQ=MONTHLY.")
    try:
        if not 1 <= int(parts.get("INTERVAL", "1")) <= _MOST:
            raise ValueError(f"INTERVAL must be 1 to {_MOST}")
        if parts.get("UNTIL", "") > f"{first + _LONGEST:%Y%m%d}":
            raise ValueError("UNTIL must be within ten years")
        opens = next(iter(_parsed(rule, first)), None)
    except (ValueError, TypeError, KeyError, OverflowError) as error:
        raise BadRule(f"We cannot read “{rule}”: {error}. Example: FREQ=WEEKLY;BYDAY=SU.") from error
    if opens is None:
        raise BadRule(f"“{rule}” never comes true from {first:%-d %B %Y} on. Example: FREQ=WEEKLY;BYDAY=SU.")
    return rule


def spans(plan: Plan, *, start: datetime, end: datetime) -> list[Span]:
    """Return the parts of `plan` that lie between `start` and `end`, earliest first."""
    if end - start > _DAY:
        found: Iterable[Span] = _opened(plan, start, end)
    else:
        first = start.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
        found = {*_of_day(plan, first), *_of_day(plan, first + _DAY)}
    bounds = Span(max(start, plan.made_at), min(end, plan.ended_at or end))
    cut = (Span(max(span.start, bounds.start), min(span.end, bounds.end)) for span in found)
    return sorted((span for span in cut if span.start < span.end), key=lambda span: span.start)


def next_span(plan: Plan, *, now: datetime) -> Span | None:
    """Return the window that is open now, or the next one; None if there will be none."""
    if plan.ended_at and plan.ended_at <= now:
        return None
    since = (now - timedelta(minutes=plan.minutes) - _DAY).astimezone(ZoneInfo(plan.zone)).replace(tzinfo=None)
    wall = _starts(plan, since)
    for opening in wall.xafter(since, inc=True) if isinstance(wall, rrule) else wall:
        span = _span(plan, opening)
        if span.end > now:
            return span
    return None


def covers(windows: Iterable[Span], at: datetime) -> bool:
    return any(span.start <= at < span.end for span in windows)


def merged(windows: Iterable[Span]) -> list[Span]:
    """Return windows without overlap, earliest first."""
    out: list[Span] = []
    for span in sorted(windows, key=lambda span: span.start):
        if out and span.start <= out[-1].end:
            out[-1] = Span(out[-1].start, max(out[-1].end, span.end))
        else:
            out.append(span)
    return out


def shared(some: Sequence[Span], others: Sequence[Span]) -> list[Span]:
    """Return what lies within both, earliest first; each of the two without overlap."""
    pairs = (Span(max(a.start, b.start), min(a.end, b.end)) for a in some for b in others)
    return sorted((span for span in pairs if span.start < span.end), key=lambda span: span.start)


@lru_cache(maxsize=4096)
def _of_day(plan: Plan, day: datetime) -> tuple[Span, ...]:
    """Return the windows that touch a day of UTC. Kept, as each check asks for its own day."""
    return tuple(_opened(plan, day, day + _DAY))


def _opened(plan: Plan, start: datetime, end: datetime) -> set[Span]:
    """Return the windows that touch `start` to `end`, as planned: whole, and also before `made_at`."""
    length = timedelta(minutes=plan.minutes)
    zone = ZoneInfo(plan.zone)
    # A wall is at most a day from UTC, and a skipped hour, or day, moves a window by a day at most.
    since, until = (at.astimezone(zone).replace(tzinfo=None) for at in (start - length - _DAY, end + _DAY))
    wall = _starts(plan, since)
    if isinstance(wall, rrule):
        wall = wall.between(since, until, inc=True)
    found = (_span(plan, opening) for opening in wall)
    return {span for span in found if span.start < end and span.end > start}


def _starts(plan: Plan, since: datetime) -> rrule | Sequence[datetime]:
    """Return when windows open on the wall: at least those from `since` on.

    A rule is counted from its first window on, so the days of years are not walked through: its beginning is
    moved on by as many whole steps as lie before. Months differ in length, and are few.
    """
    if not plan.rule:
        return (plan.first,)
    rule = _parsed(plan.rule, plan.first)
    parts = dict(part.split("=") for part in plan.rule.split(";"))
    step = timedelta(days=_STEP_DAYS.get(parts["FREQ"], 0) * int(parts.get("INTERVAL", "1")))
    steps = (since - plan.first) // step - 1 if step else 0
    return rule.replace(dtstart=plan.first + steps * step) if steps > 0 else rule


@lru_cache(maxsize=1024)
def _parsed(rule: str, first: datetime) -> rrule:
    until = "" if "UNTIL=" in rule else f";UNTIL={first + _LONGEST:%Y%m%dT%H%M%S}"
    parsed = rrulestr(rule + until, dtstart=first)
    if not isinstance(parsed, rrule):
        raise ValueError("it is more than one rule")
    return parsed


def _span(plan: Plan, opening: datetime) -> Span:
    start = opening.replace(tzinfo=ZoneInfo(plan.zone), fold=0).astimezone(UTC)
    return Span(start, start + timedelta(minutes=plan.minutes))
