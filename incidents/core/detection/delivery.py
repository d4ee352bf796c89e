"""What the ends of messages, and their absence, argue about every cell."""

from dataclasses import dataclass
from enum import IntEnum

import numpy as np

from incidents.core.detection.habits import DayRing, hazards, shares
from incidents.core.detection.tree import Floats, Ints, Tree
from incidents.core.detection.tuning import Tuning
from incidents.core.detection.witnesses import Statements

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
        self._failing = np.zeros((cells, len(tuning.failing)))  # [cell, severity]: what the last minute argues
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

    def argue(self, *, is_blind: bool) -> Floats:
        """Return [place, severity] of the minute: the severities of failing, then of delay. `is_blind`: delays say nothing."""
        cap = self._tuning.cell_cap
        self._failing = np.einsum("oc,ocs->cs", self._counts[:3], self._arguments)
        delay = np.zeros((len(self._failing), len(self._tuning.delaying))) if is_blind else self._delaying()
        by_cell = np.clip(np.hstack([self._failing, delay]), -cap, cap)
        argued: Floats = self._tree.members @ by_cell
        return argued

    def statements(self) -> Statements:
        """Return what each tenant added to what was argued last of failing. Who waits for an end is not known."""
        ends, cap = self._ends, self._tuning.cell_cap
        counted = ends.outcome != Outcome.SENDER
        cell, tenant, outcome = ends.cell[counted], ends.tenant[counted], ends.outcome[counted]
        cells = len(self._failing)
        pairs, entry = np.unique(tenant * cells + cell, return_inverse=True)
        alone = np.zeros((len(pairs), self._failing.shape[1]))
        np.add.at(alone, entry, self._arguments[outcome, cell])
        total = self._failing[pairs % cells]
        return Statements(pairs % cells, pairs // cells, np.clip(total, -cap, cap) - np.clip(total - alone, -cap, cap))

    def end_day(self) -> None:
        """Learn what is usual from the days that are over."""
        for ring in (self._outcomes, self._risk, self._known):
            ring.turn()
        self._set_habits()

    def _delaying(self) -> Floats:
        """[cell, severity] of ends that came at each age against those that were due: survival by age."""
        still = np.maximum(self._waiting - self._ended, 0)
        silent: Floats = np.einsum("ac,acs->cs", still, self._patience)
        argued: Floats = silent + self._ended.sum(axis=0)[:, None] * self._lateness
        return argued

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


def _groups(tree: Tree) -> list[Ints]:
    """The cells of each component and country."""
    keys = [(cell.component, cell.country) for cell in tree.cells]
    return [np.array([n for n, key in enumerate(keys) if key == one]) for one in dict.fromkeys(keys)]


def _components(tree: Tree) -> list[Ints]:
    names = [cell.component for cell in tree.cells]
    return [np.array([n for n, name in enumerate(names) if name == one]) for one in dict.fromkeys(names)]
