"""When a source's word counts as a change of state."""

from dataclasses import dataclass
from datetime import datetime

from monitors.core.states import State


@dataclass(frozen=True, slots=True)
class Track:
    """What one source currently says about one scope, and what it is about to say.

    `pending` differs from `state` while a change awaits confirmation; `pending_since` is the time
    of the first observation that disagreed, which is when the change began if it is confirmed.
    """

    state: State
    since: datetime
    pending: State | None = None
    pending_since: datetime | None = None
    agreeing: int = 0


@dataclass(frozen=True, slots=True)
class Step:
    """The track after one observation, and whether its state was confirmed as changed."""

    track: Track
    changed: bool


def step(track: Track, state: State, *, at: datetime, confirmations: int) -> Step:
    """Return the track after a source says `state`; confirmed after `confirmations` in a row.

    Two impaired states confirm each other: what counts is that something is wrong, and the last
    word says how wrong. Only slowness does not speak for an outage: that has to be seen as often as any.
    """
    if state == track.state:
        return Step(Track(track.state, track.since), changed=False)
    pending = track.pending
    continues = pending is not None and (pending == state or (pending > State.DEGRADED and state.is_impaired))
    since = track.pending_since if continues and track.pending_since else at
    agreeing = track.agreeing + 1 if continues else 1
    if agreeing >= confirmations:
        return Step(Track(state, since), changed=True)
    return Step(Track(track.state, track.since, state, since, agreeing), changed=False)
