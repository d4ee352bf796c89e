"""How long messages took to be delivered, as a histogram of fixed steps that the database can add up.

Unlike those of monitors.core.histogram its bins are few and the same for everybody: counts of a minute, of an hour
and of a week are sums of columns, so that a percentile of any stretch costs one query. A step is at most twice the
one before; and a percentile is drawn as if the messages of a step were spread evenly within it.
"""

from bisect import bisect_left
from collections.abc import Sequence

# Seconds: a message belongs to the first step that it did not exceed; what took longer than the last to one more.
STEPS = (1, 2, 3, 4, 6, 8, 11, 15, 20, 30, 45, 60, 90, 120, 180, 300, 600, 1200, 2400, 3600)
SIZE = len(STEPS) + 1


def step_of(seconds: float) -> int:
    """Return the index of the bin that a time belongs to: 0 to SIZE - 1. Less than nothing counts as nothing."""
    return bisect_left(STEPS, seconds)


def percentile(counts: Sequence[int], share: float) -> float | None:
    """Return the seconds that `share` (0.0 to 1.0) of the messages did not exceed; None without any.

    Of the last bin nobody knows how long: its answer is the last step, "an hour or more".
    """
    total = sum(counts)
    if not total:
        return None
    wanted, seen = share * total, 0
    for index, count in enumerate(counts):
        if count and seen + count >= wanted:
            if index == len(STEPS):
                break
            low = STEPS[index - 1] if index else 0
            return low + (STEPS[index] - low) * max(0.0, wanted - seen) / count
        seen += count
    return float(STEPS[-1])
