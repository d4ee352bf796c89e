"""How many reports are usual at an hour of the week, out of the past alone.

A cell of the week (Saturday, 14:00 UTC) has few hours behind it, so it leans on that hour of every day, and this on the
provider's mean. Hours of an outage are no habit: an hour counts for at most twice what nine of ten days reach at its time
of the day.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

HOUR = timedelta(hours=1)
WEEKS = 8
PAST = timedelta(weeks=WEEKS)  # how far back a habit is looked for
FEWEST_HOURS = 24  # with less of a past nobody can say what is usual
LEAN = 4.0  # hours that the wider mean is worth: a cell of four weeks is half itself
CUT_SHARE, CUT_TIMES, CUT_FLOOR = 0.9, 2.0, 4  # an hour counts at most twice what nine of ten reach, or 4
CUT_DAYS = 7  # with fewer days of its time of the day, an hour is held against all hours


@dataclass(frozen=True, slots=True)
class Habit:
    """Reports an hour, by (weekday, hour) of UTC; Monday is 0."""

    hourly: Mapping[tuple[int, int], float]

    def per_quarter(self, at: datetime) -> float:
        """Return how many reports are usual in a quarter of an hour at `at`."""
        return self.hourly[_cell(at)] / 4


def habit_of(counted: Mapping[datetime, int], began: datetime, until: datetime) -> Habit | None:
    """Return the habit of the whole hours from `began` to `until`, or None for less than a day of them.

    `counted` has the reports by the hour's start; an hour that is not in it had none.
    """
    hours = list(_hours(began, until))
    if len(hours) < FEWEST_HOURS:
        return None
    numbers = {hour: counted.get(hour, 0) for hour in hours}
    most = _most_by_hour(numbers)
    by_cell: dict[tuple[int, int], list[int]] = {}
    for hour, number in numbers.items():
        cell = _cell(hour)
        by_cell.setdefault(cell, []).append(min(most[cell[1]], number))
    by_hour = [[n for day in range(7) for n in by_cell.get((day, hour), ())] for hour in range(24)]
    mean = sum(map(sum, by_hour)) / len(hours)
    of_hour = [_leaning(numbers, mean) for numbers in by_hour]
    week = ((day, hour) for day in range(7) for hour in range(24))
    return Habit({(day, hour): _leaning(by_cell.get((day, hour), ()), of_hour[hour]) for day, hour in week})


def _leaning(numbers: Iterable[int], wider: float) -> float:
    """Return the mean of `numbers`, pulled towards the wider mean as if LEAN further hours had been like it."""
    own = list(numbers)
    return (sum(own) + LEAN * wider) / (len(own) + LEAN)


def _most_by_hour(numbers: Mapping[datetime, int]) -> list[int]:
    """Return what an hour counts at most, by its time of the day."""
    of_hour: list[list[int]] = [[] for _ in range(24)]
    for hour, number in numbers.items():
        of_hour[_cell(hour)[1]].append(number)
    of_all = _most(numbers.values())
    return [_most(own) if len(own) >= CUT_DAYS else of_all for own in of_hour]


def _most(numbers: Iterable[int]) -> int:
    ordered = sorted(numbers)
    return max(CUT_FLOOR, int(CUT_TIMES * ordered[int(CUT_SHARE * (len(ordered) - 1))]))


def _hours(began: datetime, until: datetime) -> Iterable[datetime]:
    first = hour_of(began)
    first += HOUR if first < began else timedelta(0)
    return (first + n * HOUR for n in range((hour_of(until) - first) // HOUR))


def hour_of(at: datetime) -> datetime:
    return at.replace(minute=0, second=0, microsecond=0)


def _cell(at: datetime) -> tuple[int, int]:
    utc = at.astimezone(UTC)
    return utc.weekday(), utc.hour
