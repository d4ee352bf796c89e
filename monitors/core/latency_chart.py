"""A chart of response times as coordinates: lines where there was data, and nothing where there was none."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

WIDTH, HEIGHT = 720, 160  # units of the drawing, not pixels
LEAST_SHADE = 8  # one failure of many is still to be seen
_LADDER = (1, 2, 5)


@dataclass(frozen=True, slots=True)
class Bucket:
    """The checks that began in one stretch of time; p50 and p95 of the good ones in microseconds, or None."""

    start: datetime
    checks: int
    failed: int
    p50_us: int | None
    p95_us: int | None


@dataclass(frozen=True, slots=True)
class Chart:
    """Paths in SVG's notation within WIDTH × HEIGHT; `failures` are (x, y, width, height) of
    stretches with a failed check: as high as the share of those that failed."""

    median: str
    p95: str
    failures: tuple[tuple[float, float, float, float], ...]
    top_ms: float  # at the upper edge; the lower edge is 0
    times: tuple[datetime, ...]  # evenly spread over the width, both edges included
    summary: str  # the same in words


def chart(buckets: Sequence[Bucket], *, start: datetime, end: datetime, width: timedelta) -> Chart | None:
    """Draw buckets of `width` from `start` to `end`, or return None if there is nothing to draw."""
    if not buckets:
        return None
    top_ms = _round_up(max((bucket.p95_us or 0 for bucket in buckets), default=0) / 1000)
    step = WIDTH * (width / (end - start))

    def x(at: datetime) -> float:
        return round(WIDTH * ((at - start) / (end - start)), 1)

    def y(microseconds: int | None) -> float:
        return round(HEIGHT * (1 - (microseconds or 0) / 1000 / top_ms), 1)

    runs = list(_runs(buckets, width))
    return Chart(
        median=" ".join(_line([(x(b.start) + step / 2, y(b.p50_us)) for b in run]) for run in runs),
        p95=" ".join(_line([(x(b.start) + step / 2, y(b.p95_us)) for b in run]) for run in runs),
        failures=tuple(_shade(x(b.start), step, b) for b in buckets if b.failed),
        top_ms=top_ms,
        times=tuple(start + quarter * (end - start) / 4 for quarter in range(5)),
        summary=_summary(buckets),
    )


def _runs(buckets: Sequence[Bucket], width: timedelta) -> Iterable[list[Bucket]]:
    """Give stretches of buckets that touch each other: a gap stays a gap, and so does time without a good check."""
    run: list[Bucket] = []
    for bucket in (bucket for bucket in buckets if bucket.p50_us is not None):
        if run and bucket.start - run[-1].start > width:
            yield run
            run = []
        run.append(bucket)
    if run:
        yield run


def _shade(x: float, width: float, bucket: Bucket) -> tuple[float, float, float, float]:
    height = round(max(LEAST_SHADE, HEIGHT * bucket.failed / bucket.checks), 1)
    return x, round(HEIGHT - height, 1), round(width, 1), height


def _line(points: Sequence[tuple[float, float]]) -> str:
    if len(points) == 1:  # a short dash, as a point has no length
        (x, y) = points[0]
        return f"M{x - 1:.1f},{y:.1f}h2"
    return "M" + "L".join(f"{x:.1f},{y:.1f}" for x, y in points)


def _round_up(ms: float) -> float:
    """Return the next of 1, 2, 5, 10, 20, 50 ... at or above `ms`."""
    scale = 1.0
    while True:
        for factor in _LADDER:
            if factor * scale >= ms:
                return factor * scale
        scale *= 10


def _summary(buckets: Sequence[Bucket]) -> str:
    checks, failed = sum(b.checks for b in buckets), sum(b.failed for b in buckets)
    medians = sorted(b.p50_us for b in buckets if b.p50_us is not None)
    if not medians:
        return f"{checks} checks, {failed} failed."
    median = medians[len(medians) // 2] / 1000
    slowest = max(b.p95_us or 0 for b in buckets) / 1000
    return f"{checks} checks, {failed} failed; typically {median:.0f} ms, at its slowest {slowest:.0f} ms (p95)."
