"""The last 24 hours on one time axis: where each moment lies on it, and what is drawn there.

Places on the axis are shares of its length, 0.0 (its beginning) to 1.0 (its end). All times are aware.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import groupby

from incidents.core.timeline import ImpactSpan, Span, by_worst, clip, timeline
from monitors.core.states import Source, State
from pages.core.answer import later

QUARTER, QUARTERS = timedelta(minutes=15), 96
MOST_FIRSTS = 5  # incidents of which it is said who saw them first
LABELLED = 3  # every third hour has its number
WHO = {
    Source.OFFICIAL: "Vendor's page",
    Source.PROBE: "Your probes",
    Source.CROWD: "People",
    Source.DELIVERY: "Your messages",
}


@dataclass(frozen=True, slots=True)
class Hour:
    """A full hour on the axis; `label` is "15:00", or the day at midnight, or "" for an hour without a number.

    `is_minor`: where there is little room, it goes without.
    """

    at: datetime
    place: float
    label: str
    is_minor: bool = False


@dataclass(frozen=True, slots=True)
class Stretch:
    """A stretch in one state: from `place` on, `width` long. `label` is it in words."""

    state: State
    began_at: datetime
    ended_at: datetime
    place: float
    width: float

    @property
    def label(self) -> str:
        return f"{clocks(self.began_at, self.ended_at)}: {state_words(self.state)}"


@dataclass(frozen=True, slots=True)
class Mark:
    """When a source first saw an incident: the edge of a stretch, which is not always a quarter of an hour's."""

    at: datetime
    place: float
    title: str
    uid: str


@dataclass(frozen=True, slots=True)
class Band:
    """An incident on the axis; `is_open`: it lasts."""

    stretch: Stretch
    title: str
    uid: str
    is_open: bool


@dataclass(frozen=True, slots=True)
class Column:
    """A quarter of an hour's reports, and how many are usual then; None: the past is too short to say."""

    at: datetime
    place: float
    number: int
    usual: float | None


@dataclass(frozen=True, slots=True)
class Strip:
    """One source's account of the day; `stretches` None: this reader has no such source."""

    source: Source
    stretches: tuple[Stretch, ...] | None
    marks: tuple[Mark, ...] = ()
    columns: tuple[Column, ...] = ()  # of people alone, who are many sources in one
    posts: tuple[Mark, ...] = ()  # when the vendor wrote of it

    @property
    def label(self) -> str:
        return WHO[self.source]

    @property
    def telling(self) -> tuple[Stretch, ...]:
        """What is worth a word: trouble, and where nothing was heard, in order."""
        found = (one for one in self.stretches or () if one.state is not State.OPERATIONAL)
        return tuple(sorted(found, key=lambda one: one.began_at))

    @property
    def words(self) -> str:
        """The strip in a sentence, for who cannot see it."""
        reports = sum(column.number for column in self.columns)
        quiet = f"{reports or 'no'} report{'' if reports == 1 else 's'}" if self.columns else "no trouble seen"
        said = [one.label for one in self.telling] or [quiet]
        first = [f"first saw it {mark.at.astimezone(UTC):%H:%M} UTC" for mark in self.marks]
        wrote = [f"wrote of it {post.at.astimezone(UTC):%H:%M} UTC" for post in self.posts]
        return f"{self.label}: {'; '.join([*said, *first, *wrote])}"


@dataclass(frozen=True, slots=True)
class First:
    """Which sources saw an incident when, the first to see it first."""

    title: str
    uid: str
    seen: tuple[tuple[Source, datetime], ...]

    @property
    def words(self) -> str:
        """It in a sentence: "People at 14:02, Vendor's page 31 min later"."""
        (first, at), *others = self.seen
        behind = (f"{WHO[source].lower()} {later(then - at)}" for source, then in others)
        return ", ".join([f"{WHO[first]} at {at.astimezone(UTC):%H:%M} UTC", *behind])


@dataclass(frozen=True, slots=True)
class Day:
    """Four strips and the incidents over them, on one axis."""

    window: Span
    hours: tuple[Hour, ...]
    bands: tuple[Band, ...]
    strips: tuple[Strip, ...]

    @property
    def firsts(self) -> tuple["First", ...]:
        """Who saw which incident when, for the incidents that were seen last, the newest first."""
        seen = sorted(((mark, strip.source) for strip in self.strips for mark in strip.marks), key=lambda p: p[0].at)
        titles = list(dict.fromkeys((mark.uid, mark.title) for mark, _ in seen))[: -MOST_FIRSTS - 1 : -1]
        return tuple(
            First(title, uid, tuple((source, mark.at) for mark, source in seen if mark.uid == uid))
            for uid, title in titles
        )


def window_of(now: datetime) -> Span:
    """Return the 24 hours that end with the quarter of an hour that is running."""
    end = now.replace(minute=now.minute - now.minute % 15, second=0, microsecond=0) + QUARTER
    return Span(end - QUARTERS * QUARTER, end)


def place(at: datetime, window: Span) -> float:
    """Return where a moment lies in the window; what is outside lies at its nearer end."""
    return min(1.0, max(0.0, (at - window.began_at).total_seconds() / window.seconds))


def hours_of(window: Span) -> tuple[Hour, ...]:
    """Return the full hours (UTC) inside of a window, every third with its number and midnight with its day."""
    first = window.began_at.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
    every = (first + timedelta(hours=n) for n in range(26))
    return tuple(
        Hour(at, place(at, window), _label(at), bool(at.hour % (2 * LABELLED)))
        for at in every
        if window.began_at < at < window.ended_at
    )


def stretches(
    impacts: Iterable[ImpactSpan], covered: Iterable[Span], window: Span, now: datetime
) -> tuple[Stretch, ...]:
    """Return a source's day: no data, no trouble, and over both its trouble to the minute.

    What we heard is drawn by the quarter of an hour: a poll that came a minute late is no gap. After `now` is nothing.
    """
    bars = timeline((), covered, (), window=window, bars=QUARTERS)
    runs = [list(run) for _, run in groupby(bars, key=lambda bar: bar.state)]
    ground = [stretch(run[0].state, Span(run[0].began_at, min(now, run[-1].ended_at)), window) for run in runs]
    worst = by_worst(impacts)
    trouble = [stretch(state, span, window) for state in sorted(worst) for span in clip(worst[state], window)]
    return (*ground, *sorted(trouble, key=lambda one: one.began_at))


def band(span: Span, state: State, title: str, uid: str, *, is_open: bool, window: Span) -> Band:
    cut = Span(max(span.began_at, window.began_at), min(span.ended_at, window.ended_at))
    return Band(stretch(state, cut, window), title, uid, is_open)


def columns(counts: Iterable[tuple[datetime, int, float | None]], window: Span) -> tuple[Column, ...]:
    """Place (start of a quarter of an hour, its reports, how many are usual then) on the axis."""
    return tuple(
        Column(at, place(at, window), number, usual)
        for at, number, usual in counts
        if window.began_at <= at < window.ended_at
    )


def clocks(began: datetime, ended: datetime) -> str:
    """Return a stretch of the day in words: "14:02 to 15:30 UTC"."""
    return f"{began.astimezone(UTC):%H:%M} to {ended.astimezone(UTC):%H:%M} UTC"


def state_words(state: State) -> str:
    match state:
        case State.UNKNOWN:
            return "no data"
        case State.OPERATIONAL:
            return "no trouble seen"
        case _:
            return state.word


def stretch(state: State, span: Span, window: Span) -> Stretch:
    """Place a span that lies in the window."""
    began, ended = place(span.began_at, window), place(span.ended_at, window)
    return Stretch(state, span.began_at, span.ended_at, began, ended - began)


def _label(at: datetime) -> str:
    if at.hour == 0:
        return f"{at.day} {at:%b}"
    return f"{at:%H:%M}" if at.hour % LABELLED == 0 else ""
