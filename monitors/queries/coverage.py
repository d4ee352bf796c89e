"""For which stretches of time there was data."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from monitors.models import Coverage
from monitors.queries.states import Heard


@dataclass(frozen=True, slots=True)
class CoveredSpan:
    began_at: datetime
    ended_at: datetime


def coverage_of(refs: Mapping[str, Heard], *, since: datetime, now: datetime) -> dict[str, list[CoveredSpan]]:
    """Return {ref: spans in which the source could be read} since `since`.

    A source that is fresh now is covered until now: its next reading will say so, and a bar must not
    turn "no data" for the seconds in between.
    """
    found: dict[str, list[CoveredSpan]] = {ref: [] for ref in refs}
    rows = Coverage.objects.filter(ref__in=found, ended_at__gte=since, began_at__lte=now).order_by("began_at")
    for ref, began_at, ended_at in rows.values_list("ref", "began_at", "ended_at"):
        found[ref].append(CoveredSpan(began_at, min(ended_at, now)))
    for ref, heard in refs.items():
        if heard.at is not None and heard.is_fresh(now):
            found[ref].append(CoveredSpan(min(heard.at, now), now))
    return found
