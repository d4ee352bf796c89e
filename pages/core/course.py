"""The course of one incident: what each source saw of it, on an axis of the incident's own length."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta

from incidents.core.timeline import ImpactSpan, Span, by_worst, clip
from monitors.core.states import Source, State
from pages.core.day import Band, Day, Hour, Mark, Strip, place, stretch

LEAST = timedelta(minutes=30)  # shorter than this no axis is
BEFORE = 0.08  # of the length: so much calm is shown before the first sign
MOST_TICKS = 8
STEPS = tuple(timedelta(minutes=n) for n in (5, 10, 15, 30, 60, 120, 180, 360, 720))


def course(
    firsts: Mapping[Source, datetime],
    troubles: Mapping[Source, Sequence[ImpactSpan]],
    whole: ImpactSpan,
    title: str,
    *,
    is_open: bool,
    posted_at: datetime | None = None,
) -> Day:
    """Return who saw an incident from when to when; sources that never saw it are not in `firsts` and have no strip.

    `posted_at` is when the vendor wrote of it: before that its page may have shown it, or it names an earlier start.
    """
    began = min([whole.span.began_at, *firsts.values()])
    ended = whole.span.ended_at
    # A short one has calm before it, and never the future after it: the axis ends now, or when it was over.
    window = Span(min(began - BEFORE * (ended - began), ended - LEAST), ended)
    strips = tuple(
        _strip(
            source, firsts[source], troubles.get(source, ()), window, posted_at if source is Source.OFFICIAL else None
        )
        for source in Source
        if source in firsts
    )
    lasted = stretch(max(whole.state, State.DEGRADED), whole.span, window)
    return Day(window, ticks(window), (Band(lasted, title, "", is_open),), strips)


def ticks(window: Span) -> tuple[Hour, ...]:
    """Return round times (UTC) inside of a window, all with a label: the clock's, or the day at midnight."""
    length = window.ended_at - window.began_at
    days = timedelta(days=-(-length // (MOST_TICKS * timedelta(days=1))))
    step = next((step for step in STEPS if length / step <= MOST_TICKS), days)
    midnight = window.began_at.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    first = midnight + ((window.began_at - midnight) // step + 1) * step
    every = ((first + n * step, bool(n % 2)) for n in range(MOST_TICKS + 1))
    return tuple(Hour(at, place(at, window), _label(at), minor) for at, minor in every if at < window.ended_at)


def _strip(
    source: Source, first: datetime, troubles: Sequence[ImpactSpan], window: Span, posted_at: datetime | None
) -> Strip:
    """Return what the refs of one source said together, with a mark where the first of them began."""
    worst = by_worst(troubles)
    drawn = [stretch(state, span, window) for state, found in worst.items() for span in clip(found, window)]
    in_order = tuple(sorted(drawn, key=lambda one: one.began_at))
    mark = Mark(first, place(first, window), "it", "")
    posts = (Mark(posted_at, place(posted_at, window), "it", ""),) if posted_at else ()
    return Strip(source, in_order, (mark,), posts=posts)


def _label(at: datetime) -> str:
    return f"{at.day} {at:%b}" if (at.hour, at.minute) == (0, 0) else f"{at:%H:%M}"
