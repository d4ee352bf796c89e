"""The scopes in which one provider's trouble can be, and how they lie in each other."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

# How often trouble of each kind begins, a month and provider: status pages' own incidents, DETECTION.md.
BEGINS_A_MONTH = {"carrier": 4.0, "country": 1.2, "component": 1.8, "edge": 0.7, "unmeasured": 0.4}
MINUTES_A_MONTH = 43_200.0


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """A component, narrowed to a country, narrowed to a carrier; "" means all."""

    component: str
    country: str = ""
    carrier: str = ""

    @property
    def depth(self) -> int:
        return bool(self.component) + bool(self.country) + bool(self.carrier)

    def holds(self, other: "Place") -> bool:
        """Whether trouble in all of this place is trouble in the other. A place holds itself."""
        return (
            self.component == other.component
            and self.country in ("", other.country)
            and self.carrier in ("", other.carrier)
        )


@dataclass(frozen=True)
class Tree:
    """A provider's places. `cells` are the narrowest that messages are counted in; order gives their index.

    `edges` are the components through which all messages enter (an API): trouble there is trouble in all that is
    delivered. `others` are the rest of the components that have no messages of their own. `probed` are the
    components that probes check.
    """

    cells: Sequence[Place]
    edges: Sequence[str] = ()
    others: Sequence[str] = ()
    probed: Sequence[str] = ()

    @cached_property
    def places(self) -> list[Place]:
        """Every hypothesis: the cells, their countries, their components, then edges and others.

        A cell without a carrier holds the messages of which none is known; as a place it is its country.
        """
        countries = [Place(cell.component, cell.country) for cell in self.cells]
        components = [Place(cell.component) for cell in self.cells]
        rest = [*map(Place, self.edges), *map(Place, self.others)]
        return list(dict.fromkeys([*self.cells, *countries, *components, *rest]))

    @cached_property
    def index(self) -> dict[Place, int]:
        return {place: n for n, place in enumerate(self.places)}

    @cached_property
    def kinds(self) -> list[str]:
        return [self._kind(place) for place in self.places]

    def _kind(self, place: Place) -> str:
        if place.carrier:
            return "carrier"
        if place.country:
            return "country"
        if place.component in self.edges:
            return "edge"
        return "unmeasured" if place.component in self.others else "component"

    @cached_property
    def rates(self) -> Floats:
        """How often trouble begins in each place, per minute."""
        kinds = np.array(self.kinds)
        return np.array([BEGINS_A_MONTH[kind] / (kinds == kind).sum() / MINUTES_A_MONTH for kind in kinds])

    @cached_property
    def members(self) -> Floats:
        """[place, cell]: 1.0 where the cell lies in the place."""
        return np.array([[float(place.holds(cell)) for cell in self.cells] for place in self.places])

    @cached_property
    def countries(self) -> set[str]:
        return {place.country for place in self.places if place.country}

    @cached_property
    def levels(self) -> list[Ints]:
        """For carriers, countries and components: the place of each cell."""
        levels = (
            self.cells,
            [Place(cell.component, cell.country) for cell in self.cells],
            [Place(cell.component) for cell in self.cells],
        )
        return [np.array([self.index[place] for place in places], dtype=np.int64) for places in levels]

    @cached_property
    def is_delivered(self) -> Bools:
        delivered: Bools = self.members.sum(axis=1) > 0
        return delivered

    @cached_property
    def is_edge(self) -> Bools:
        return np.array([place.component in self.edges for place in self.places])

    @cached_property
    def related(self) -> Bools:
        """[place, place]: one holds the other. An edge holds all that is delivered."""
        holds = np.array([[a.holds(b) for b in self.places] for a in self.places])
        holds |= self.is_edge[:, None] & self.is_delivered[None, :]
        either: Bools = holds | holds.T
        return either

    @cached_property
    def siblings(self) -> Bools:
        """[place, place]: two carriers of one country, which ported numbers confuse."""
        return np.array(
            [
                [
                    bool(a.carrier and b.carrier) and a != b and (a.component, a.country) == (b.component, b.country)
                    for b in self.places
                ]
                for a in self.places
            ]
        )

    @cached_property
    def probe_of(self) -> Ints:
        """The row of `probed` that bears on each place, -1 for none."""
        rows = {Place(component): n for n, component in enumerate(self.probed)}
        return np.array([rows.get(place, -1) for place in self.places])
