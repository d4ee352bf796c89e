"""Who sees most of the trouble: one tenant's dead list or unregistered sender is that tenant's finding alone."""

import numpy as np

from incidents.core.detection.tree import Ints

NOBODY = -1
FORGOTTEN = 1e-3  # failures, after fading, that are not worth a row


class Loudest:
    """The tenant with most failures in each place, the older ones fading by half in `half_life` minutes.

    All fade alike, so the order of two tenants only changes when one of them fails: new failures weigh more instead
    of old ones less, and nothing is gone over each minute.
    """

    def __init__(self, places: int, half_life: float) -> None:
        self.tenant: Ints = np.full(places, NOBODY)
        self._failures: list[dict[int, float]] = [{} for _ in range(places)]
        self._growth = 0.5 ** (-1 / half_life)
        self._weight = 1.0

    def hear(self, places: Ints, tenants: Ints) -> None:
        """Count one minute's failures."""
        self._weight *= self._growth
        for place, tenant in zip(places.tolist(), tenants.tolist(), strict=True):
            counter = self._failures[place]
            counter[tenant] = counter.get(tenant, 0.0) + self._weight
            loudest = int(self.tenant[place])
            if loudest != tenant and counter[tenant] > counter.get(loudest, 0.0):
                self.tenant[place] = tenant

    def forget(self) -> None:
        """Drop what has faded, and count from one again."""
        for place, counter in enumerate(self._failures):
            kept = {tenant: n / self._weight for tenant, n in counter.items() if n / self._weight > FORGOTTEN}
            self._failures[place] = kept
            if int(self.tenant[place]) not in kept:
                self.tenant[place] = NOBODY
        self._weight = 1.0
