"""The charts of one monitor: response times, and where the time goes, over one span and from one region or all."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from itertools import pairwise
from typing import TypeVar

from monitors.core import phases
from monitors.core.drawing import Frame
from monitors.core.latency_chart import SHARES, Bucket, Chart, chart
from monitors.core.phase_chart import PhaseBucket, PhaseChart, phase_chart
from monitors.core.phases import PhaseSums
from monitors.core.states import State
from monitors.core.sums import Sums, together
from monitors.core.windows import Span
from monitors.models import Monitor, MonitorHour, SourceState, StateChange
from monitors.queries.history import DAY, HOUR, Checked, Stretch, phases_by_hour, phases_in, sums_in, timeline
from monitors.queries.regions import region_name
from monitors.queries.windows import planned_spans

# Name -> (how far back, how much one point of a chart covers).
SPANS = {
    "24h": (DAY, timedelta(minutes=10)),
    "7d": (7 * DAY, HOUR),
    "30d": (30 * DAY, 6 * HOUR),
    "90d": (90 * DAY, DAY),
}
_Sums = TypeVar("_Sums")
_Piece = TypeVar("_Piece")


@dataclass(frozen=True, slots=True)
class AskedCharts:
    """One of SPANS, and a region's name; no name: all regions together."""

    span: str = "24h"
    region: str = ""

    @classmethod
    def of(cls, values: Mapping[str, str]) -> "AskedCharts":
        """Read an address; what makes no sense is left out."""
        span = values.get("span", "")
        return cls(span if span in SPANS else "24h", values.get("from", ""))


@dataclass(frozen=True, slots=True)
class Band:
    """A stretch to be seen behind or above the lines, with where it is drawn. `state` is of what it shows."""

    x: float
    width: float
    span: Span
    state: State


@dataclass(frozen=True, slots=True)
class Charts:
    """`regions` are names to choose from, none where there is but one. No chart: no data.

    `impaired` are stretches in which the monitor said so; `planned` those of maintenance windows.
    """

    span: str
    region: str
    regions: Sequence[str]
    times: Sequence[datetime]  # along the lower edge
    latency: Chart | None
    phases: PhaseChart | None
    impaired: Sequence[Band]
    planned: Sequence[Band]

    @property
    def spans(self) -> Sequence[str]:
        return list(SPANS)

    @property
    def span_words(self) -> str:
        """The span in words: "24 hours"."""
        return self.span.replace("h", " hours").replace("d", " days")


def charts(
    monitor: Monitor,
    asked: AskedCharts,
    day: Sequence[Checked],
    parts: Sequence[Stretch],
    word: SourceState | None,
    *,
    now: datetime,
) -> Charts:
    """Return the charts. `day` are the checks of the last 24 hours, `parts` what those of 90 days came to.

    A region's times, and phases beyond a day, are read from single checks, so no further back than those are kept.
    """
    frame = _frame(monitor, asked.span, now)
    names = {region_name(region): region for region in monitor.regions}
    region = names.get(asked.region) if len(names) > 1 else None
    planned = planned_spans(frame.start, frame.end, monitor_ids=[monitor.id]).get(monitor.id, [])
    if asked.span == "24h" or region is not None:
        known = day if asked.span == "24h" else timeline(monitor.id, start=frame.start, end=now, region=region)
        checks = [one for one in known if region in (None, one.region)]
        sums = _by_bucket(checks, frame, lambda pile: sums_in(pile, planned))
        spent = _by_bucket(checks, frame, phases_in)
    else:
        sums, spent = _sums(monitor, asked.span, parts, frame), _phases(monitor, day, frame)
    return Charts(
        span=asked.span,
        region="" if region is None else asked.region,
        regions=list(names) if len(names) > 1 else [],
        times=frame.times,
        latency=chart(_latency_buckets(sums, frame), frame),
        phases=phase_chart(_phase_buckets(spent, frame), frame),
        impaired=_bands(_impaired(monitor, word, frame, now), frame),
        planned=_bands([(span, State.MAINTENANCE) for span in planned if span.start < now], frame),
    )


def _frame(monitor: Monitor, span: str, now: datetime) -> Frame:
    length, width = SPANS[span]
    # At least two checks of each region fall into a bucket, so that an ordinary pause between checks is no gap.
    width = max(width, 2 * len(monitor.regions) * timedelta(seconds=monitor.interval_s))
    ends = {"24h": now.replace(second=0, microsecond=0) + timedelta(minutes=1), "90d": _midnight(now) + DAY}
    end = ends.get(span) or now.replace(minute=0, second=0, microsecond=0) + HOUR
    return Frame(end - length, end, width)


def _by_bucket(
    checks: Sequence[Checked], frame: Frame, sum_up: Callable[[Sequence[Checked]], _Sums]
) -> list[tuple[datetime, _Sums]]:
    """Add up single checks by the buckets that they fall into."""
    return [(start, sum_up(pile)) for start, pile in _piles([(checked.at, checked) for checked in checks], frame)]


def _sums(monitor: Monitor, span: str, parts: Sequence[Stretch], frame: Frame) -> list[tuple[datetime, Sums]]:
    """Return what all regions' checks came to, by hour or by day, and what is newer."""
    if span == "90d":
        return [(part.start, part.sums) for part in parts]
    hours = MonitorHour.objects.filter(monitor_id=monitor.id, hour__gte=frame.start).order_by("hour")
    columns = ("checks", "failed", "planned", "sum_us", "max_us", "histogram")
    pieces = [(hour, Sums(*sums)) for hour, *sums in hours.values_list("hour", *columns)]
    newest = pieces[-1][0] + HOUR if pieces else frame.start
    return pieces + [(part.start, part.sums) for part in parts if part.start >= newest and part.length < DAY]


def _phases(monitor: Monitor, day: Sequence[Checked], frame: Frame) -> list[tuple[datetime, PhaseSums]]:
    """Return what all regions' phases came to, by hour, and what is newer."""
    pieces = phases_by_hour(monitor.id, start=frame.start, end=frame.end)
    newest = pieces[-1][0] + HOUR if pieces else frame.start
    return pieces + [(one.at, phases_in([one])) for one in day if one.at >= newest]


def _latency_buckets(pieces: Sequence[tuple[datetime, Sums]], frame: Frame) -> list[Bucket]:
    buckets = []
    for start, pile in _piles([(at, sums) for at, sums in pieces if sums.checks], frame):
        sums = together(pile)
        p50, p95, p99 = sums.measured(*SHARES) or (None, None, None)
        buckets.append(Bucket(start, sums.checks, sums.failed, p50, p95, p99))
    return buckets


def _phase_buckets(pieces: Sequence[tuple[datetime, PhaseSums]], frame: Frame) -> list[PhaseBucket]:
    return [PhaseBucket(start, phases.together(pile)) for start, pile in _piles(pieces, frame)]


def _piles(pieces: Sequence[tuple[datetime, _Piece]], frame: Frame) -> list[tuple[datetime, list[_Piece]]]:
    """Return the pieces of each bucket that has some."""
    piles: dict[int, list[_Piece]] = {}
    for at, piece in pieces:
        if at >= frame.start:
            piles.setdefault((at - frame.start) // frame.width, []).append(piece)
    return [(frame.start + index * frame.width, pile) for index, pile in sorted(piles.items())]


def _impaired(monitor: Monitor, word: SourceState | None, frame: Frame, now: datetime) -> list[tuple[Span, State]]:
    """Return the stretches in which the monitor said that something is wrong. One query."""
    own = {"ref": f"monitor:{monitor.id}", "scope": monitor.scope_id}
    moves = list(
        StateChange.objects.filter(**own, at__gte=frame.start).order_by("at", "id").values_list("at", "old", "new")
    )
    before = moves[0][1] if moves else word.state if word else State.UNKNOWN
    edges = [(frame.start, before), *((at, new) for at, _, new in moves), (now, State.UNKNOWN)]
    return [
        (Span(start, end), State(state))
        for (start, state), (end, _) in pairwise(edges)
        if State(state).is_impaired and end > start
    ]


def _bands(spans: Sequence[tuple[Span, State]], frame: Frame) -> list[Band]:
    placed = [(frame.band(span), span, state) for span, state in spans]
    return [Band(*place, span, state) for place, span, state in placed if place]


def _midnight(now: datetime) -> datetime:
    return datetime.combine(now.astimezone(UTC).date(), time(), UTC)
