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
    word says how wrong. Only slowness does not speak for an outage: that has to be seen as often as any, though a
    slow answer between two failures is no recovery either. Likewise what ends an outage is an answer, slow or not.
    """
    if state == track.state:
        return Step(Track(track.state, track.since), changed=False)
    agreeing = agreeing_with(track, state)
    since = track.pending_since if agreeing > 1 and track.pending_since else at
    if agreeing >= confirmations:
        return Step(Track(state, since), changed=True)
    pending = track.pending if agreeing > 1 and state == State.DEGRADED < (track.pending or state) else state
    return Step(Track(track.state, track.since, pending, since, agreeing), changed=False)


def agreeing_with(track: Track, state: State) -> int:
    """Return how many observations in a row, this one that says `state` among them, speak for the same change."""
    pending = track.pending
    if pending is None:
        return 1
    if track.state > State.DEGRADED:  # it ends with answers, slow or not; a failure is none
        kinds_agree = (
            all(State.UNKNOWN < s <= State.DEGRADED for s in (pending, state)) or min(pending, state) > State.DEGRADED
        )
    else:
        kinds_agree = pending > State.DEGRADED and state.is_impaired
    return track.agreeing + 1 if pending == state or kinds_agree else 1
