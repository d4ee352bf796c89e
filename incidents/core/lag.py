"""How late a vendor admits its incidents: its posts against when the trouble began, by anybody's account."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median

ENOUGH = 5  # incidents; of fewer, nothing is said about a vendor's habits


@dataclass(frozen=True, slots=True)
class Admission:
    """One incident: when its vendor posted, when it says that it began, when another source first saw it (or None)."""

    posted_at: datetime
    began_at: datetime
    others_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Range:
    """Lags of `n` incidents: the median, the shortest and the longest. Below zero: the vendor was first."""

    n: int
    median: timedelta
    shortest: timedelta
    longest: timedelta


@dataclass(frozen=True, slots=True)
class Lag:
    """A vendor's habit; each range is None under ENOUGH incidents.

    `measured` incidents have a start to measure from; of `unsaid` ones the vendor names no start
    earlier than its post and nobody else saw them, so that a lag of 0 would be made up.
    """

    after_start: Range | None
    after_others: Range | None
    measured: int
    unsaid: int
    needed: int = ENOUGH


def lag_of(admission: Admission) -> timedelta | None:
    """Return how long after the earliest known start the vendor posted; None where no start is known.

    A vendor that posted before anybody saw anything has a lag of 0, never less.
    """
    stated = admission.began_at if admission.began_at < admission.posted_at else None
    starts = [start for start in (stated, admission.others_at) if start is not None]
    return max(timedelta(0), admission.posted_at - min(starts)) if starts else None


def vendor_lag(admissions: Iterable[Admission]) -> Lag:
    """Return what a vendor's incidents say about it."""
    known = list(admissions)
    lags = [lag for admission in known if (lag := lag_of(admission)) is not None]
    against = [admission.posted_at - admission.others_at for admission in known if admission.others_at is not None]
    return Lag(_range(lags), _range(against), len(lags), len(known) - len(lags))


def _range(lags: Sequence[timedelta]) -> Range | None:
    if len(lags) < ENOUGH:
        return None
    middle = timedelta(seconds=median(lag.total_seconds() for lag in lags))
    return Range(len(lags), middle, min(lags), max(lags))
