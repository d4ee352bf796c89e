"""What several regions that check one monitor say together, and which of them is not to be believed.

They check it in turn. One that says something new, against what is known of the monitor, begins a round: each of the
others is asked at once, and only what they say from then on counts, until as many as are wanted agree.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from monitors.core.debounce import Track
from monitors.core.states import State
from monitors.core.verdict import Word

SUSPECT_MONITORS = 3  # a region must be alone with its word on this many monitors ...
SUSPECT_SHARE = 0.5  # ... and on this share of those that it checks together with others


@dataclass(frozen=True, slots=True)
class View:
    """What one region said at its last check; `since` is when it began to say so, None where nobody asks."""

    region: int
    state: State
    at: datetime
    since: datetime | None = None


@dataclass(frozen=True, slots=True)
class Joint:
    """What regions say together."""

    state: State
    why: str = ""


@dataclass(frozen=True, slots=True)
class Panel:
    """The regions that may speak of a monitor: `count` of them, of which `wanted` make a failure.

    `views` are their last words, this check's among them; those of regions in doubt are left out, and `waits` then.
    `is_new` says whether this check says something else than its region did before. Up counts after `up_after` checks.
    """

    count: int
    wanted: int
    views: Sequence[View]
    is_new: bool
    waits: bool = False
    up_after: int = 1


def wanted_of(count: int, quorum: int | None) -> int:
    """Return how many of `count` regions make a failure: `quorum`, or more than half if that is None or too many."""
    return count // 2 + 1 if quorum is None or quorum > count else quorum


def weigh(own: Word, view: View, panel: Panel, track: Track) -> Word:
    """Return what a check means once the other regions are heard. `own` is what it would mean by itself."""
    views = panel.views
    turns = track.agreeing + 1
    asking = _since(panel, view, track)
    if asking:
        views = [one for one in views if one.at >= asking]
        if not _is_settled(panel, views, everybody=turns >= panel.count):
            state = own.state if track.pending is None else track.pending
            return Word(state, turns + 1, look_again=True, why="The other regions are being asked.")
    joint = settle(views, wanted=panel.wanted)
    if joint is None:  # each view is in doubt
        return Word(own.state, turns + 1, look_again=True)
    agrees = view.state.is_impaired == track.state.is_impaired
    if agrees and not asking and joint.state.is_impaired != view.state.is_impaired:
        # Who says what is known ends it by nothing that others said earlier: their words were heard then.
        return Word(track.state if track.state.is_impaired else own.state, 1)
    confirmations = 1 if joint.state.is_impaired else panel.up_after
    rest = bool(asking) and len(views) < panel.count and turns < panel.count
    return Word(joint.state, confirmations, look_again=rest, why=joint.why)


def settle(views: Sequence[View], *, wanted: int) -> Joint | None:
    """Join the words of the regions that can see; None if none of them says anything.

    `wanted` of them must see a failure, or all of them where they are fewer. All of them: down; enough: a partial
    outage. Fewer: up, with a word of who disagrees.
    """
    known = [view for view in views if view.state != State.UNKNOWN]
    if not known:
        return None
    wanted = min(wanted, len(known))
    impaired = [view for view in known if view.state.is_impaired]
    failing = [view for view in impaired if view.state >= State.PARTIAL_OUTAGE]
    if len(failing) >= wanted:
        worst = max(view.state for view in failing)
        state = worst if len(failing) == len(known) else State.PARTIAL_OUTAGE
        return Joint(state, _count(failing, known, "see it fail"))
    if len(impaired) >= wanted:
        return Joint(State.DEGRADED, _count(impaired, known, "see trouble"))
    return Joint(State.OPERATIONAL, _count(impaired, known, "see trouble; that is too few") if impaired else "")


def suspects(monitors: Iterable[Sequence[View]]) -> dict[int, int]:
    """Return {region: monitors} of the regions that are alone with their word on too many monitors.

    Each item has the views of one monitor that three regions or more check: of two that disagree nobody
    knows which is wrong. Who is the first to see something, or the last, is not alone: each has to be asked once
    since the other began to say what it says.
    """
    shared: Counter[int] = Counter()
    alone: Counter[int] = Counter()
    for views in monitors:
        known = [view for view in views if view.state != State.UNKNOWN]
        if len(known) < 3:
            continue
        shared.update(view.region for view in known)
        for word in (True, False):
            same = [view for view in known if view.state.is_impaired == word]
            if len(same) == 1 and all(_meet(same[0], view) for view in known):
                alone[same[0].region] += 1
    return {
        region: count
        for region, count in sorted(alone.items())
        if count >= SUSPECT_MONITORS and count >= SUSPECT_SHARE * shared[region]
    }


def _meet(one: View, other: View) -> bool:
    """Whether two said what they say at the same time, as far as is known."""
    return (other.since is None or one.at >= other.since) and (one.since is None or other.at >= one.since)


def _since(panel: Panel, view: View, track: Track) -> datetime | None:
    """Return when the round began that this check belongs to, or None if it belongs to none.

    What is pending may be slowness, of which no region's word speaks: that is no round.
    """
    if track.pending is not None and track.pending_since is not None:
        begun = [one for one in panel.views if one.at >= track.pending_since]
        if panel.waits or any(one.state.is_impaired == track.pending.is_impaired for one in begun):
            return track.pending_since
    disagrees = view.state.is_impaired != track.state.is_impaired
    return view.at if disagrees and panel.is_new else None


def _is_settled(panel: Panel, views: Sequence[View], *, everybody: bool) -> bool:
    """Whether those heard so far decide, or everybody had a turn: one whose prober is gone says nothing."""
    impaired = sum(view.state.is_impaired for view in views)
    good = len(views) - impaired
    return impaired >= panel.wanted or good > panel.count - panel.wanted or (everybody and not panel.waits)


def _count(some: Sequence[View], known: Sequence[View], what: str) -> str:
    return f"{len(some)} of {len(known)} regions {what}."
