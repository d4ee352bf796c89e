"""The one function that says how a scope is doing: for pages, badges, the API and uptime alike."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from incidents.core.scope import ScopeKey, covers
from monitors.core.states import State, worst


@dataclass(frozen=True, slots=True)
class OpenImpact:
    """An incident impairs a scope now. `words` names the scope."""

    scope: ScopeKey
    state: State
    words: str
    service: str  # of its component; "" for none
    began_at: datetime
    incident_uid: str
    incident_title: str
    symptom: str = ""  # what receipts measured there: monitors.core.delivery.Symptom


@dataclass(frozen=True, slots=True)
class Hearing:
    """A source that can speak about a scope, when it was last heard and until when that counts.

    `heard_at` None: never. `words` says who: "the vendor's page", "our probe".
    """

    scope: ScopeKey
    heard_at: datetime | None
    fresh_until: datetime | None
    words: str = ""


@dataclass(frozen=True, slots=True)
class OfficialWord:
    """The state that the vendor's own page gives a component, in our words and in its own."""

    state: State
    word: str = ""


@dataclass(frozen=True, slots=True)
class ScopeState:
    """How a scope is doing. `reason` is one sentence; `as_of` the newest readable observation, None: never."""

    state: State
    reason: str
    as_of: datetime | None
    incident_uid: str | None = None
    incident_title: str | None = None


def effective_state(
    scope: ScopeKey,
    *,
    impacts: Iterable[OpenImpact],
    maintenance: Sequence[ScopeKey],
    hearings: Iterable[Hearing],
    official: OfficialWord | None = None,
    now: datetime,
) -> ScopeState:
    """Return how `scope` is doing now: impaired, else unknown unless somebody fresh speaks, else what they say.

    `maintenance` are the scopes of windows that are running. A failure is shown even when its source
    has gone quiet; good news is never shown without a fresh one. Trouble in a part of the scope makes
    it degraded, never worse: one carrier's outage is not the whole service's.
    """
    heard = [h for h in hearings if covers(h.scope, scope) or covers(scope, h.scope)]
    as_of = max((h.heard_at for h in heard if h.heard_at), default=None)
    if felt := [(felt_state(scope, i.scope, i.state), i) for i in impacts if _touches(scope, i.scope)]:
        state, impact = max(felt, key=lambda pair: (pair[0], pair[1].scope.depth, pair[1].began_at))
        return ScopeState(state, impact.incident_title, as_of, impact.incident_uid, impact.incident_title)
    if not any(h.fresh_until and now <= h.fresh_until for h in heard):
        return ScopeState(State.UNKNOWN, _silence(as_of), as_of)
    if any(covers(window, scope) for window in maintenance):
        return ScopeState(State.MAINTENANCE, "Scheduled maintenance is running.", as_of)
    if official is not None and official.state is not State.OPERATIONAL:
        return ScopeState(official.state, _official_reason(official), as_of)
    return ScopeState(State.OPERATIONAL, "No trouble seen.", as_of)


def felt_state(scope: ScopeKey, impaired: ScopeKey, state: State) -> State:
    """Return what an impact on `impaired` means for `scope`: itself if it covers it, else at most degraded."""
    return state if covers(impaired, scope) else min(state, State.DEGRADED)


def provider_state(whole: ScopeState, components: Iterable[ScopeState]) -> ScopeState:
    """Return a provider's state: the worst of itself and its components; up only if it is fresh itself.

    A component that is unknown does not make the provider so, and one in maintenance neither.
    """
    troubled = [s for s in (whole, *components) if s.state.is_impaired]
    if not troubled:
        return whole
    lead = max(troubled, key=lambda s: s.state)
    return ScopeState(
        worst(s.state for s in troubled), lead.reason, whole.as_of, lead.incident_uid, lead.incident_title
    )


def _touches(scope: ScopeKey, impaired: ScopeKey) -> bool:
    return covers(impaired, scope) or covers(scope, impaired)


def _silence(as_of: datetime | None) -> str:
    return f"No data since {as_of:%H:%M} UTC on {as_of.day} {as_of:%B}." if as_of else "No data yet."


def _official_reason(official: OfficialWord) -> str:
    if official.state is State.UNKNOWN:
        said = f"says “{official.word}”, which we cannot read" if official.word else "does not say"
        return f"The vendor's page {said}."
    return f"The vendor's page says {official.state.word}."
