"""Several sources' evidence about one scope, fused into one verdict.

Log-odds add up: a prior against trouble, plus what each source that says "impaired" argues for it,
minus what each source that says "operational" argues against it. The weights below are set by hand
from what each source is known to miss (docs: PRODUCT, "Four sources of evidence"), and moved for each
provider by how its sources did there (incidents.core.reliability); where a detector says how sure it
is, its own figure counts instead, up to the cap. They keep four promises, which the tests hold: people
alone can only raise a suspicion; a vendor's own word, a confirmed probe or receipts each confirm; more
sources make it surer; and messages that arrive argue against a rumour.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from incidents.core.scope import ScopeKey, covers, same
from monitors.core.states import Source, State, worst

PRIOR = -3.0  # about 5 % of a scope's suspicious moments are real trouble
CONFIRMED = 0.6
SUSPECTED = 0.15

# What one ref argues for trouble, by what it says.
FOR: Mapping[Source, Mapping[State, float]] = {
    Source.OFFICIAL: {State.DEGRADED: 5.5, State.PARTIAL_OUTAGE: 6.0, State.MAJOR_OUTAGE: 6.5},
    Source.PROBE: {State.DEGRADED: 4.0, State.PARTIAL_OUTAGE: 4.4, State.MAJOR_OUTAGE: 4.8},
    Source.DELIVERY: {State.DEGRADED: 4.2, State.PARTIAL_OUTAGE: 4.7, State.MAJOR_OUTAGE: 5.0},
    Source.CROWD: {State.DEGRADED: 1.6, State.PARTIAL_OUTAGE: 2.0, State.MAJOR_OUTAGE: 2.4},
}
# What one ref that says "operational" argues against it: a vendor's silence says little, messages that arrive much.
AGAINST: Mapping[Source, float] = {
    Source.OFFICIAL: 0.3,
    Source.PROBE: 0.7,
    Source.CROWD: 0.3,
    Source.DELIVERY: 2.0,
}
# Refs of one source see through the same eyes: each further one counts this much of the one before.
TEMPER = 0.3
CAP: Mapping[Source, float] = {Source.OFFICIAL: 7.0, Source.PROBE: 6.0, Source.DELIVERY: 6.0, Source.CROWD: 2.6}


@dataclass(frozen=True, slots=True)
class Weights:
    """How far one provider's sources are weighed otherwise than by FOR and AGAINST, in log-odds.

    `shift` is added to what a source's word argues for trouble, `against` stands in the place of AGAINST.
    """

    shift: Mapping[Source, float] = field(default_factory=dict)
    against: Mapping[Source, float] = field(default_factory=dict)


BY_HAND = Weights()
MISTAKEN = -1.0  # what is added to people's word where they may mean another provider: alone it raises no suspicion


def doubting_people(weights: Weights) -> Weights:
    """Return the weights where people may mean another provider."""
    people = weights.shift.get(Source.CROWD, 0.0) + MISTAKEN
    return Weights({**weights.shift, Source.CROWD: people}, weights.against)


@dataclass(frozen=True, slots=True)
class Evidence:
    """What one ref of a source says now, as far as it bears on one incident.

    `probability` is how sure a calibrated detector is of it (0.0 to 1.0); None: the weights set by hand speak.
    `argued` is what that detector took from other sources, in log-odds, by their names.
    """

    source: Source
    ref: str
    state: State
    probability: float | None = None
    argued: Mapping[str, float] = field(default_factory=dict)

    @classmethod
    def of(cls, source: str, ref: str, state: State, detail: Mapping[str, Any]) -> "Evidence":
        """Read what a source said with its word (Observation.evidence)."""
        return cls(Source(source), ref, state, detail.get("probability"), detail.get("argued") or {})

    def weight(self, weights: Weights) -> float:
        """What it argues for trouble, in log-odds."""
        if self.probability is None:
            return FOR[self.source][self.state] + weights.shift.get(self.source, 0.0)
        p = min(max(self.probability, 0.001), 0.999)
        return max(0.0, math.log(p / (1 - p)) - PRIOR)


@dataclass(frozen=True, slots=True)
class Verdict:
    """How sure we are (0.0 to 1.0) and how bad it is. `tier` is "suspected", "confirmed" or None: too little.

    `shares` is each impairing source's part of what argues for trouble, summing to 1.0.
    """

    confidence: float
    tier: str | None
    shares: Mapping[Source, float]
    state: State


def fuse(evidence: Iterable[Evidence], weights: Weights = BY_HAND) -> Verdict:
    """Weigh the evidence about one scope, or about one incident's scopes together."""
    seen = list(evidence)
    said = {source: min(CAP[source], _tempered(_weights_for(seen, source, weights))) for source in Source}
    pro = {source: max(0.0, weight - _counted_twice(seen, source, said)) for source, weight in said.items()}
    # An API that answers does not clear a delivery problem.
    deaf = {Source.PROBE} if pro[Source.DELIVERY] else set()
    con = sum(_tempered(_weights_against(seen, source, weights)) for source in Source if source not in deaf)
    total = sum(pro.values())
    if not total:
        return Verdict(0.0, None, {}, State.UNKNOWN)
    confidence = 1 / (1 + math.exp(-(PRIOR + total - con)))
    shares = {source: weight / total for source, weight in pro.items() if weight}
    return Verdict(confidence, _tier(confidence, shares), shares, fused_state(seen))


def fused_state(evidence: Iterable[Evidence]) -> State:
    """Return how bad it is: the worst word of the sources that impair.

    How bad people say it is counts only where nobody else sees anything: a crowd cannot tell a
    degraded service from a dead one, so on their own their word is "degraded".
    """
    impaired = [e for e in evidence if e.state.is_impaired]
    measured = [e.state for e in impaired if e.source is not Source.CROWD]
    if measured:
        return worst(measured)
    return State.DEGRADED if impaired else State.OPERATIONAL


def tier_of(confidence: float) -> str:
    """Return the tier of an open incident by its confidence. A crowd alone never reaches CONFIRMED: see its cap."""
    return "confirmed" if confidence >= CONFIRMED else "suspected"


def bears_against(source: Source, clear: ScopeKey, impaired: ScopeKey) -> bool:
    """Whether a source's "operational" about `clear` can argue against trouble in `impaired`.

    It can if its scope covers the trouble. Receipts must be about the very same scope: that most
    messages arrive says nothing about one carrier.
    """
    return same(clear, impaired) if source is Source.DELIVERY else covers(clear, impaired)


def _tier(confidence: float, shares: Mapping[Source, float]) -> str | None:
    if confidence >= CONFIRMED and set(shares) != {Source.CROWD}:
        return "confirmed"
    return "suspected" if confidence >= SUSPECTED else None


def _weights_for(evidence: Sequence[Evidence], source: Source, weights: Weights) -> list[float]:
    by_ref: dict[str, float] = {}
    for e in evidence:
        if e.source is source and e.state.is_impaired:
            by_ref[e.ref] = max(by_ref.get(e.ref, 0.0), e.weight(weights))
    return list(by_ref.values())


def _counted_twice(evidence: Sequence[Evidence], source: Source, said: Mapping[Source, float]) -> float:
    """What a source's detector took from others that speak here themselves: at most what these argue, so that nobody's
    word makes it less sure."""
    return max(
        (
            sum(min(said[other], max(0.0, e.argued.get(other, 0.0))) for other in Source if other is not source)
            for e in evidence
            if e.source is source and e.state.is_impaired and e.argued
        ),
        default=0.0,
    )


def _weights_against(evidence: Sequence[Evidence], source: Source, weights: Weights) -> list[float]:
    impairing = {e.ref for e in evidence if e.state.is_impaired}
    clear = {e.ref for e in evidence if e.source is source and e.state is State.OPERATIONAL}
    return [weights.against.get(source, AGAINST[source])] * len(clear - impairing)


def _tempered(weights: Iterable[float]) -> float:
    return sum(weight * TEMPER**n for n, weight in enumerate(sorted(weights, reverse=True)))
