"""What people's reports come to against what is usual, in words."""

from datetime import UTC, datetime
from math import sqrt

from monitors.core.crowd import DISPERSION

LOUD = 2.0  # times the usual, before we say how many times it is


def usual_range(mean: float) -> tuple[int, int]:
    """Return between which numbers two of three quiet quarters of an hour lie, for a mean of reports in one."""
    spread = sqrt(DISPERSION * mean)
    return max(0, round(mean - spread)), round(mean + spread)


def usual_sentence(mean: float | None, number: int, now: datetime) -> str:
    """Say what is normal and what is now: "Usually 2 to 4 reports in a quarter of an hour at this time on a Saturday; …".

    `mean` is of a quarter of an hour, None where the past is too short to say; `number` of the last 15 minutes.
    """
    last = f"in the last one {number or 'none'}"
    if mean is None:
        return f"How many reports are usual in a quarter of an hour is not known yet; {last}."
    low, high = usual_range(mean)
    usual = "hardly any" if high == 0 else f"up to {high}" if low == 0 else f"{low} to {high}"
    noun = "report" if high == 1 else "reports"
    times = f", {number / mean:.0f} times as many" if mean >= 1 and number >= LOUD * mean else ""
    return f"Usually {usual} {noun} in a quarter of an hour {at_this_time(now)}; {last}{times}."


def at_this_time(now: datetime) -> str:
    """Return the habit's hour in words: "at this time on a Saturday"."""
    return f"at this time on a {now.astimezone(UTC):%A}"
