"""What is usual of reports, for the chart of a page and for the detector alike: the habit of whole hours that are past."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from django.db.models import F, QuerySet, Sum
from django.db.models.functions import TruncHour

from monitors.core.cells import Cell
from monitors.core.report_habit import HOUR, PAST, Habit, habit_of, hour_of
from monitors.models import ReportCount
from monitors.queries.counts import cell_of

LAG = HOUR  # the detector's past ends so long ago: what is younger may be the beginning of what is being looked for
_OWN = Sum("reports")
_ALL = Sum(F("reports") + F("imported"))  # what others counted stands beside our own, in pages alone


def habit_before(provider_id: int, until: datetime) -> Habit | None:
    """Return the weekly habit of what a page draws about a provider, imported counts too, out of the weeks before `until`."""
    rows = _rows(provider_id, until).annotate(hour=TruncHour("minute")).values_list("hour")
    counted = dict(rows.annotate(total=_ALL))
    return habit_of(counted, min(counted), hour_of(until)) if counted else None


def usual_reports(provider_id: int, cells: Iterable[Cell], now: datetime) -> dict[Cell, float]:
    """Return how many of our own reports are usual in a quarter of an hour now, by cell; 0.0 where nobody can say.

    The past of an hour does not change any more, so a process works a cell out once an hour, however often it is asked.
    """
    hour = hour_of(now)
    return {cell: _level(provider_id, cell, hour) for cell in cells}


@dataclass(frozen=True, slots=True)
class _Past:
    """The reports of a provider's cells by hour, and the hour of the first of them."""

    by_cell: Mapping[Cell, Mapping[datetime, int]]
    began: datetime

    def inside(self, cell: Cell) -> Counter[datetime]:
        """Return what was reported in the cell and in what is part of it."""
        total: Counter[datetime] = Counter()
        for other, counted in self.by_cell.items():
            if cell.holds(other):
                total.update(counted)
        return total


@lru_cache(maxsize=20_000)  # cells of the providers that people are loud about, of this hour and the last
def _level(provider_id: int, cell: Cell, hour: datetime) -> float:
    past = _past(provider_id, hour - LAG)
    habit = habit_of(past.inside(cell), past.began, hour - LAG) if past else None
    return habit.per_quarter(hour) if habit else 0.0


@lru_cache(maxsize=8)
def _past(provider_id: int, until: datetime) -> _Past | None:
    rows = _rows(provider_id, until).annotate(hour=TruncHour("minute"))
    by_cell: dict[Cell, dict[datetime, int]] = {}
    parts = ("scope__component_id", "scope__country", "scope__carrier_id")
    for *cell, hour, total in rows.values_list(*parts, "hour").annotate(total=_OWN).filter(total__gt=0):
        by_cell.setdefault(cell_of(*cell), {})[hour] = total
    if not by_cell:
        return None
    return _Past(by_cell, min(min(counted) for counted in by_cell.values()))


def _rows(provider_id: int, until: datetime) -> "QuerySet[ReportCount]":
    end = hour_of(until)
    return ReportCount.objects.filter(scope__provider_id=provider_id, minute__gte=end - PAST, minute__lt=end).order_by()
