"""What checks add up to: how many, how many failed, and how long the good ones took."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from monitors.core.blocks import Packed
from monitors.core.histogram import add_up, bins_of, encode, percentile
from monitors.core.states import State


class Sums(NamedTuple):
    """`checks` say something about the target outside of planned work; times are of the good ones of them."""

    checks: int = 0
    failed: int = 0
    planned: int = 0
    sum_us: int = 0
    max_us: int = 0
    histogram: bytes = b""

    @property
    def uptime(self) -> float | None:
        """The share of the checks that did not fail, 0.0 to 1.0; None without a check."""
        return (self.checks - self.failed) / self.checks if self.checks else None

    def percentiles(self, *shares: float) -> list[int] | None:
        """Return the times in microseconds that these shares of the good checks did not exceed; None without one."""
        bins = add_up([self.histogram])
        found = [percentile(bins, share) for share in shares]
        return [time for time in found if time is not None] if bins else None

    def measured(self, *shares: float) -> list[int] | None:
        """As `percentiles`, but None also where no time was measured, as for a job that never says when it begins."""
        return self.percentiles(*shares) if self.max_us else None


def sums_of(checks: Iterable[Packed], *, is_planned: Iterable[bool]) -> Sums:
    """Add up checks; one that was our own fault counts nowhere, one in planned work as planned only."""
    told = [(c, plan) for c, plan in zip(checks, is_planned, strict=True) if c.state != State.UNKNOWN]
    counted = [check for check, plan in told if not plan]
    good = [check.total_us for check in counted if check.state < State.PARTIAL_OUTAGE]
    return Sums(
        checks=len(counted),
        failed=len(counted) - len(good),
        planned=len(told) - len(counted),
        sum_us=sum(good),
        max_us=max(good, default=0),
        histogram=encode(bins_of(good)),
    )


def together(parts: Sequence[Sums]) -> Sums:
    """Return the sum of stretches that do not overlap."""
    return Sums(
        checks=sum(part.checks for part in parts),
        failed=sum(part.failed for part in parts),
        planned=sum(part.planned for part in parts),
        sum_us=sum(part.sum_us for part in parts),
        max_us=max((part.max_us for part in parts), default=0),
        histogram=encode(add_up(bytes(part.histogram) for part in parts)),
    )
