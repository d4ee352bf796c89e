"""What one source said about one scope at one time."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from monitors.core.states import Source, State


@dataclass(frozen=True, slots=True)
class Observation:
    """One reading of one source about one scope.

    `ref` says which source it was: "feed:7" or "post:93" (official), "monitor:4" (probe),
    "crowd:12" (a provider), "probes:12" (the operator's probes of a provider, together), "receipts:3" (a tenant's receipt source), "rule:5" (a tenant's own rule
    about its receipts). `organization_id` is None for evidence that everybody may see. `reason` is one sentence for people. `confirmations` is
    how many observations in a row must agree before the state counts as changed. `fresh_for_s`
    is how long the reading stays good, in seconds.
    """

    source: Source
    ref: str
    scope_id: int
    state: State
    at: datetime
    reason: str
    evidence: Mapping[str, object] = field(default_factory=dict)
    organization_id: int | None = None
    confirmations: int = 1
    fresh_for_s: int = 900
