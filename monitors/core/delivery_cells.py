"""How messages to one place did in one stretch of time: what a table's row and a heat map's field show.

Not a verdict that anybody is woken by (that is monitors.core.delivery), but the same two questions: how many of the
messages that ended failed, and how many that began had no end within PROMPT; each against what is usual there. What is
usual is not taken for granted beyond a limit: a place where half of everything fails every day is never green.
"""

from dataclasses import astuple, dataclass

from monitors.core.delivery import FIRST_GUESS, Habit
from monitors.core.states import State

FEWEST = 2  # messages beyond the usual ones, below which a failure is chance
FEWEST_KNOWN = 20  # messages, below which a habit is not known
MOST_USUAL = Habit(late=0.3, failed=0.1)
# Shares beyond the usual one, from which it is how bad.
BANDS = ((0.8, State.MAJOR_OUTAGE), (0.3, State.PARTIAL_OUTAGE), (0.03, State.DEGRADED))


@dataclass(frozen=True, slots=True)
class Sums:
    """Messages that `started`, of which `prompt` ended soon; and the ends that became known, by whose doing."""

    started: int = 0
    prompt: int = 0
    delivered: int = 0
    outage: int = 0
    ambiguous: int = 0
    sender: int = 0

    def __add__(self, other: "Sums") -> "Sums":
        return Sums(*(mine + theirs for mine, theirs in zip(astuple(self), astuple(other), strict=True)))

    @property
    def failed(self) -> int:
        """Not by the sender's own doing."""
        return self.outage + self.ambiguous

    @property
    def ended(self) -> int:
        """The sender's own failures left out."""
        return self.delivered + self.failed

    @property
    def late(self) -> int:
        return max(0, self.started - self.prompt)

    @property
    def unfinished(self) -> int:
        return max(0, self.started - self.ended - self.sender)

    @property
    def delivered_share(self) -> float | None:
        """Of the messages that ended: 0.0 to 1.0."""
        return self.delivered / self.ended if self.ended else None

    @property
    def unfinished_share(self) -> float | None:
        """Of the messages that started: 0.0 to 1.0."""
        return self.unfinished / self.started if self.started else None

    @property
    def habit(self) -> Habit:
        """These shares as what is usual, as far as it is known and taken for granted."""
        if self.started + self.ended < FEWEST_KNOWN:
            return FIRST_GUESS
        late = self.late / self.started if self.started else 0.0
        failed = self.failed / self.ended if self.ended else 0.0
        return Habit(min(late, MOST_USUAL.late), min(failed, MOST_USUAL.failed))


def standing(sums: Sums, usual: Habit) -> State:
    """Return how a place did; UNKNOWN where no message says so."""
    beyond = max(
        _beyond(sums.failed, sums.ended, usual.failed),
        _beyond(sums.late, sums.started, usual.late),
    )
    state = next((state for share, state in BANDS if beyond >= share), None)
    if state:
        return state
    return State.OPERATIONAL if sums.delivered else State.UNKNOWN


def _beyond(bad: int, of: int, usual: float) -> float:
    """Return the share of `bad` beyond the usual one; 0.0 where so few could be chance."""
    return bad / of - usual if of and bad - usual * of >= FEWEST else 0.0


def in_words(sums: Sums) -> str:
    """Return what a field of a heat map says: "93 of 96 delivered, 5 late"."""
    if not (sums.started or sums.ended or sums.sender):
        return "no messages"
    parts = [f"{sums.delivered} of {sums.ended} delivered" if sums.ended else f"{sums.started} started, none ended"]
    if sums.late:
        parts.append(f"{sums.late} late")
    if sums.sender:
        parts.append(f"{sums.sender} refused as the sender's own")
    return ", ".join(parts)
