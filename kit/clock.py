"""The product's clock: one place that says what time it is.

Normally that is the machine's time. A demo or a game day may start the clock at another moment and
let it run faster, so that a day of evidence passes in minutes; every process of one installation is
given the same three settings and so agrees on the time.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta


@dataclass(frozen=True, slots=True)
class Pace:
    """A clock that showed `start` when the machine showed `origin`, `speed` times as fast."""

    origin: datetime
    start: datetime
    speed: float


_pace: Pace | None = None


def configure(pace: Pace | None) -> None:
    """Set the pace of this process's clock; None means the machine's own time."""
    global _pace
    _pace = pace


def clock() -> datetime:
    """Return the current product time, aware, in UTC. Read it once per unit of work."""
    now = datetime.now(UTC)
    return now if _pace is None else _pace.start + (now - _pace.origin) * _pace.speed


def real(seconds: float) -> timedelta:
    """Return how far the product's clock moves while `seconds` pass on the machine.

    For leases and retries, which protect against machines and networks and so must not shrink
    when the product's clock is fast.
    """
    return timedelta(seconds=seconds * (1.0 if _pace is None else _pace.speed))
