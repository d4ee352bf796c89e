"""The parts that a monitor's health document names, and what it last said of each."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from monitors.core.states import State
from monitors.models import Monitor, SourceState


@dataclass(frozen=True, slots=True)
class Part:
    name: str
    word: SourceState


@dataclass(frozen=True, slots=True)
class PartLine:
    """A part as it reads now: UNKNOWN where its word is too old."""

    name: str
    state: State
    since: datetime
    why: str


def parts_of(monitor: Monitor) -> list[Part]:
    """Return every part that a document ever named, by name."""
    if monitor.kind != "health" or monitor.scope.provider_id is not None:
        return []
    rows = SourceState.objects.filter(ref=f"monitor:{monitor.id}", scope__component__group=monitor.scope.component_id)
    named = rows.select_related("scope__component").order_by("scope__component__name")
    return [Part(row.scope.component.name, row) for row in named if row.scope.component]


def part_lines(monitor: Monitor, now: datetime) -> list[PartLine]:
    lines = []
    for part in parts_of(monitor):
        word = part.word
        is_fresh = now - word.observed_at <= timedelta(seconds=word.fresh_for_s)
        lines.append(PartLine(part.name, word.state if is_fresh else State.UNKNOWN, word.since, word.reason))
    return lines
