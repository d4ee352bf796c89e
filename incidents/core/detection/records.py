"""The life of records: opened by the posterior, moved between nested scopes by comparison, closed when it is over."""

from dataclasses import dataclass, field
from typing import Literal

import numpy as np

from incidents.core.detection.tree import Bools, Floats, Place, Tree
from incidents.core.detection.tuning import Tuning

SOURCES = ("delivery", "probe", "crowd", "official")
JUST_OPENED = 10  # minutes in which delivery symptoms may turn out to be the edge's outage


@dataclass(slots=True)
class Record:
    """One incident as the detector sees it. Minutes are counted by the caller; `moved` is where it has been."""

    id: int
    place: Place
    opened: int
    log_odds: float
    shares: dict[str, float]  # what each source argues, in log-odds, when it opened
    moved: list[tuple[int, Place]] = field(default_factory=list)
    closed: int | None = None

    @property
    def confidence(self) -> float:
        """The highest probability that it has had, 0.0 to 1.0."""
        return float(1 / (1 + np.exp(-self.log_odds)))


@dataclass(frozen=True, slots=True)
class Event:
    kind: Literal["opened", "moved", "closed", "merged", "reopened"]
    record: Record


@dataclass(frozen=True, slots=True)
class Posterior:
    """One minute's log-odds per place. `total` fades with time; `since` is all evidence since the change, to compare
    places by; `parts` are the sources' [source, place]; `strong` marks cells whose trouble is a strong one."""

    total: Floats
    since: Floats
    parts: Floats
    strong: Bools


@dataclass(slots=True)
class _Open:
    record: Record
    place: int
    peak: Floats
    low: int = 0
    rival: int = -1
    rival_for: int = 0


class Records:
    """The open records of one provider."""

    def __init__(self, tree: Tree, tuning: Tuning) -> None:
        self._tree, self._tuning = tree, tuning
        self._open: list[_Open] = []
        self._over: list[_Open] = []
        self._next_id = 1
        self._open_from = np.where(tree.is_delivered, tuning.open_delivered_at, tuning.open_at)

    @property
    def open(self) -> list[Record]:
        return [one.record for one in self._open]

    def step(self, minute: int, posterior: Posterior) -> list[Event]:
        """Bring the records up to date with one minute's posterior; return what happened."""
        events = [event for one in self._open if (event := self._move(one, minute, posterior))]
        events += self._close(minute, posterior)
        events += self._merge(minute)
        return events + self._open_best(minute, posterior)

    # --- Where it is ------------------------------------------------------------------------------------

    def _move(self, one: _Open, minute: int, posterior: Posterior) -> Event | None:
        """Move a record to a related place whose evidence has been clearly stronger for a while."""
        one.peak = np.maximum(one.peak, posterior.since)
        likely = posterior.total >= self._tuning.close_at
        likely[one.place] = True
        family = np.flatnonzero(self._tree.related[one.place] & likely)
        one.record.log_odds = max(one.record.log_odds, float(posterior.total[family].max()))
        best = int(family[one.peak[family].argmax()])
        if best == one.place or one.peak[best] <= one.peak[one.place] + self._tuning.lift_margin:
            one.rival, one.rival_for = -1, 0
            return None
        one.rival_for = one.rival_for + 1 if one.rival == best else 1
        one.rival = best
        if one.rival_for < self._tuning.lift_hold:
            return None
        one.place, one.rival, one.rival_for = best, -1, 0
        one.record.place = self._tree.places[best]
        one.record.moved.append((minute, one.record.place))
        return Event("moved", one.record)

    def _close(self, minute: int, posterior: Posterior) -> list[Event]:
        over = []
        for one in self._open:
            quiet = posterior.total[self._tree.related[one.place]].max() < self._tuning.close_at
            one.low = one.low + 1 if quiet else 0
            if one.low >= self._tuning.close_hold and minute - one.record.opened >= self._tuning.shortest:
                over.append(one)
        return [self._end(one, minute, "closed") for one in over]

    def _merge(self, minute: int) -> list[Event]:
        """A record that has moved swallows its younger relatives."""
        events: list[Event] = []
        for one in sorted(self._open, key=lambda one: one.record.opened):
            for other in list(self._open):
                if one in self._open and other is not one and self._swallows(one, other):
                    events.append(self._end(other, minute, "merged"))
        return events

    def _swallows(self, one: _Open, other: _Open) -> bool:
        return bool(self._tree.related[one.place, other.place]) and other.record.opened >= one.record.opened

    def _end(self, one: _Open, minute: int, kind: Literal["closed", "merged"]) -> Event:
        self._open.remove(one)
        one.record.closed = minute
        if kind == "closed":
            self._over.append(one)
        return Event(kind, one.record)

    # --- What is new ------------------------------------------------------------------------------------

    def _open_best(self, minute: int, posterior: Posterior) -> list[Event]:
        free = posterior.total >= self._open_from
        if free.any():
            free &= self._free(posterior)
        if not free.any():
            return []
        place = int(np.flatnonzero(free)[posterior.total[free].argmax()])
        if again := self._reopened(place, minute):
            return [again]
        record = Record(
            id=self._next_id,
            place=self._tree.places[place],
            opened=minute,
            log_odds=float(posterior.total[place]),
            shares=dict(zip(SOURCES, posterior.parts[:, place].tolist(), strict=True)),
            moved=[(minute, self._tree.places[place])],
        )
        self._next_id += 1
        self._open.append(_Open(record, place, posterior.since.copy()))
        swallowed = self._symptoms_of(record, minute) if self._tree.is_edge[place] else []
        return [Event("opened", record), *swallowed]

    def _reopened(self, place: int, minute: int) -> Event | None:
        """Open a record again that ended a moment ago, if the trouble is where it was."""
        self._over = [one for one in self._over if minute - (one.record.closed or 0) <= self._tuning.reopen_within]
        for one in self._over:
            if self._tree.related[one.place, place]:
                self._over.remove(one)
                self._open.append(one)
                one.record.closed, one.low = None, 0
                return Event("reopened", one.record)
        return None

    def _free(self, posterior: Posterior) -> Bools:
        """The places that no open record explains."""
        free = np.ones(len(self._tree.places), bool)
        for one in self._open:
            free &= ~self._tree.related[one.place]
            # Ported numbers leak a strong outage of one carrier into its siblings.
            free &= ~(self._tree.siblings[one.place] & ~posterior.strong)
        return free

    def _symptoms_of(self, record: Record, minute: int) -> list[Event]:
        """Records of delivery that opened a moment before an edge's outage are that outage."""
        events = []
        for other in list(self._open):
            if self._tree.is_delivered[other.place] and minute - other.record.opened <= JUST_OPENED:
                record.opened = min(record.opened, other.record.opened)
                events.append(self._end(other, minute, "merged"))
        return events
