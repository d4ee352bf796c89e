"""Where the time of checks goes, as areas that lie on each other: the mean of each phase, bucket by bucket."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from monitors.core.drawing import Frame, height_of, scale_for, ticks
from monitors.core.phases import PHASES, PhaseSums, together


@dataclass(frozen=True, slots=True)
class PhaseBucket:
    start: datetime
    sums: PhaseSums


@dataclass(frozen=True, slots=True)
class Area:
    """One phase: its path in SVG's notation, from what lies below it to what it adds."""

    name: str  # one of PHASES
    label: str
    path: str
    mean_ms: float


@dataclass(frozen=True, slots=True)
class PhaseChart:
    """The lowest area first; a phase that took no time at all is left out."""

    areas: Sequence[Area]
    top_ms: float
    summary: str

    @property
    def ticks(self) -> tuple[str, ...]:
        return ticks(self.top_ms)


def phase_chart(buckets: Sequence[PhaseBucket], frame: Frame) -> PhaseChart | None:
    """Draw the phases, or return None if none of them was measured."""
    buckets = [bucket for bucket in buckets if bucket.sums.checks]
    whole = together(bucket.sums for bucket in buckets)
    if not any(whole[1:]):
        return None
    runs = list(frame.runs(buckets))
    top_ms = scale_for(max(sum(bucket.sums.means_us) for bucket in buckets) / 1000)
    areas = [
        Area(name, label, " ".join(_area(run, index, frame, top_ms) for run in runs), whole.means_us[index] / 1000)
        for index, (name, label) in enumerate(PHASES.items())
        if whole[1 + index]
    ]
    said = ", ".join(f"{area.label} {area.mean_ms:.1f} ms" for area in areas)
    return PhaseChart(areas, top_ms, f"On average: {said}.")


def _area(run: Sequence[PhaseBucket], index: int, frame: Frame, top_ms: float) -> str:
    """Draw one phase of a stretch, each bucket from edge to edge: a lonely one is a column."""
    above, below = [], []
    for bucket in run:
        means, left = bucket.sums.means_us, frame.x(bucket.start)
        for x in (left, left + frame.step):
            below.append((x, height_of(sum(means[:index]), top_ms)))
            above.append((x, height_of(sum(means[: index + 1]), top_ms)))
    return "M" + "L".join(f"{x:.1f},{y:.1f}" for x, y in [*above, *reversed(below)]) + "Z"
