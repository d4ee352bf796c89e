"""When messages fail or stall more than they usually do, by scope.

Two tests of the last minutes against the scope's own habit. *Failing*: of the messages whose end became known, how
many failed by the provider's, the carrier's or nobody's clear fault; the sender's own mistakes are not among them.
*Stalling*: of the messages that began long enough ago, how many had no end within PROMPT. A carrier that delays
everything shows in the second test alone, hours before anything fails.

Both are beta-binomial tests: what is usual differs by the day and by the list of numbers a tenant writes to, SPREAD
says by how much. The habit of a scope with few messages is shrunk to that of its country and component, by STRENGTH.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from math import exp, lgamma

from monitors.core.cells import Cell
from monitors.core.receipts import PROMPT
from monitors.core.states import State

MINUTE = timedelta(minutes=1)
WINDOWS = tuple(timedelta(minutes=n) for n in (8, 15, 30, 60))  # the first with FEWEST messages is judged
LOOK_BACK = WINDOWS[-1]
CALM = timedelta(minutes=10)  # so long messages must arrive as usual before an impaired scope counts as well again
FEWEST = 5
FEWEST_ARRIVED = 3  # deliveries that make a scope well again
SURPRISE = 1e-5  # how improbable a count must be: thousands of scopes are tested every minute
STALLED = 0.5  # share without an end, from which a scope stalls
FAILING = 0.1  # share above the usual one, from which a scope is failing
SEVERE, STILL_SEVERE = 0.8, 0.4  # shares from which a partial outage is one, and stays one
SPREAD = 50.0  # messages: as if each habit were known from that many
STRENGTH = 20.0  # messages of its own at which a scope's habit is half its own


class Symptom(StrEnum):
    """How messages are in trouble, as an observation's evidence names it ("symptom")."""

    LATE = "late"
    FAILING = "failing"


@dataclass(frozen=True, slots=True)
class Minute:
    """The counts of one minute: messages that `started` in it, of which `prompt` ended within PROMPT; and outcomes
    that became known in it."""

    at: datetime
    started: int = 0
    prompt: int = 0
    delivered: int = 0
    failed: int = 0  # by the fault of the provider, the carrier, or nobody clear
    sender: int = 0


@dataclass(frozen=True, slots=True)
class Tally:
    """Sums over minutes. `started` are the messages that have had their time; `late` had no end within PROMPT."""

    started: int = 0
    late: int = 0
    finished: int = 0
    failed: int = 0

    def __add__(self, other: "Tally") -> "Tally":
        return Tally(
            self.started + other.started,
            self.late + other.late,
            self.finished + other.finished,
            self.failed + other.failed,
        )

    @property
    def arrived(self) -> int:
        return self.finished - self.failed

    @property
    def late_share(self) -> float:
        return self.late / self.started if self.started else 0.0

    @property
    def failed_share(self) -> float:
        return self.failed / self.finished if self.finished else 0.0

    @property
    def symptom(self) -> Symptom:
        """What most of the trouble is. What fails after a while was late too, so failing outweighs twice as many late."""
        return Symptom.FAILING if 2 * self.failed > self.late else Symptom.LATE

    @property
    def words(self) -> str:
        return f"{self.late} of {self.started} messages late, {self.failed} of {self.finished} failed"


@dataclass(frozen=True, slots=True)
class Habit:
    """The shares that are usual, each 0.0 to 1.0."""

    late: float
    failed: float


FIRST_GUESS = Habit(late=0.05, failed=0.03)  # before there is any history
BEST = Habit(late=0.005, failed=0.005)  # against which everything that could be unusual is


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the receipts say of a scope. `tally` is what it rests on, of the last `minutes`."""

    state: State
    tally: Tally
    minutes: int
    habit: Habit
    reason: str


def counts_from(sees_since: datetime, said: State, said_since: datetime) -> datetime:
    """Return from when a scope's minutes count: a trouble that is over is not judged again."""
    return max(sees_since, said_since - CALM - PROMPT) if said is State.OPERATIONAL else sees_since


def judge(minutes: Sequence[Minute], habit: Habit, said: State, now: datetime) -> Verdict | None:
    """Return what the minutes since LOOK_BACK say of a scope that was `said` to be in a state; None: nothing.

    `minutes` are those that count: see `counts_from`.
    """
    # A few messages open quickly; how bad it then is wants more of them, or it would go up and down.
    width, recent = _window(minutes, now, WINDOWS[1:] if said.is_impaired else WINDOWS, FEWEST)
    stalls, fails = _stalls(recent, habit), _fails(recent, habit)
    if stalls or fails:
        share = max(recent.late_share if stalls else 0.0, recent.failed_share if fails else 0.0)
        severe = STILL_SEVERE if said >= State.PARTIAL_OUTAGE else SEVERE
        state = State.PARTIAL_OUTAGE if share > severe else State.DEGRADED
        reason = _stall_reason(recent, habit) if stalls else _failure_reason(recent, habit, width)
        return Verdict(state, recent, _whole(width), habit, reason)
    if said.is_impaired:
        return _still(minutes, habit, said, now)
    if not recent.arrived or recent.late_share >= STALLED:
        return None
    return Verdict(State.OPERATIONAL, recent, _whole(width), habit, _arrival_reason(recent, width))


def _still(minutes: Sequence[Minute], habit: Habit, said: State, now: datetime) -> Verdict | None:
    """An impaired scope is well when messages have arrived as usual for CALM; without any traffic nobody knows."""
    width, last = _window(minutes, now, [CALM + PROMPT, *WINDOWS[2:]], FEWEST_ARRIVED)
    is_calm = (
        last.arrived >= FEWEST_ARRIVED
        and last.late_share <= 2 * habit.late + FAILING
        and last.failed_share <= 2 * habit.failed + FAILING
    )
    if is_calm:
        return Verdict(State.OPERATIONAL, last, _whole(width), habit, _arrival_reason(last, width))
    if not (last.started or last.finished):
        return None
    return Verdict(said, last, _whole(width), habit, f"Not yet as usual: {last.words}.")


def tally(minutes: Iterable[Minute], since: datetime, now: datetime) -> Tally:
    """Sum the minutes from `since` on; messages count as started only once they have had their time."""
    total = Tally()
    for minute in minutes:
        if minute.at >= since:
            had_time = minute.at + MINUTE + PROMPT <= now
            started, prompt = (minute.started, minute.prompt) if had_time else (0, 0)
            total += Tally(started, max(0, started - prompt), minute.delivered + minute.failed, minute.failed)
    return total


def _window(
    minutes: Sequence[Minute], now: datetime, widths: Sequence[timedelta], fewest: int
) -> tuple[timedelta, Tally]:
    """Return the first of `widths` that has `fewest` messages, else the last, with its sums."""
    for width in widths:
        recent = tally(minutes, now - width, now)
        if max(recent.started, recent.finished) >= fewest:
            break
    return width, recent


def _stalls(recent: Tally, habit: Habit) -> bool:
    return (
        recent.started >= FEWEST
        and recent.late_share >= STALLED
        and tail(recent.late, recent.started, habit.late) < SURPRISE
    )


def _fails(recent: Tally, habit: Habit) -> bool:
    return (
        recent.finished >= FEWEST
        and recent.failed_share >= habit.failed + FAILING
        and tail(recent.failed, recent.finished, habit.failed) < SURPRISE
    )


def tail(count: int, of: int, mean: float) -> float:
    """Return the probability of `count` or more of `of` where the share `mean` is usual, give or take SPREAD."""
    a, b = mean * SPREAD, (1 - mean) * SPREAD
    return sum(exp(_log_beta_binomial(k, of, a, b)) for k in range(count, of + 1))


def _log_beta_binomial(k: int, n: int, a: float, b: float) -> float:
    choose = lgamma(n + 1) - lgamma(k + 1) - lgamma(n - k + 1)
    return choose + _log_beta(k + a, n - k + b) - _log_beta(a, b)


def _log_beta(a: float, b: float) -> float:
    return lgamma(a) + lgamma(b) - lgamma(a + b)


# --- What is usual ------------------------------------------------------------------------------------


def habit_of(cell: Cell, history: Mapping[Cell, Tally]) -> Habit:
    """Return the habit of a cell out of what was counted of it and its relatives, shrunk to those that hold it."""
    habit = FIRST_GUESS
    for holder in reversed(cell.chain):
        past = sum((counted for other, counted in history.items() if holder.holds(other)), Tally())
        habit = Habit(
            (past.late + STRENGTH * habit.late) / (past.started + STRENGTH),
            (past.failed + STRENGTH * habit.failed) / (past.finished + STRENGTH),
        )
    return Habit(max(habit.late, BEST.late), max(habit.failed, BEST.failed))


# --- In words ---------------------------------------------------------------------------------------------


def _stall_reason(recent: Tally, habit: Habit) -> str:
    late = f"{recent.late} of {recent.started} messages had no final state after {_whole(PROMPT)} min"
    return f"{late}; normally {_percent(habit.late)}."


def _failure_reason(recent: Tally, habit: Habit, width: timedelta) -> str:
    failed = f"{recent.failed} of {recent.finished} messages failed in {_whole(width)} min"
    return f"{failed}; normally {_percent(habit.failed)}."


def _arrival_reason(recent: Tally, width: timedelta) -> str:
    return f"{recent.arrived} of {recent.finished} messages were delivered in {_whole(width)} min."


def _percent(share: float) -> str:
    return f"{share:.0%}" if share >= 0.01 else "under 1%"


def _whole(width: timedelta) -> int:
    return round(width / MINUTE)
