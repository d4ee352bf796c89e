"""A forward filter in odds: how likely it is that trouble of one of several severities is under way."""

import numpy as np

from incidents.core.detection.tree import Floats

SURELY_NOT, SURELY = 1e-12, 1e7
LARGEST_STEP = 30.0


class Filter:
    """For every place, `severities` alternatives against "all is well".

    Trouble begins with `rates` (per minute) and lasts `lasts` minutes on average, so what was seen fades by itself.
    This is the odds form of the forward algorithm of a hidden Markov model with one state that is well.
    """

    def __init__(self, rates: Floats, severities: int, lasts: float) -> None:
        self._begins = rates[:, None] / severities
        self._ends = 1 / lasts
        self.odds: Floats = np.repeat(self._begins / self._ends, severities, axis=1)
        self.prior: Floats = np.log(self.odds.sum(axis=1))

    def step(self, likelihood: Floats) -> Floats:
        """Take in one minute's log-likelihood ratios [place, severity]; return what it argues beyond the prior."""
        grown = ((1 - self._ends) * self.odds + self._begins) * np.exp(np.clip(likelihood, -LARGEST_STEP, LARGEST_STEP))
        self.odds = np.clip(grown / (1 + self._ends * self.odds.sum(axis=1, keepdims=True)), SURELY_NOT, SURELY)
        weight: Floats = np.log(self.odds.sum(axis=1)) - self.prior
        return weight

    def weigh(self, most: Floats) -> Floats:
        """Return what is argued beyond the prior if no severity argues more than `most` ([place, severity])."""
        argued = self.odds / (self._begins / self._ends)
        weight: Floats = np.log(np.minimum(argued, np.exp(np.minimum(most, LARGEST_STEP))).mean(axis=1))
        return weight
