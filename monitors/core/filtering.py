"""A step in what carriers refuse as the senders' own doing, over many senders at once: no outage, and not chance.

One sender whose messages are suddenly refused did something. Three at once, to the same carrier with the same code,
met a new rule of the carrier's. That is worth telling, and it is evidence of nothing else: these failures stay out of
every share.
"""

from collections.abc import Iterable
from dataclasses import dataclass

FEWEST_SENDERS = 3  # organizations whose refusals step up together
FEWEST_REFUSED = 50  # messages of theirs, all in all
FEWEST_OF_ONE = 10  # messages of one of them
STEP = 0.1  # share beyond the usual one
TIMES = 3.0  # the usual share, at least


@dataclass(frozen=True, slots=True)
class Sender:
    """One organization's messages to one scope: those of `ended` lately that were `refused` with one code, and before.

    `shares` says whether it lets others know what its counts add up to.
    """

    refused: int
    ended: int
    refused_before: int
    ended_before: int
    shares: bool = False

    @property
    def steps_up(self) -> bool:
        """Whether it is refused much more than usual. Without a past nobody knows what is usual."""
        if self.refused < FEWEST_OF_ONE or self.ended_before < FEWEST_REFUSED:
            return False
        usual = self.refused_before / self.ended_before
        return self.refused > self.ended * max(usual + STEP, TIMES * usual)


@dataclass(frozen=True, slots=True)
class Step:
    """How many organizations' refusals step up together, of which `sharing` share their counts; messages refused."""

    senders: int
    sharing: int
    refused: int

    @property
    def may_be_told(self) -> bool:
        """Whether other organizations may hear of it: enough of those that it rests on agreed."""
        return self.sharing >= FEWEST_SENDERS


def step_of(senders: Iterable[Sender]) -> Step | None:
    """Return the step over the senders to one scope with one code, if it is one."""
    found = [sender for sender in senders if sender.steps_up]
    refused = sum(sender.refused for sender in found)
    if len(found) < FEWEST_SENDERS or refused < FEWEST_REFUSED:
        return None
    return Step(len(found), sum(sender.shares for sender in found), refused)
