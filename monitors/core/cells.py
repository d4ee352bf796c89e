"""Scopes as counting sees them: a component, narrowed to a country, narrowed to a carrier."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Cell:
    """What is empty means "all" of a total and "not said" of one report or message. Component 0 is the whole provider."""

    component_id: int = 0
    country: str = ""
    carrier_id: int = 0

    @property
    def depth(self) -> int:
        return bool(self.component_id) + bool(self.country) + bool(self.carrier_id)

    @property
    def chain(self) -> tuple["Cell", ...]:
        """The cell and what it is part of, narrowest first: carrier, country, component, provider."""
        component, country = self.component_id, self.country
        return tuple(dict.fromkeys((self, Cell(component, country), Cell(component), Cell())))

    def holds(self, other: "Cell") -> bool:
        return (
            self.component_id in (0, other.component_id)
            and self.country in ("", other.country)
            and self.carrier_id in (0, other.carrier_id)
        )


def narrowest_first(cells: Iterable[Cell]) -> list[Cell]:
    return sorted(cells, key=lambda cell: (-cell.depth, cell))
