"""What one check means: what it says, how many like it make a change, and whether to look again at once.

The rules, in this order:
* a check that was our own fault, or made from a region that cannot see, says nothing;
* a failure within planned work is maintenance, unless the trouble was there before (slowness is none of an outage);
* a failure counts after `confirmations` in a row, a good check after `recovery_confirmations`;
* a good check that takes far longer than is usual for its monitor is degraded, after SLOW_CHECKS in a row, or at
  the end of an outage;
* where several regions check, monitors.core.quorum puts their agreement in the place of checks in a row;
* a monitor that goes up and down again and again is noisy: it counts as up only after QUIET without a failure.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from monitors.core.debounce import Track, agreeing_with
from monitors.core.states import State

SLOW_CHECKS = 5  # one slow answer is the Internet; five in a row are a state
SLOW_AT_LEAST_US = 200_000  # above the baseline: three times of very little is very little
QUIET = timedelta(minutes=15)
NOISY_WITHIN = timedelta(hours=1)
NOISY_CHANGES = 5  # down, up, down, up, down


@dataclass(frozen=True, slots=True)
class Policy:
    """How a monitor wants to be judged. `baseline_us` is its usual p95; None: not known, or not asked for."""

    interval_s: int
    confirmations: int
    recovery_confirmations: int
    slow_factor: float | None = None
    baseline_us: int | None = None
    is_noisy: bool = False

    @property
    def slow_above_us(self) -> int | None:
        """The longest time in microseconds that is not slow, or None if nothing is."""
        if self.slow_factor is None or self.baseline_us is None:
            return None
        return max(round(self.slow_factor * self.baseline_us), self.baseline_us + SLOW_AT_LEAST_US)

    @property
    def checks_of_quiet(self) -> int:
        """How many good checks in a row a noisy monitor needs."""
        return max(self.recovery_confirmations, math.ceil(QUIET.total_seconds() / self.interval_s) + 1)


@dataclass(frozen=True, slots=True)
class Seen:
    """What one check saw. `tells` is False where it says something about us alone."""

    state: State
    total_us: int
    tells: bool = True
    in_window: bool = False


@dataclass(frozen=True, slots=True)
class Word:
    """What a check says. `why` adds to its own summary. `look_again` asks for another check soon."""

    state: State
    confirmations: int
    look_again: bool = False
    why: str = ""


def judge(seen: Seen, track: Track, policy: Policy) -> Word | None:
    """Return what a check says of its monitor, given what is known, or None if it says nothing."""
    if not seen.tells or seen.state == State.UNKNOWN:
        return None
    was_there = track.state.is_impaired and (track.state > State.DEGRADED or seen.state == State.DEGRADED)
    if seen.state.is_impaired and seen.in_window and not was_there:
        return Word(State.MAINTENANCE, 1, why="It fails within planned maintenance, which is no downtime.")
    limit = policy.slow_above_us
    is_slow = limit is not None and seen.total_us > limit and not seen.in_window and not seen.state.is_impaired
    if seen.state >= State.PARTIAL_OUTAGE:
        return _with_hurry(Word(seen.state, policy.confirmations), track)
    if track.state >= State.PARTIAL_OUTAGE:
        # A late answer ends an outage like any other; it would go on else while every check is answered.
        return _recovering(
            State.DEGRADED if is_slow else seen.state, track, policy, why=_slow(seen, policy) if is_slow else ""
        )
    if seen.state.is_impaired:
        return _with_hurry(Word(seen.state, policy.confirmations), track)
    if is_slow:
        return Word(State.DEGRADED, SLOW_CHECKS, why=_slow(seen, policy))
    return _recovering(seen.state, track, policy) if track.state.is_impaired else Word(seen.state, 1)


def is_noisy(changes: Iterable[datetime], *, now: datetime) -> bool:
    """Return whether confirmed changes at these times are so many that recoveries should wait."""
    return sum(now - at <= NOISY_WITHIN for at in changes) >= NOISY_CHANGES


def _recovering(state: State, track: Track, policy: Policy, *, why: str = "") -> Word:
    """Return what an answer says of a monitor that is in trouble."""
    if policy.is_noisy:
        why = f"{why} It goes up and down: up counts after 15 quiet minutes.".strip()
        return Word(state, policy.checks_of_quiet, why=why)
    return _with_hurry(Word(state, policy.recovery_confirmations, why=why), track)


def _with_hurry(word: Word, track: Track) -> Word:
    """Ask for another check at once where this one makes a change that has to be confirmed."""
    waits = track.state != word.state and agreeing_with(track, word.state) < word.confirmations
    return Word(word.state, word.confirmations, look_again=waits, why=word.why)


def _slow(seen: Seen, policy: Policy) -> str:
    assert policy.baseline_us is not None
    return f"It took {seen.total_us / 1000:.0f} ms, where 95 of 100 checks of the last week took {policy.baseline_us / 1000:.0f} ms at most."
