"""What one tenant alone has seen: its dead list or unregistered sender is that tenant's finding, not the provider's."""

from dataclasses import dataclass

import numpy as np

from incidents.core.detection.tree import Bools, Floats, Ints


@dataclass(frozen=True, slots=True)
class Statements:
    """What each tenant added to a minute's argument, one entry per tenant and cell: `argued` is [entry, severity].

    That is how much less would have been argued without it, after the cap of a cell's word.
    """

    cell: Ints
    tenant: Ints
    argued: Floats


class Witnesses:
    """What each tenant has argued of the places under suspicion, since the suspicion of each severity began."""

    def __init__(self, places: int, severities: int) -> None:
        self.most: Floats = np.zeros((places, severities))
        self._argued: dict[int, dict[int, Floats]] = {}  # by place and tenant

    def hear(self, suspected: Bools, places: Ints, statements: Statements) -> None:
        """Add a minute's statements to the places (one per entry) that are suspected."""
        heard = np.flatnonzero(suspected[places])
        for place, tenant, argued in zip(
            places[heard].tolist(), statements.tenant[heard].tolist(), statements.argued[heard], strict=True
        ):
            tenants = self._argued.setdefault(place, {})
            tenants[tenant] = tenants[tenant] + argued if tenant in tenants else argued
        for place in set(places[heard].tolist()):
            self.most[place] = np.maximum(np.max(list(self._argued[place].values()), axis=0), 0)

    def forget(self, cleared: Bools) -> None:
        """Forget what was said of what is not suspected any more ([place, severity])."""
        for place, tenants in list(self._argued.items()):
            if cleared[place].all():
                del self._argued[place]
            elif cleared[place].any():
                for argued in tenants.values():
                    argued[cleared[place]] = 0
        self.most[cleared] = 0
