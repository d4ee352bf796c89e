"""Whether we hear anything at all: before a provider is called silent, it is asked whether it is we who are deaf."""

from collections import deque
from math import log

WINDOW = 60  # minutes
IMPROBABLE = 9.2  # e^-9.2 is 1 in 10,000


class Ear:
    """Whether nothing at all has come in for longer than chance explains.

    Judged by how many minutes of the last hour had any receipt, not by how many each had: senders send in bursts.
    """

    def __init__(self) -> None:
        self._heard: deque[bool] = deque(maxlen=WINDOW)
        self._silent = 0

    def is_deaf(self, *, heard: bool) -> bool:
        """Count one more minute, of all providers."""
        self._silent = 0 if heard else self._silent + 1
        usually_silent = 1 - max(0.0, sum(self._heard) - 0.5) / WINDOW
        if self._silent * -log(usually_silent) > IMPROBABLE:
            return True  # a silence of ours says nothing about how much usually comes in
        self._heard.append(heard)
        return False
