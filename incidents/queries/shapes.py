"""What the queries of incidents give: frozen view objects, ready for a page, a badge or the API.

All times are aware and in UTC.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from incidents.core.impact import ScopeState
from incidents.core.timeline import Bar
from monitors.core.states import Source, State


@dataclass(frozen=True, slots=True)
class IncidentLink:
    """Enough of an incident for a line in a list. `scopes` are the impaired ones in words."""

    uid: str
    title: str
    state: State
    worst: State
    tier: str  # "suspected" or "confirmed"
    confidence: float  # 0.0 to 1.0
    started_at: datetime
    changed_at: datetime
    quiet_since: datetime | None
    resolved_at: datetime | None
    acknowledged_at: datetime | None
    provider_id: int | None
    provider_slug: str
    provider_name: str
    scopes: tuple[str, ...]
    sources: tuple[Source, ...]  # that saw it, the first to see it first
    is_public: bool
    acknowledged_by: str = ""  # a member's name; "" where nobody has taken it, or has left

    @property
    def is_open(self) -> bool:
        return self.resolved_at is None

    @property
    def duration(self) -> timedelta | None:
        """From the first failure to the end; None while it is open."""
        return self.resolved_at - self.started_at if self.resolved_at else None


@dataclass(frozen=True, slots=True)
class ScopeView:
    """A scope as a row of a page. `day` is 96 bars of 15 minutes, `ninety` 90 bars of a day (UTC)."""

    scope_id: int | None
    words: str
    state: ScopeState
    day: tuple[Bar, ...]
    ninety: tuple[Bar, ...]
    uptime_90: float | None  # 0.0 to 1.0; None without data
    incident_uid: str | None  # the open incident behind the state
    incident_title: str | None


@dataclass(frozen=True, slots=True)
class ComponentView:
    component_id: int
    name: str
    description: str
    is_listed: bool  # by the vendor; False for the services that only we know
    view: ScopeView


@dataclass(frozen=True, slots=True)
class GroupView:
    """Components under the vendor's own heading; `name` is "" for those without one."""

    name: str
    state: State  # the worst of its components
    components: tuple[ComponentView, ...]


@dataclass(frozen=True, slots=True)
class ProviderView:
    """A provider's page. `sentence` answers "is it down?" in words; `overall` is the provider's own row."""

    provider_id: int
    slug: str
    name: str
    state: ScopeState
    sentence: str
    overall: ScopeView
    groups: tuple[GroupView, ...]

    @property
    def as_of(self) -> datetime | None:
        """When the newest readable observation was made."""
        return self.state.as_of


@dataclass(frozen=True, slots=True)
class SightingView:
    """One source's line in the lead/lag ledger. `lag_minutes` is behind the first source; 0 for the first."""

    source: Source
    ref: str
    label: str  # "vendor's post", "our probe", "people's reports", "your messages" ...
    scope: str
    state: State
    first_at: datetime
    seen_at: datetime
    lag_minutes: int
    cleared_at: datetime | None
    reason: str
    evidence: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class UpdateView:
    """Words for readers. A vendor's are shown as they read now, with when they were last edited."""

    at: datetime
    phase: str
    body: str
    is_vendors: bool
    source_url: str
    edited_at: datetime | None
    author: str  # a member's name; "" for the machine and for vendors


@dataclass(frozen=True, slots=True)
class EventView:
    number: int
    kind: str
    label: str
    state: State
    at: datetime
    summary: str


@dataclass(frozen=True, slots=True)
class ImpactView:
    """A scope in trouble. What follows `ended_at` leads to the pages of its parts; None or "" where it has none."""

    scope: str
    state: State
    began_at: datetime
    ended_at: datetime | None
    provider_slug: str = ""
    component_id: int | None = None
    component: str = ""
    country: str = ""  # ISO 3166-1 alpha-2, a carrier's too
    carrier_slug: str = ""
    carrier: str = ""


@dataclass(frozen=True, slots=True)
class AdmissionView:
    """How late the vendor was with one incident. What is not known is None; a negative lead has no lag.

    `posted_at` None: the vendor has posted nothing. `stated_at` is the start that it names, where that
    is before its post; `others_at` when `others` (in words) first saw it. `behind` is how long after the
    others it posted, below zero when it was first.
    """

    posted_at: datetime | None
    stated_at: datetime | None
    others_at: datetime | None
    others: str
    lag: timedelta | None  # after the earliest known start
    behind: timedelta | None
    is_afterwards: bool = False  # posted when all was over
    is_shown: bool = False  # without a post, but its page showed the state


@dataclass(frozen=True, slots=True)
class MergedInto:
    """The larger incident that one turned out to be a part of."""

    uid: str
    title: str


@dataclass(frozen=True, slots=True)
class IncidentDetail:
    """An incident's page: newest update first, sightings by who saw it first, events in order."""

    incident: IncidentLink
    impacts: tuple[ImpactView, ...]
    sightings: tuple[SightingView, ...]
    updates: tuple[UpdateView, ...]
    events: tuple[EventView, ...]
    shares: Mapping[Source, float]  # of the confidence now, in hundredths that sum to 1.0; empty once it is over
    vendor_urls: tuple[str, ...]
    admission: AdmissionView | None = None  # None: of an organization's own system, which has no vendor
    merged_into: MergedInto | None = None
    weighed: tuple[str, ...] = ()  # why sources are weighed otherwise here than elsewhere; nothing once it is over

    @property
    def latest_words(self) -> UpdateView | None:
        """The vendor's latest update, else anybody's."""
        return next((update for update in self.updates if update.is_vendors), next(iter(self.updates), None))
