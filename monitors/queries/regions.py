"""Where checks are made from, by name, and what each place last said of a monitor."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings

from monitors.core.states import State
from monitors.models import Monitor, RegionWatch, RegionWord


@dataclass(frozen=True, slots=True)
class RegionLine:
    """What one region says of a monitor; `state` is UNKNOWN before its first check."""

    name: str
    state: State
    since: datetime | None = None
    at: datetime | None = None
    is_left_out: bool = False


def region_name(region: int) -> str:
    names: Sequence[str] = settings.PROBE_REGIONS
    return names[region] if region < len(names) else f"region {region}"


def region_lines(monitor: Monitor) -> list[RegionLine]:
    """Return what each region of a monitor last said, or nothing where there is but one. Two queries, or none."""
    if len(monitor.regions) < 2:
        return []
    words = {word.region: word for word in RegionWord.objects.filter(monitor=monitor)}
    suspected = set(RegionWatch.objects.filter(suspected_since__isnull=False).values_list("region", flat=True))
    lines = []
    for region in monitor.regions:
        word, left_out = words.get(region), region in suspected and not suspected.issuperset(monitor.regions)
        if word is None:
            lines.append(RegionLine(region_name(region), State.UNKNOWN, is_left_out=left_out))
        else:
            lines.append(RegionLine(region_name(region), State(word.state), word.since, word.at, left_out))
    return lines
