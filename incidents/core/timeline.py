"""What happened when: bars and uptime from spans of impact, coverage and maintenance."""

from dataclasses import dataclass
from datetime import datetime

from monitors.core.states import State


@dataclass(frozen=True, slots=True)
class Bar:
    """A stretch of time on a chart: the worst state in it, for how long, and for how long we had data.

    `label` is the bar in words: "3 Oct: 12 min degraded, 1 incident".
    """

    began_at: datetime
    ended_at: datetime
    state: State
    impaired_s: int
    covered_s: int
    label: str
