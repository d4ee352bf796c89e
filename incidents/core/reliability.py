"""How often each source was right about one provider, and what its word is worth for that.

Two habits are learnt. How often trouble was real when a source said so moves what its word argues for
trouble; how often it was late or silent when trouble was real moves what its silence argues against.
Both begin at the weights set by hand, which stand for so many incidents already seen, so that few
change little; both are bounded, so that the four promises of incidents.core.fuse hold whatever was
counted. What is counted, and what is not: docs/decisions/0007.
"""

import math
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from incidents.core.fuse import AGAINST, FOR, PRIOR, Weights
from monitors.core.states import Source, State

WORDS_KNOWN = 30  # incidents that the weight of a word stands for, before any was counted
SILENCES_KNOWN = 15  # the same for the weight of a silence
IN_TIME = timedelta(minutes=15)  # after the first other source; about the median lag of a vendor's page
MOST_SHIFT = 1.0  # log-odds
# What a word for trouble is worth at least, at its mildest: the first three confirm alone, people raise a suspicion.
LEAST_FOR: Mapping[Source, float] = {
    Source.OFFICIAL: 3.5,
    Source.PROBE: 3.5,
    Source.DELIVERY: 3.5,
    Source.CROWD: 1.3,
}
# What a silence is worth, at least and at most: that of a page never takes a probe's outage away, and messages
# that arrive are always enough against a rumour.
SILENCE_BETWEEN: Mapping[Source, tuple[float, float]] = {
    Source.OFFICIAL: (0.1, 0.6),
    Source.PROBE: (0.2, 1.2),
    Source.CROWD: (0.1, 0.6),
    Source.DELIVERY: (1.4, 3.0),
}


ENOUGH = 5  # incidents; of fewer, nothing is said
TELLING = 0.1  # share of the weight set by hand by which another is worth a sentence
_WHO: Mapping[Source, str] = {
    Source.OFFICIAL: "{name}'s status page",
    Source.PROBE: "Probes of {name}",
    Source.CROWD: "People's reports about {name}",
    Source.DELIVERY: "Delivery receipts of {name}",
}


@dataclass(frozen=True, slots=True)
class Outcome:
    """One incident that is over: when each source first told us of it, and who said meanwhile that nothing was wrong.

    `worst` is the worst that was said. `is_withdrawn`: the vendor said itself that there had been no trouble.
    """

    told: Mapping[Source, datetime]
    denied: frozenset[Source]
    worst: State
    is_withdrawn: bool = False


@dataclass(frozen=True, slots=True)
class Tally:
    """How one source did: words for trouble that were right or wrong; real trouble that it told in time, or missed."""

    right: int = 0
    wrong: int = 0
    prompt: int = 0
    missed: int = 0

    def __add__(self, other: "Tally") -> "Tally":
        return Tally(
            self.right + other.right,
            self.wrong + other.wrong,
            self.prompt + other.prompt,
            self.missed + other.missed,
        )


def judge(outcome: Outcome) -> dict[Source, Tally]:
    """Return what one incident shows of each source. Sources of which it shows nothing are left out."""
    if outcome.is_withdrawn and outcome.told.keys() <= {Source.OFFICIAL, Source.CROWD}:
        return {Source.OFFICIAL: Tally(wrong=1)}  # people only repeated what they had read
    if len(outcome.told) > 1:
        return {source: tally for source in Source if (tally := _of_real(outcome, source)) != Tally()}
    if outcome.told and _is_refuted(outcome):
        return {source: Tally(wrong=1) for source in outcome.told}
    return {}


def weights_of(tallies: Mapping[Source, Tally]) -> Weights:
    """Return what a provider's sources are worth."""
    return Weights(
        shift={source: _shift(source, tally) for source, tally in tallies.items()},
        against={source: _against(source, tally) for source, tally in tallies.items()},
    )


def in_words(
    name: str, tallies: Mapping[Source, Tally], *, told: Collection[Source], denied: Collection[Source]
) -> list[str]:
    """Say which sources' words and silences about a provider are weighed otherwise than by hand, and why.

    `told` are those whose word was weighed, `denied` those whose silence was.
    """
    return [
        *(said for source in Source if source in told and (said := _word(name, source, tallies.get(source)))),
        *(said for source in Source if source in denied and (said := _silence(name, source, tallies.get(source)))),
    ]


def mistaken_for(name: str, other: str) -> str:
    """Say whom people may mean instead."""
    return (
        f"Reports about {name} may be meant for {other}, which does the same and is reported too: they count for less."
    )


def _word(name: str, source: Source, tally: Tally | None) -> str:
    if tally is None or (counted := tally.right + tally.wrong) < ENOUGH:
        return ""
    shift = _shift(source, tally)
    if abs(shift) < TELLING * FOR[source][State.DEGRADED]:
        return ""
    how, much, times = ("right", "more", tally.right) if shift > 0 else ("wrong", "less", tally.wrong)
    who, was, its = _who(name, source)
    return f"{who} {was} {how} in {times} of {counted} incidents here: {its} word counts for {much} than elsewhere."


def _silence(name: str, source: Source, tally: Tally | None) -> str:
    if tally is None or (counted := tally.prompt + tally.missed) < ENOUGH:
        return ""
    more = _against(source, tally) - AGAINST[source]
    if abs(more) < TELLING * AGAINST[source]:
        return ""
    who, was, its = _who(name, source)
    if more > 0:
        return f"{who} {was} in time in {tally.prompt} of {counted} incidents here, and did not tell of this one."
    return f"{who} {was} late or silent in {tally.missed} of {counted} incidents here: {its} silence argues little."


def _who(name: str, source: Source) -> tuple[str, str, str]:
    """Return the source with its verb and its pronoun."""
    return _WHO[source].format(name=name), *(("was", "its") if source is Source.OFFICIAL else ("were", "their"))


def _of_real(outcome: Outcome, source: Source) -> Tally:
    """What an incident that two sources saw shows of one of them, or of one that said that nothing was wrong."""
    others = min((at for other, at in outcome.told.items() if other is not source), default=None)
    told = outcome.told.get(source)
    if told is None or others is None:
        return Tally(missed=int(source in outcome.denied))
    is_prompt = told <= others + IN_TIME
    # Late without ever having said "operational": it may have had no voice until then.
    is_late = not is_prompt and source in outcome.denied
    return Tally(right=int(not _repeats(outcome, source)), prompt=int(is_prompt), missed=int(is_late))


def _repeats(outcome: Outcome, source: Source) -> bool:
    """Whether a source may only repeat another: people do, once they have read the vendor's page."""
    if source is not Source.CROWD or outcome.told.keys() != {Source.CROWD, Source.OFFICIAL}:
        return False
    return outcome.told[Source.CROWD] > outcome.told[Source.OFFICIAL]


def _is_refuted(outcome: Outcome) -> bool:
    """Whether what argued against the one source that told of it outweighs its word, by the weights set by hand.

    A vendor's own word is refuted by nobody: others may be blind to what it sees.
    """
    (source,) = outcome.told
    if source is Source.OFFICIAL or not outcome.denied:
        return False
    # An API that answers does not clear a delivery problem.
    heard = outcome.denied - ({Source.PROBE} if source is Source.DELIVERY else set())
    return bool(heard) and PRIOR + FOR[source][outcome.worst] < sum(AGAINST[other] for other in heard)


def _shift(source: Source, tally: Tally) -> float:
    """Return by how much its word argues more for trouble than by hand, in log-odds."""
    by_hand = PRIOR + FOR[source][State.DEGRADED]
    share = 1 / (1 + math.exp(-by_hand))
    right = share * WORDS_KNOWN + tally.right
    wrong = (1 - share) * WORDS_KNOWN + tally.wrong
    least = LEAST_FOR[source] - FOR[source][State.DEGRADED]
    return min(max(math.log(right / wrong) - by_hand, least), MOST_SHIFT)


def _against(source: Source, tally: Tally) -> float:
    """Return what its silence argues against trouble, in log-odds: the rarer it misses any, the more."""
    misses = math.exp(-AGAINST[source]) * SILENCES_KNOWN + tally.missed
    least, most = SILENCE_BETWEEN[source]
    return min(max(-math.log(misses / (SILENCES_KNOWN + tally.missed + tally.prompt)), least), most)
