"""A stretch of time as a drawing: where a moment lies, and where the scale ends."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol, TypeVar

from monitors.core.windows import Span

WIDTH, HEIGHT = 720, 160  # units of the drawing, not pixels
LEAST_WIDTH = 2  # of a band: a short one is still to be seen
_LADDER = (1, 2, 5)


class Placed(Protocol):
    @property
    def start(self) -> datetime: ...


Bucketed = TypeVar("Bucketed", bound=Placed)


@dataclass(frozen=True, slots=True)
class Frame:
    """From `start` to `end`, in buckets of `width`."""

    start: datetime
    end: datetime
    width: timedelta

    @property
    def step(self) -> float:
        """How wide a bucket is drawn."""
        return WIDTH * (self.width / (self.end - self.start))

    @property
    def times(self) -> tuple[datetime, ...]:
        """Moments evenly spread over the width, both edges included."""
        return tuple(self.start + quarter * (self.end - self.start) / 4 for quarter in range(5))

    def x(self, at: datetime) -> float:
        return round(WIDTH * ((at - self.start) / (self.end - self.start)), 1)

    def middle(self, at: datetime) -> float:
        """Where a bucket that begins then has its middle."""
        return self.x(at) + self.step / 2

    def band(self, span: Span) -> tuple[float, float] | None:
        """Return (x, width) of what of a span lies within the frame; None if nothing does."""
        start, end = max(span.start, self.start), min(span.end, self.end)
        if start >= end:
            return None
        x = min(self.x(start), WIDTH - LEAST_WIDTH)
        return x, max(float(LEAST_WIDTH), round(self.x(end) - x, 1))

    def runs(self, buckets: Iterable[Bucketed]) -> Iterator[Sequence[Bucketed]]:
        """Give stretches of buckets that touch each other: a gap stays a gap."""
        run: list[Bucketed] = []
        for bucket in buckets:
            if run and bucket.start - run[-1].start > self.width:
                yield run
                run = []
            run.append(bucket)
        if run:
            yield run


def scale_for(milliseconds: float) -> float:
    """Return the next of 1, 2, 5, 10, 20, 50 ... at or above."""
    scale = 1.0
    while True:
        for factor in _LADDER:
            if factor * scale >= milliseconds:
                return factor * scale
        scale *= 10


def ticks(top_ms: float) -> tuple[str, str, str]:
    """Return what stands at the upper edge of the scale, in its middle and at its lower edge."""
    return _time(top_ms), _time(top_ms / 2), "0"


def _time(milliseconds: float) -> str:
    return f"{milliseconds / 1000:g} s" if milliseconds >= 1000 else f"{milliseconds:g} ms"


def height_of(microseconds: float, top_ms: float) -> float:
    """Return where a time lies: 0 is the upper edge of the drawing, HEIGHT the lower one."""
    return round(HEIGHT * (1 - microseconds / 1000 / top_ms), 1)
