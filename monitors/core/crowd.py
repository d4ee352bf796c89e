"""When people report more than usual: distinct networks in a quarter of an hour against the habit of that hour.

Quiet reports of one hour vary more than a Poisson count does: their variance is 2.2 times their mean (131 windows of
Downdetector), so the test is a negative binomial one. One network is one voice, however many people use it.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from monitors.core.cells import Cell, narrowest_first

WINDOW = timedelta(minutes=15)
CALM = timedelta(minutes=20)  # so long a scope must be below before the crowd takes its word back
LOOK_BACK = WINDOW + CALM
_STEP = timedelta(minutes=5)  # how finely the calm is looked at
FEWEST = 7  # distinct networks
SURPRISE = 1e-3  # how improbable a count must be
DISPERSION = 2.2  # variance / mean of quiet reports
LEAST_USUAL = 0.2  # reports per WINDOW that we always expect, so that a new provider's first reports are no outage


@dataclass(frozen=True, slots=True)
class Vote:
    """A report that counts. `network` is a keyed hash; the key changes with the UTC day."""

    cell: Cell
    network: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Crowd:
    """People say that a cell is broken, or that spoke of it and are calm again (`is_loud` False).

    `networks` is how many reported in the last WINDOW, `usual` how many do at this hour.
    """

    cell: Cell
    is_loud: bool
    networks: int
    usual: float

    @property
    def reason(self) -> str:
        usual = "fewer than 1 is" if self.usual < 1 else f"{self.usual:.0f} {'is' if round(self.usual) == 1 else 'are'}"
        noun = "report" if self.networks == 1 else "reports"
        return f"{self.networks} {noun} in {WINDOW.seconds // 60} min; {usual} usual at this hour."


# Whom a window heard: the networks by the cell that they spoke of, each with its UTC day.
Voices = Mapping[Cell, Set[tuple[date, str]]]


def judge(votes: Sequence[Vote], usual: Mapping[Cell, float], spoken: Set[Cell], now: datetime) -> list[Crowd]:
    """Return the cells that people are loud about now, and those of `spoken` that have become calm.

    `votes` are those since LOOK_BACK ago, `usual` are reports per WINDOW. A cell of `spoken` that is
    no longer loud and has not been calm for CALM stays loud.
    """
    loud = {at: loud_cells(voices(votes, at), usual) for at in _moments(now)}
    here, lately = loud[now], frozenset[Cell]().union(*loud.values())
    heard = voices(votes, now)
    return [
        Crowd(cell, cell in here or cell in lately, _networks(heard, _inside(heard, cell)), _usual(usual, cell))
        for cell in narrowest_first(here | spoken)
    ]


def voices(votes: Iterable[Vote], at: datetime) -> Voices:
    """Return who spoke of what in the WINDOW that ends at `at`."""
    heard: dict[Cell, set[tuple[date, str]]] = {}
    for vote in votes:
        if at - WINDOW < vote.at <= at:
            heard.setdefault(vote.cell, set()).add((vote.at.date(), vote.network))
    return heard


def loud_cells(heard: Voices, usual: Mapping[Cell, float]) -> frozenset[Cell]:
    """Return the cells with more reports than usual.

    The narrowest cell with enough reports wins. One that holds it is loud too only where people from
    elsewhere in it are: then the trouble has spread.
    """
    loud: set[Cell] = set()
    for cell in narrowest_first(cells_of(heard)):
        inside = _inside(heard, cell)
        found = [below for below in loud if cell.holds(below)]
        counted = _elsewhere(heard, inside, found) if found else inside
        if is_unusual(_networks(heard, counted), _usual(usual, cell)):
            loud.add(cell)
    return frozenset(loud)


def cells_of(heard: Iterable[Cell]) -> set[Cell]:
    """Return every cell that could be loud: those that were spoken of, and what they are part of."""
    return {holder for cell in heard for holder in cell.chain}


def _elsewhere(heard: Voices, inside: Sequence[Cell], found: Sequence[Cell]) -> list[Cell]:
    """Return the cells inside that `found` does not explain.

    A report that does not say its country or carrier may well be about the cell that was found,
    unless such reports are more than those that do say so.
    """
    within = [cell for cell in inside if any(loud.holds(cell) for loud in found)]
    vague = [cell for cell in inside if cell not in within and any(cell.holds(loud) for loud in found)]
    explained = {*within, *vague} if _networks(heard, vague) <= _networks(heard, within) else {*within}
    return [cell for cell in inside if cell not in explained]


def is_unusual(networks: int, usual: float) -> bool:
    return networks >= FEWEST and tail(networks, usual) < SURPRISE


def tail(count: int, mean: float) -> float:
    """Return the probability of `count` or more where `mean` is usual, by a negative binomial with DISPERSION."""
    size, miss = mean / (DISPERSION - 1), 1 - 1 / DISPERSION
    term = total = (1 - miss) ** size
    for k in range(count - 1):
        term *= (k + size) / (k + 1) * miss
        total += term
    return max(0.0, 1 - total) if count > 0 else 1.0


def _inside(heard: Voices, cell: Cell) -> list[Cell]:
    return [spoken for spoken in heard if cell.holds(spoken)]


def _networks(heard: Voices, cells: Iterable[Cell]) -> int:
    """Return how many networks spoke of `cells`. The key of their hashes changes at midnight: the larger day counts."""
    everyone = set[tuple[date, str]]().union(*(heard[cell] for cell in cells))
    return max(Counter(day for day, _ in everyone).values(), default=0)


def _usual(usual: Mapping[Cell, float], cell: Cell) -> float:
    return max(LEAST_USUAL, usual.get(cell, 0.0))


def _moments(now: datetime) -> list[datetime]:
    return [now - n * _STEP for n in range(CALM // _STEP + 1)]
