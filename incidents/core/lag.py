"""How late a vendor admits its incidents: its posts against when the trouble began, by anybody's account."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median

ENOUGH = 5  # incidents; of fewer, nothing is said about a vendor's habits
# A start that is named is earlier than the post by more than a page's own two clock readings are apart.
NAMED_BEFORE = timedelta(minutes=1)
# A post that was over this soon after it was written told of the past, not of something that went on.
NOTE_WITHIN = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Admission:
    """One incident: when its vendor posted, when it says that it began, when another source first saw it (or None).

    `ended_at` is when the vendor says that it was over (None: it goes on, or nobody said). `is_note`: the
    post calls itself retroactive.
    """

    posted_at: datetime
    began_at: datetime
    others_at: datetime | None = None
    ended_at: datetime | None = None
    is_note: bool = False

    @property
    def stated_at(self) -> datetime | None:
        """When the vendor says that it began, if that is before its post: else it names no start."""
        return self.began_at if self.began_at <= self.posted_at - NAMED_BEFORE else None

    @property
    def is_afterwards(self) -> bool:
        """Whether it was written when all was over: a note for the record, which warned nobody."""
        return self.is_note or (self.ended_at is not None and self.posted_at > self.ended_at - NOTE_WITHIN)


@dataclass(frozen=True, slots=True)
class Range:
    """Lags of `n` incidents: the median, the shortest and the longest."""

    n: int
    median: timedelta
    shortest: timedelta
    longest: timedelta


@dataclass(frozen=True, slots=True)
class Lag:
    """A vendor's habit; each range is None under ENOUGH incidents.

    `measured` incidents have a start to measure from; of `unsaid` ones the vendor names no start
    earlier than its post and nobody else saw them, so that a lag of 0 would be made up. `afterwards`
    were admitted only when they were over, and `never` ones not at all: neither has a place in a median.
    """

    after_start: Range | None
    measured: int
    unsaid: int
    afterwards: int = 0
    never: int = 0
    needed: int = ENOUGH


def lag_of(admission: Admission) -> timedelta | None:
    """Return how long after the earliest known start the vendor posted; None where no start is known.

    A vendor that posted before anybody saw anything has a lag of 0, never less.
    """
    starts = [start for start in (admission.stated_at, admission.others_at) if start is not None]
    return max(timedelta(0), admission.posted_at - min(starts)) if starts else None


def vendor_lag(admissions: Iterable[Admission], never: int = 0) -> Lag:
    """Return what a vendor's incidents say about it; `never` of them it did not admit."""
    known = list(admissions)
    timely = [admission for admission in known if not admission.is_afterwards]
    lags = [lag for admission in timely if (lag := lag_of(admission)) is not None]
    return Lag(_range(lags), len(lags), len(timely) - len(lags), len(known) - len(timely), never)


def _range(lags: Sequence[timedelta]) -> Range | None:
    if len(lags) < ENOUGH:
        return None
    middle = timedelta(seconds=median(lag.total_seconds() for lag in lags))
    return Range(len(lags), middle, min(lags), max(lags))
