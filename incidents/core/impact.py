"""The one function that says how a scope is doing: for pages, badges, the API and uptime alike."""

from dataclasses import dataclass
from datetime import datetime

from monitors.core.states import State


@dataclass(frozen=True, slots=True)
class ScopeState:
    """How a scope is doing. `reason` is one sentence; `as_of` the newest readable observation, None: never."""

    state: State
    reason: str
    as_of: datetime | None
    incident_uid: str | None = None
    incident_title: str | None = None
