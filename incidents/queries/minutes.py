"""What was seen of a provider in each minute, as the detector over all organizations takes it."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import numpy as np

from incidents.core.detection.crowd import Report
from incidents.core.detection.delivery import NO_ENDS, NOTHING, OLDEST, Ends, Outcome
from incidents.core.detection.probing import Checks
from incidents.core.detection.tree import Ints, Place, Tree
from incidents.core.detection.watch import Minute
from monitors.core.cells import Cell
from monitors.queries import evidence

MINUTE = timedelta(minutes=1)
BEGAN = datetime(1970, 1, 1, tzinfo=UTC)  # minutes are numbered from here
# How much later a minute is weighed that its sender counts and pushes: until then it was pushed, and once more if that failed.
COMES = timedelta(minutes=2)
NO_AGE = OLDEST + 1  # of a message that has none: no evidence of delay
NO_CHECKS = Checks(np.zeros((0, 0)), np.zeros((0, 0)))
OUTCOMES = {
    "delivered": Outcome.DELIVERED,
    "outage": Outcome.FAULT,
    "ambiguous": Outcome.AMBIGUOUS,
    "sender": Outcome.SENDER,
    "self": Outcome.SENDER,
}


def number_of(minute: datetime) -> int:
    return int((minute - BEGAN) / MINUTE)


def place_of(cell: Cell) -> Place:
    return Place(str(cell.component_id), cell.country, str(cell.carrier_id or ""))


def minutes_of(
    provider_id: int, cells: Sequence[Cell], tree: Tree, since: datetime, until: datetime
) -> dict[int, Minute]:
    """Return every minute of [since, until) by its number.

    `cells` are those that the provider's messages are counted in, in the order of the tree; what a newer one saw is left
    out: a watch is begun again where scopes are new.
    """
    seen = _Messages(cells)
    seen.add_shared(evidence.shared_messages(provider_id, since, until))
    seen.add_pushed(evidence.pushed_messages(provider_id, since - COMES, until - COMES))
    reports = _reports(provider_id, since, until)
    posts = _posts(provider_id, tree, since, until)
    return {
        number: Minute(seen.sent(number), seen.ends(number), NO_CHECKS, reports.get(number, ()), posts.get(number, ()))
        for number in range(number_of(since), number_of(until))
    }


class _Messages:
    """Messages by the minute in which they began or ended."""

    def __init__(self, cells: Sequence[Cell]) -> None:
        self._index = {cell: n for n, cell in enumerate(cells)}
        self._sent: dict[int, list[tuple[int, int]]] = defaultdict(list)  # the last of each is how many messages
        self._ends: dict[int, list[tuple[int, int, int, int, int]]] = defaultdict(list)

    def add_shared(self, rows: Sequence[evidence.SharedMessages]) -> None:
        for cell, organization, began, ended, outcome, number in rows:
            if (place := self._index.get(cell)) is None:
                continue
            self._sent[began].append((place, number))
            if ended is not None:
                self._ends[ended].append((place, organization, OUTCOMES[outcome], max(0, ended - began), number))

    def add_pushed(self, rows: Sequence[evidence.PushedMessages]) -> None:
        for cell, organization, minute, pushed in rows:
            if (place := self._index.get(cell)) is None:
                continue
            number = minute + COMES // MINUTE
            self._sent[number].append((place, pushed.started))
            for outcome, age, messages in pushed.ended:
                known = NO_AGE if age is None else age
                self._ends[number].append((place, organization, OUTCOMES[outcome], known, messages))

    def sent(self, number: int) -> Ints:
        if not (rows := self._sent.get(number)):
            return NOTHING
        cell, messages = np.array(rows, dtype=np.int64).T
        return np.repeat(cell, messages)

    def ends(self, number: int) -> Ends:
        if not (rows := self._ends.get(number)):
            return NO_ENDS
        *columns, messages = np.array(rows, dtype=np.int64).T
        return Ends(*(np.repeat(column, messages) for column in columns))


def _reports(provider_id: int, since: datetime, until: datetime) -> dict[int, list[Report]]:
    found: dict[int, list[Report]] = defaultdict(list)
    for report in evidence.counted_reports(provider_id, since, until):
        place = place_of(report.cell) if report.cell.component_id else Place("", report.cell.country)
        at = (report.at - BEGAN) / MINUTE
        # Of the system that a network belongs to we know nothing: each stands for itself.
        found[int(at)].append(Report(at, report.network, report.network, place.component, place.country, place.carrier))
    return found


def _posts(provider_id: int, tree: Tree, since: datetime, until: datetime) -> dict[int, list[Place]]:
    found: dict[int, list[Place]] = defaultdict(list)
    for posted in evidence.posts_of(provider_id, since, until):
        place = place_of(posted.cell)
        if place in tree.index:
            last = min(until, posted.until or until)
            for number in range(number_of(max(since, posted.since)), number_of(last)):
                found[number].append(place)
    return found
