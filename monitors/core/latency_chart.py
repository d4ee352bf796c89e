"""A chart of response times as coordinates: lines where there was data, and nothing where there was none."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from monitors.core.drawing import HEIGHT, Frame, height_of, scale_for, ticks

LEAST_SHADE = 8  # one failure of many is still to be seen
SHARES = (0.5, 0.95, 0.99)


@dataclass(frozen=True, slots=True)
class Bucket:
    """The checks that began in one stretch of time; p50, p95 and p99 of the good ones in microseconds, or None."""

    start: datetime
    checks: int
    failed: int
    p50_us: int | None
    p95_us: int | None
    p99_us: int | None


@dataclass(frozen=True, slots=True)
class Chart:
    """Paths in SVG's notation within WIDTH × HEIGHT; `failures` are (x, y, width, height) of
    stretches with a failed check: as high as the share of those that failed."""

    median: str
    p95: str
    p99: str
    failures: tuple[tuple[float, float, float, float], ...]
    top_ms: float  # at the upper edge; the lower edge is 0
    summary: str  # the same in words

    @property
    def ticks(self) -> tuple[str, ...]:
        return ticks(self.top_ms)


def chart(buckets: Sequence[Bucket], frame: Frame) -> Chart | None:
    """Draw buckets, or return None if there is nothing to draw."""
    if not buckets:
        return None
    top_ms = scale_for(max((bucket.p99_us or 0 for bucket in buckets), default=0) / 1000)
    runs = list(frame.runs(bucket for bucket in buckets if bucket.p50_us is not None))

    def line(times_us: Sequence[Sequence[int | None]]) -> str:
        return " ".join(
            _path([(frame.middle(b.start), height_of(us or 0, top_ms)) for b, us in zip(run, times, strict=True)])
            for run, times in zip(runs, times_us, strict=True)
        )

    return Chart(
        median=line([[b.p50_us for b in run] for run in runs]),
        p95=line([[b.p95_us for b in run] for run in runs]),
        p99=line([[b.p99_us for b in run] for run in runs]),
        failures=tuple(_shade(frame.x(b.start), frame.step, b) for b in buckets if b.failed),
        top_ms=top_ms,
        summary=_summary(buckets),
    )


def _shade(x: float, width: float, bucket: Bucket) -> tuple[float, float, float, float]:
    height = round(max(LEAST_SHADE, HEIGHT * bucket.failed / bucket.checks), 1)
    return x, round(HEIGHT - height, 1), round(width, 1), height


def _path(points: Sequence[tuple[float, float]]) -> str:
    if len(points) == 1:  # a short dash, as a point has no length
        (x, y) = points[0]
        return f"M{x - 1:.1f},{y:.1f}h2"
    return "M" + "L".join(f"{x:.1f},{y:.1f}" for x, y in points)


def _summary(buckets: Sequence[Bucket]) -> str:
    checks, failed = sum(b.checks for b in buckets), sum(b.failed for b in buckets)
    medians = sorted(b.p50_us for b in buckets if b.p50_us is not None)
    if not medians:
        return f"{checks:,} checks, {failed:,} failed."
    median = medians[len(medians) // 2] / 1000
    slowest = max(b.p95_us or 0 for b in buckets) / 1000
    return f"{checks:,} checks, {failed:,} failed; typically {median:.0f} ms, at its slowest {slowest:.0f} ms (p95)."
