"""What the ends of messages, and their absence, argue about every cell."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum

import numpy as np

from incidents.core.detection.habits import DayRing, hazards, shares
from incidents.core.detection.tree import Floats, Ints, Place, Tree
from incidents.core.detection.tuning import Tuning
from incidents.core.detection.witnesses import Loudest

OLDEST = 12  # minutes of a message's age that are told apart


class Outcome(IntEnum):
    """How a message ended: by nobody's fault, the provider's or carrier's, nobody clear's, the sender's."""

    DELIVERED = 0
    FAULT = 1
    AMBIGUOUS = 2
    SENDER = 3


@dataclass(frozen=True, slots=True)
class Ends:
    """Messages whose end became known in one minute, one entry each.

    `age` is whole minutes since each was sent; `tenant` any number that tells senders apart.
    """

    cell: Ints
    tenant: Ints
    outcome: Ints
    age: Ints


NOTHING = np.zeros(0, dtype=np.int64)
NO_ENDS = Ends(NOTHING, NOTHING, NOTHING, NOTHING)


class Delivery:
    """The counts of one provider's messages. `take` a minute, then `argue` it."""

    def __init__(self, tree: Tree, tuning: Tuning) -> None:
        cells = len(tree.cells)
        self._tree, self._tuning = tree, tuning
        self._groups = _groups(tree)
        self._components = _components(tree)
        self._waiting = np.zeros((OLDEST + 1, cells))  # [age, cell]: sent so long ago, without an end so far
        self._ended = np.zeros((OLDEST + 1, cells))
        self._counts = np.zeros((4, cells))
        self._outcomes = DayRing((4, cells))
        self._risk = DayRing((OLDEST + 1, cells))
        self._known = DayRing((OLDEST + 1, cells))
        self._levels = _levels(tree)
        self._loudest = Loudest(len(tree.places), tuning.loud_half_life)
        self._ends = NO_ENDS
        self._set_habits()

    # --- One minute -----------------------------------------------------------------------------------

    def take(self, sent: Ints, ends: Ends) -> tuple[float, float]:
        """Count a minute's messages (`sent`: the cell of each); return how many ends came, and were due."""
        cells = self._waiting.shape[1]
        self._waiting[1:] = np.maximum(self._waiting[:-1] - self._ended[:-1], 0)
        self._waiting[0] = np.bincount(sent, minlength=cells)
        young = ends.age <= OLDEST
        places = ends.age[young] * cells + ends.cell[young]
        self._ended = np.bincount(places, minlength=(OLDEST + 1) * cells).reshape(OLDEST + 1, cells).astype(float)
        self._counts = (
            np.bincount(ends.outcome * cells + ends.cell, minlength=4 * cells).reshape(4, cells).astype(float)
        )
        self._ends = ends
        self._outcomes.add(self._counts)
        self._risk.add(np.maximum(self._waiting, self._ended))
        self._known.add(self._ended)
        return float(self._ended.sum()), float((self._waiting * self._hazard).sum())

    def argue(self, *, is_blind: bool) -> tuple[Floats, Floats]:
        """Return [place, severity] of all tenants, and of all but each place's loudest; `is_blind`: delays say nothing."""
        cap = self._tuning.cell_cap
        by_cell = np.einsum("oc,ocs->cs", self._counts[:3], self._arguments)
        delay = np.zeros((len(by_cell), len(self._tuning.delaying))) if is_blind else self._delaying()
        delay = self._tree.members @ np.clip(delay, -cap, cap)
        everyone = self._tree.members @ np.clip(by_cell, -cap, cap)
        without = np.zeros_like(everyone)
        for rows, alone in self._alone():
            without[rows] = self._tree.members[rows] @ np.clip(by_cell - alone, -cap, cap)
        return np.hstack([everyone, delay]), np.hstack([without, delay])

    def end_day(self) -> None:
        """Learn what is usual from the days that are over."""
        for ring in (self._outcomes, self._risk, self._known):
            ring.turn()
        self._loudest.forget()
        self._set_habits()

    def _delaying(self) -> Floats:
        """[cell, severity] of ends that came at each age against those that were due: survival by age."""
        still = np.maximum(self._waiting - self._ended, 0)
        silent: Floats = np.einsum("ac,acs->cs", still, self._patience)
        argued: Floats = silent + self._ended.sum(axis=0)[:, None] * self._lateness
        return argued

    def _alone(self) -> Iterator[tuple[Ints, Floats]]:
        """Yield the places of each level (cells, countries, components), and what the loudest of each argues by cell."""
        ends = self._ends
        counted = ends.outcome != Outcome.SENDER
        cell, tenant, outcome = ends.cell[counted], ends.tenant[counted], ends.outcome[counted]
        failed = outcome != Outcome.DELIVERED
        argued = self._arguments[outcome, cell]  # [message, severity]
        for rows, place_of in self._levels:
            place = place_of[cell]
            self._loudest.hear(place[failed], tenant[failed])
            theirs = self._loudest.tenant[place] == tenant
            alone = np.zeros((len(place_of), argued.shape[1]))
            np.add.at(alone, cell[theirs], argued[theirs])
            yield rows, alone

    # --- What is usual ----------------------------------------------------------------------------------

    def _set_habits(self) -> None:
        tuning = self._tuning
        fault, doubt = shares(self._outcomes.days, self._groups)
        self._hazard = hazards(self._risk.days, self._known.days, self._components)
        failing, delaying = np.array(tuning.failing), np.array(tuning.delaying)
        fine = np.broadcast_to(np.log(1 - failing), (len(fault), len(failing)))
        # Half of what fails is a fault, half ambiguous.
        bad = [np.log(1 - failing + 0.5 * failing / usual[:, None]) for usual in (fault, doubt)]
        self._arguments = np.stack([fine, *bad])  # [outcome, cell, severity]: what one message's end argues
        hazard = self._hazard[:, :, None]
        self._lateness = np.log(1 - delaying)
        self._patience = np.log((1 - hazard * (1 - delaying)) / (1 - hazard))


def _levels(tree: Tree) -> list[tuple[Ints, Ints]]:
    """For cells, countries and components: their places, and the place of each cell."""
    levels = (
        list(tree.cells),
        [Place(c.component, c.country) for c in tree.cells],
        [Place(c.component) for c in tree.cells],
    )
    place_of = [np.array([tree.index[place] for place in places]) for places in levels]
    return [(np.unique(places), places) for places in place_of]


def _groups(tree: Tree) -> list[Ints]:
    """The cells of each component and country."""
    keys = [(cell.component, cell.country) for cell in tree.cells]
    return [np.array([n for n, key in enumerate(keys) if key == one]) for one in dict.fromkeys(keys)]


def _components(tree: Tree) -> list[Ints]:
    names = [cell.component for cell in tree.cells]
    return [np.array([n for n, name in enumerate(names) if name == one]) for one in dict.fromkeys(names)]
