"""What several regions that check one monitor say together, and which of them is not to be believed."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from monitors.core.states import State

SUSPECT_MONITORS = 3  # a region must be alone with its word on this many monitors ...
SUSPECT_SHARE = 0.5  # ... and on this share of those that it checks together with others


@dataclass(frozen=True, slots=True)
class View:
    """What one region says now; `since` is the first check in a row that said so."""

    region: int
    state: State
    since: datetime


@dataclass(frozen=True, slots=True)
class Joint:
    """What regions say together. `since` is when the first of those that agree saw it."""

    state: State
    since: datetime
    why: str = ""


def settle(views: Sequence[View], *, quorum: int | None) -> Joint | None:
    """Join the words of the regions that can see; None if none of them says anything.

    `quorum` of them must see a failure, or more than half if it is None or more than there are. All of
    them: down; a quorum: a partial outage. Fewer: up, with a word of who disagrees.
    """
    known = [view for view in views if view.state != State.UNKNOWN]
    if not known:
        return None
    wanted = len(known) // 2 + 1 if quorum is None else min(quorum, len(known))
    impaired = [view for view in known if view.state.is_impaired]
    failing = [view for view in impaired if view.state >= State.PARTIAL_OUTAGE]
    if len(failing) >= wanted:
        worst = max(view.state for view in failing)
        state = worst if len(failing) == len(known) else State.PARTIAL_OUTAGE
        return Joint(state, min(view.since for view in failing), _count(failing, known, "see it fail"))
    if len(impaired) >= wanted:
        return Joint(State.DEGRADED, min(view.since for view in impaired), _count(impaired, known, "see trouble"))
    good = [view for view in known if not view.state.is_impaired] or known
    why = _count(impaired, known, "see trouble; that is too few") if impaired else ""
    return Joint(State.OPERATIONAL, min(view.since for view in good), why)


def suspects(monitors: Iterable[Sequence[View]]) -> dict[int, int]:
    """Return {region: monitors} of the regions that are alone with their word on too many monitors.

    Each item has the views of one monitor that three regions or more check: of two that disagree nobody
    knows which is wrong.
    """
    shared: Counter[int] = Counter()
    alone: Counter[int] = Counter()
    for views in monitors:
        known = [view for view in views if view.state != State.UNKNOWN]
        if len(known) < 3:
            continue
        shared.update(view.region for view in known)
        by_word: Mapping[bool, list[int]] = {
            word: [view.region for view in known if view.state.is_impaired == word] for word in (True, False)
        }
        alone.update(regions[0] for regions in by_word.values() if len(regions) == 1)
    return {
        region: count
        for region, count in sorted(alone.items())
        if count >= SUSPECT_MONITORS and count >= SUSPECT_SHARE * shared[region]
    }


def _count(some: Sequence[View], known: Sequence[View], what: str) -> str:
    return f"{len(some)} of {len(known)} regions {what}."
