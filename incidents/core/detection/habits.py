"""What is usual of each cell, learned from the past days only."""

from collections import deque
from collections.abc import Sequence

import numpy as np

from incidents.core.detection.tree import Floats, Ints

DAYS_KEPT = 14
CALMEST = 0.85  # the share of days that is believed: the worst are troubles, not habits
FIRST_FAULT, FIRST_DOUBT, FIRST_HAZARD = 0.004, 0.03, 0.3  # before there is any history
GROUP_STRENGTH, CELL_STRENGTH, HAZARD_STRENGTH = 200.0, 40.0, 30.0  # messages that a guess is worth


class DayRing:
    """Sums per day of the last DAYS_KEPT days, and of the one that runs."""

    def __init__(self, shape: tuple[int, ...]) -> None:
        self._today = np.zeros(shape)
        self._past: deque[Floats] = deque(maxlen=DAYS_KEPT)

    @property
    def days(self) -> Floats:
        """[day, ...] of the days that are over; of none, one that is empty."""
        return np.array(self._past) if self._past else np.zeros((1, *self._today.shape))

    def add(self, counts: Floats) -> None:
        self._today += counts

    def turn(self) -> None:
        """End the day."""
        self._past.append(self._today)
        self._today = np.zeros_like(self._today)


def shares(days: Floats, groups: Sequence[Ints]) -> tuple[Floats, Floats]:
    """Return each cell's usual share of faults and of ambiguous ends, shrunk to its group's.

    `days` is [day, outcome, cell]. The days that were worst for a cell are not believed.
    """
    good, fault, doubt = days[:, 0], days[:, 1], days[:, 2]
    total = good + fault + doubt
    badness = (fault + doubt + 0.5) / (total + 5)
    calm = badness <= np.quantile(badness, CALMEST, axis=0) + 1e-9
    total, fault, doubt = ((counts * calm).sum(axis=0) for counts in (total, fault, doubt))
    faulty, doubtful = np.empty_like(total), np.empty_like(total)
    for cells in groups:
        among = total[cells].sum() + GROUP_STRENGTH
        usual_fault = (fault[cells].sum() + FIRST_FAULT * GROUP_STRENGTH) / among
        usual_doubt = (doubt[cells].sum() + FIRST_DOUBT * GROUP_STRENGTH) / among
        faulty[cells] = (fault[cells] + CELL_STRENGTH * usual_fault) / (total[cells] + CELL_STRENGTH)
        doubtful[cells] = (doubt[cells] + CELL_STRENGTH * usual_doubt) / (total[cells] + CELL_STRENGTH)
    return np.clip(faulty, 0.0008, 0.3), np.clip(doubtful, 0.002, 0.5)


def hazards(waiting: Floats, ended: Floats, groups: Sequence[Ints]) -> Floats:
    """Return [age, cell]: how likely a message of that age, without an end so far, is to end within the minute.

    Both arguments are [day, age, cell]; cells of few messages lean on their component's.
    """
    risk, ends = waiting.sum(axis=0), ended.sum(axis=0)
    usual = np.full(risk.shape, FIRST_HAZARD)
    if not risk.any():
        return usual
    for cells in groups:
        together = (ends[:, cells].sum(axis=1) + 1) / (risk[:, cells].sum(axis=1) + 5)
        usual[:, cells] = (ends[:, cells] + HAZARD_STRENGTH * together[:, None]) / (risk[:, cells] + HAZARD_STRENGTH)
    return np.clip(usual, 0.002, 0.995)
