"""What happened when: bars and uptime from spans of impact, coverage and maintenance.

A span includes its start and not its end. All times are aware; bars of a day are days in UTC, so
that no bar is ever 23 or 25 hours long.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar

from monitors.core.states import State

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of time; `ended_at` is the first moment that is no longer in it."""

    began_at: datetime
    ended_at: datetime

    @property
    def seconds(self) -> float:
        return (self.ended_at - self.began_at).total_seconds()


@dataclass(frozen=True, slots=True)
class ImpactSpan:
    """How bad it was for how long; `key` tells incidents apart when they are counted."""

    span: Span
    state: State
    key: object


@dataclass(frozen=True, slots=True)
class Bar:
    """A stretch of time on a chart: the worst state in it, for how long, and for how long we had data.

    `label` is the bar in words: "3 Oct: 12 min degraded, 1 incident".
    """

    began_at: datetime
    ended_at: datetime
    state: State
    impaired_s: int
    covered_s: int
    label: str


# What a second in a state takes from uptime. A degraded service still works.
DOWN = {State.DEGRADED: 0.0, State.PARTIAL_OUTAGE: 0.5, State.MAJOR_OUTAGE: 1.0}


def timeline(
    impacts: Iterable[ImpactSpan],
    coverage: Iterable[Span],
    maintenance: Iterable[Span],
    *,
    window: Span,
    bars: int,
    clear: Sequence[Bar] = (),
) -> tuple[Bar, ...]:
    """Cut `window` into `bars` equal bars.

    A bar shows the worst thing that happened in it; else maintenance; else it is operational if there
    was data for any of it, and UNKNOWN if there was none. `covered_s` tells a half-known bar apart.
    `clear` are the same bars without trouble, if they are drawn already: untouched ones are taken from there.
    """
    step = (window.ended_at - window.began_at) / bars
    cuts = [Span(window.began_at + step * n, window.began_at + step * (n + 1)) for n in range(bars)]
    found = list(impacts)
    felt = _by_bar([(i.span, i) for i in found], window, step, bars)
    covered = _by_bar([(span, span) for span in union(coverage)], window, step, bars)
    planned = _by_bar([(span, span) for span in union(maintenance)], window, step, bars)
    return tuple(
        clear[n] if clear and not felt[n] and not planned[n] else _bar(cut, felt[n], covered[n], planned[n])
        for n, cut in enumerate(cuts)
    )


def uptime(
    impacts: Iterable[ImpactSpan], coverage: Iterable[Span], maintenance: Iterable[Span], *, window: Span
) -> float | None:
    """Return the share of the covered part of `window` without an outage, 0.0 to 1.0; None without data.

    A major outage counts in full, a partial one half, degraded not at all. Maintenance leaves the
    window altogether, and so does time without data, unless an impact is known for it. Impacts alone, as a
    vendor's history tells of them, give no share: of the time between them nobody knows.
    """
    covered = clip(union(coverage), window)
    if not covered:
        return None
    inside = [i for i in impacts if overlap(i.span, window)]
    known = union([*covered, *(i.span for i in inside)])
    counted = minus(clip(known, window), union(maintenance))
    total = sum(span.seconds for span in counted)
    if not total:
        return None
    lost = 0.0
    for state, stretches in by_worst(inside).items():
        lost += DOWN.get(state, 0.0) * sum(overlap(a, b) for a in stretches for b in counted)
    return 1 - lost / total


def union(spans: Iterable[Span]) -> list[Span]:
    """Return the spans merged where they touch or overlap, in order."""
    merged: list[Span] = []
    for span in sorted(spans, key=lambda s: s.began_at):
        if merged and span.began_at <= merged[-1].ended_at:
            merged[-1] = Span(merged[-1].began_at, max(merged[-1].ended_at, span.ended_at))
        else:
            merged.append(span)
    return merged


def clip(spans: Iterable[Span], window: Span) -> list[Span]:
    """Return what of `spans` lies in `window`."""
    cut = (Span(max(s.began_at, window.began_at), min(s.ended_at, window.ended_at)) for s in spans)
    return [span for span in cut if span.began_at < span.ended_at]


def minus(spans: Iterable[Span], holes: Iterable[Span]) -> list[Span]:
    """Return `spans` without `holes`."""
    left = list(spans)
    for hole in holes:
        left = [piece for span in left for piece in _without(span, hole)]
    return left


def overlap(a: Span, b: Span) -> float:
    """Return for how many seconds both last."""
    return max(0.0, (min(a.ended_at, b.ended_at) - max(a.began_at, b.began_at)).total_seconds())


def by_worst(impacts: Iterable[ImpactSpan]) -> dict[State, list[Span]]:
    """Return {state: when that was the worst state}, so that overlapping impacts count once."""
    taken: list[Span] = []
    result: dict[State, list[Span]] = {}
    found = list(impacts)
    for state in sorted({i.state for i in found}, reverse=True):
        here = union(i.span for i in found if i.state == state)
        result[state] = minus(here, taken)
        taken = union([*taken, *here])
    return result


def _without(span: Span, hole: Span) -> list[Span]:
    pieces = [
        Span(span.began_at, min(span.ended_at, hole.began_at)),
        Span(max(span.began_at, hole.ended_at), span.ended_at),
    ]
    return [piece for piece in pieces if piece.began_at < piece.ended_at]


def _by_bar(items: Iterable[tuple[Span, T]], window: Span, step: timedelta, bars: int) -> list[list[T]]:
    """Sort what happened into the bars it touches: most bars are empty, and cost nothing."""
    slots: list[list[T]] = [[] for _ in range(bars)]
    for span, item in items:
        began, ended = max(span.began_at, window.began_at), min(span.ended_at, window.ended_at)
        if began >= ended:
            continue
        first = (began - window.began_at) // step
        last = -(-(ended - window.began_at) // step)  # rounded up: the first bar that it does not touch
        for n in range(first, min(last, bars)):
            slots[n].append(item)
    return slots


def _bar(cut: Span, here: Sequence[ImpactSpan], covered: Sequence[Span], planned: Sequence[Span]) -> Bar:
    impaired = sum(span.seconds for span in clip(union(i.span for i in here), cut))
    covered_s = sum(span.seconds for span in clip(covered, cut))
    state = _bar_state(here, covered_s, in_maintenance=bool(planned))
    incidents = len({i.key for i in here})
    label = _label(cut, state, impaired, covered_s, incidents)
    return Bar(cut.began_at, cut.ended_at, state, round(impaired), round(covered_s), label)


def _bar_state(here: Sequence[ImpactSpan], covered_s: float, *, in_maintenance: bool) -> State:
    if here:
        return max(i.state for i in here)
    if in_maintenance:
        return State.MAINTENANCE
    return State.OPERATIONAL if covered_s else State.UNKNOWN


def _label(cut: Span, state: State, impaired_s: float, covered_s: float, incidents: int) -> str:
    return f"{_when(cut)}: {_what(state, impaired_s, covered_s, incidents, cut)}"


def _when(cut: Span) -> str:
    day = f"{cut.began_at.day} {cut.began_at:%b}"
    if cut.ended_at - cut.began_at >= timedelta(days=1):
        return day
    return f"{day} {cut.began_at:%H:%M} to {cut.ended_at:%H:%M} UTC"


def _what(state: State, impaired_s: float, covered_s: float, incidents: int, cut: Span) -> str:
    if incidents:
        counted = f"{incidents} incident" + ("s" if incidents > 1 else "")
        return f"{_minutes(impaired_s)} {state.word}, {counted}"
    if state is State.OPERATIONAL:
        # A tenth of the bar without data is a poll that came late; more is said.
        return "no trouble seen" + ("" if covered_s > 0.9 * cut.seconds else f", data for {_minutes(covered_s)}")
    return "no data" if state is State.UNKNOWN else state.word


def _minutes(seconds: float) -> str:
    minutes = max(1, round(seconds / 60))
    return f"{minutes} min" if minutes < 60 else f"{minutes // 60} h {minutes % 60:02} min"
