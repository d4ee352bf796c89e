"""Whether our own network can be believed: what canaries on other networks say, round by round.

A region is blind when BAD_CANARIES of its canaries fail at once, or one fails while most monitors that were
up fail together. Failures that it sees from its last good round on are not counted; it is believed again
after GOOD_ROUNDS. A guard that was never satisfied, or that held back for LONGEST, is not armed until
the next good round: an installation without a way out, or one whose canaries are gone, still watches.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import Enum

BAD_CANARIES = 3
GOOD_ROUNDS = 2
LONGEST = timedelta(minutes=15)
STALE = timedelta(seconds=30)  # without a round for this long nobody guards, and failures count at once
MOST = 0.5  # share of the monitors that were up
HOSTS = 5  # different hosts, at least, before many failures say something about us


class Sight(Enum):
    """What a failure is worth: CLEAR counts, DOUBT waits for the next round, BLIND says nothing."""

    CLEAR = "clear"
    DOUBT = "doubt"
    BLIND = "blind"


@dataclass(frozen=True, slots=True)
class Round:
    """One round of canaries that began at `at`; `failed` are the names of those that did not answer."""

    at: datetime
    asked: int
    failed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Failing:
    """Of `was_up` monitors `failing` failed at their last check, on `hosts` different hosts."""

    was_up: int = 0
    failing: int = 0
    hosts: int = 0

    @property
    def are_most(self) -> bool:
        return self.hosts >= HOSTS and self.failing > MOST * self.was_up


@dataclass(frozen=True, slots=True)
class Watch:
    """What is known of a region's network. `last_good_at` is None while the guard is not armed.

    `dark_from` and `dark_until` are the last time that it was blind and no longer is.
    """

    last_good_at: datetime | None = None
    last_round_at: datetime | None = None
    blind_since: datetime | None = None
    good_rounds: int = 0
    reason: str = ""
    dark_from: datetime | None = None
    dark_until: datetime | None = None


def after_round(watch: Watch, round_: Round, failing: Failing) -> Watch:
    """Return what is known after a round of canaries."""
    watch = replace(watch, last_round_at=round_.at)
    trouble = _trouble(round_, failing)
    if watch.blind_since is None:
        if not trouble:
            return replace(watch, last_good_at=round_.at, good_rounds=0, reason="")
        if watch.last_good_at is None:
            return watch
        # Where rounds were missing nobody guarded, and what failed then has counted long ago.
        since = max(watch.last_good_at, round_.at - STALE)
        return replace(watch, blind_since=since, good_rounds=0, reason=trouble)
    if not trouble and watch.good_rounds + 1 >= GOOD_ROUNDS:
        return _released(watch, round_.at, armed=True)
    if round_.at - watch.blind_since >= LONGEST:
        return _released(watch, round_.at, armed=False)
    return replace(watch, good_rounds=0 if trouble else watch.good_rounds + 1)


def sight(watch: Watch | None, *, began: datetime, ended: datetime, now: datetime) -> Sight:
    """Return what a failed check from `began` to `ended` is worth."""
    if watch is None:
        return Sight.CLEAR
    if watch.dark_from and watch.dark_until and ended > watch.dark_from and began <= watch.dark_until:
        return Sight.BLIND
    if watch.last_round_at is None or watch.last_good_at is None or now - watch.last_round_at > STALE:
        return Sight.CLEAR
    if ended <= watch.last_good_at:
        return Sight.CLEAR
    return Sight.DOUBT if watch.blind_since is None else Sight.BLIND


def _released(watch: Watch, at: datetime, *, armed: bool) -> Watch:
    return replace(
        watch,
        last_good_at=at if armed else None,
        blind_since=None,
        good_rounds=0,
        dark_from=watch.blind_since,
        dark_until=at if armed else None,
    )


def _trouble(round_: Round, failing: Failing) -> str:
    """Return why a round is bad, or nothing."""
    names = ", ".join(round_.failed)
    if len(round_.failed) >= min(BAD_CANARIES, max(1, round_.asked)):
        return f"{len(round_.failed)} of {round_.asked} canaries do not answer: {names}."
    if round_.failed and failing.are_most:
        return f"{failing.failing} of {failing.was_up} monitors fail at once, and so does {names}."
    return ""
