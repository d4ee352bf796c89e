"""Atlassian Statuspage's words and ours. The tables are full: a word that is not here is UNKNOWN."""

import re

from monitors.core.states import State
from monitors.formats.base import Phase
from monitors.formats.reading import Words
from monitors.formats.text import title_text

COMPONENT_STATES = {
    "operational": State.OPERATIONAL,
    "under_maintenance": State.MAINTENANCE,
    "degraded_performance": State.DEGRADED,
    "partial_outage": State.PARTIAL_OUTAGE,
    "major_outage": State.MAJOR_OUTAGE,
}
IMPACTS = {
    "none": State.OPERATIONAL,
    "maintenance": State.MAINTENANCE,
    "minor": State.DEGRADED,
    "major": State.PARTIAL_OUTAGE,
    "critical": State.MAJOR_OUTAGE,
}
PHASES = {
    "investigating": Phase.INVESTIGATING,
    "identified": Phase.IDENTIFIED,
    "monitoring": Phase.MONITORING,
    "resolved": Phase.RESOLVED,
    "postmortem": Phase.POSTMORTEM,
    "scheduled": Phase.SCHEDULED,
    "in_progress": Phase.IN_PROGRESS,
    "verifying": Phase.VERIFYING,
    "completed": Phase.COMPLETED,
}
# history.json puts it before the name of each maintenance; where staff typed it too, it stands there twice.
_SCHEDULED = re.compile(r"^(?:\[scheduled\]\s*)+", re.IGNORECASE)


class StatuspageWords:
    """The tables of one reading, which remember the words they did not have."""

    def __init__(self) -> None:
        self.components = Words(COMPONENT_STATES)
        self.impacts = Words(IMPACTS)
        self._phases: list[str] = []

    def phase(self, word: str) -> Phase:
        found = PHASES.get(word.strip().casefold())
        if found is None:
            self._phases.append(word[:60])
        return found or Phase.UNKNOWN

    def impact(self, word: object) -> State:
        """The state for an impact; UNKNOWN where the vendor says none at all."""
        return State.UNKNOWN if word is None else self.impacts.state(word)

    @property
    def unknown(self) -> tuple[str, ...]:
        return (*self.components.unknown, *self.impacts.unknown, *self._phases)


def is_scheduled(name: str) -> bool:
    return bool(_SCHEDULED.match(name))


def without_prefix(name: str) -> str:
    """Return a maintenance's name as the JSON has it, without the "[Scheduled] " of history.json."""
    return title_text(_SCHEDULED.sub("", name)) or title_text(name)
