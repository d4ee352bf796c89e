"""Watch what organizations share of their deliveries, with everybody's reports and posts, and say where providers are in
trouble.

The detector of incidents.core.detection learns what is usual and keeps it in memory. Nothing of it is stored: whoever
starts weighs the last week again, minute by minute, and stands where the one before stood. What it says is stored as
any source's word is, so a restart changes nothing that was said, and ends what ended meanwhile.
"""

import logging
import threading
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from django.db import OperationalError, connection

from incidents.core.detection.ear import Ear
from incidents.core.detection.tree import Place, Tree
from incidents.core.detection.tuning import DEFAULT, Tuning
from incidents.core.detection.watch import Fleet, Minute, Watch
from incidents.queries.minutes import BEGAN, MINUTE, minutes_of, number_of, place_of
from incidents.services import shared_words
from kit.clock import real
from monitors.core.cells import Cell
from monitors.queries import evidence

logger = logging.getLogger(__name__)

REPLAYED = timedelta(days=7)  # from which a watch learns what is usual, each time it begins
CHUNK = timedelta(hours=1)  # that is read at once
SETTLES = timedelta(seconds=10)  # after which receipts of a minute are counted
WAITS_S = 60  # for receipts that are not counted yet
LOOKED_AT_AGAIN = timedelta(hours=1)
LOOKS_EVERY_S = 2.0


@dataclass(frozen=True, slots=True)
class Watched:
    """One provider: the cells that its messages are counted in, and the detector over them."""

    provider_id: int
    cells: Sequence[Cell]
    watch: Watch

    def minutes(self, since: datetime, until: datetime) -> dict[int, Minute]:
        return minutes_of(self.provider_id, self.cells, self.watch.tree, since, until)


class Lookout:
    """Watches every provider about which enough organizations share their counts. Minutes are weighed once, in order."""

    def __init__(self, cells: Mapping[int, Sequence[Cell]], since: datetime, tuning: Tuning = DEFAULT) -> None:
        """Begin with the minute of `since`. A provider is judged once the warm-up after its first shared message is over."""
        self.next = since.replace(second=0, microsecond=0)
        self._sharing = evidence.sharing()
        first = evidence.first_shared(since)
        self.watched = {id_: _watched(id_, own, first.get(id_, since), tuning) for id_, own in cells.items()}
        self._fleet = Fleet({id_: one.watch for id_, one in self.watched.items()})
        self._ear = Ear()

    def weigh_until(self, until: datetime, *, tell: bool) -> None:
        """Weigh every minute that ends by `until`; `tell` what each of them says, as it was then."""
        while self.next + MINUTE <= until:
            end = min(until, self.next + CHUNK)
            minutes = {id_: one.minutes(self.next, end) for id_, one in self.watched.items()}
            while self.next + MINUTE <= end:
                number = number_of(self.next)
                now: dict[Hashable, Minute] = {id_: own[number] for id_, own in minutes.items()}
                heard = any(len(minute.sent) or len(minute.ends.cell) for minute in now.values())
                self._fleet.minute(number, now, is_deaf=self._ear.is_deaf(heard=heard))
                self.next += MINUTE
                if tell:
                    self.tell()

    def misses(self, now: datetime) -> bool:
        """Whether others share now, or share other scopes, than this lookout has learnt from."""
        cells = {id_: one.cells for id_, one in self.watched.items()}
        return self._sharing != evidence.sharing() or cells != evidence.shared_cells(now - REPLAYED)

    def tell(self) -> None:
        """Say where each provider is in trouble at the end of the last minute, and where it no longer is."""
        for id_, one in self.watched.items():
            try:
                shared_words.say(id_, _found(one), now=self.next)
            except Exception:
                logger.exception("provider %s: telling what it shares broke", id_)


def begin(until: datetime, *, learns: timedelta = REPLAYED, tuning: Tuning = DEFAULT) -> Lookout:
    """Return a lookout that has learnt from what came in for so long before `until`, and weighs what comes in from then on."""
    since = (until - learns).replace(second=0, microsecond=0)
    lookout = Lookout(evidence.shared_cells(since), since, tuning)
    lookout.weigh_until(until, tell=False)
    return lookout


def settled(now: datetime) -> datetime:
    """Return until when everything that came in is counted: receipts wait for a moment, seldom longer."""
    until = now - SETTLES
    oldest = evidence.oldest_unapplied()
    return min(until, oldest) if oldest and now - oldest < real(WAITS_S) else until


def stand_watch(stop: threading.Event, clock: Callable[[], datetime]) -> None:
    """Weigh every minute soon after it has ended, until `stop` is set; then what has ended by then, and no more.

    Any number may stand by; the one that holds the database's lock works. What is shared is looked at again every
    LOOKED_AT_AGAIN: scopes that are new need a lookout that knows them.
    """
    lookout: Lookout | None = None
    looked_at = BEGAN
    is_troubled = False
    while True:
        try:
            until = settled(clock())
            if not _works():
                lookout = None
            elif lookout is None or (until - looked_at >= LOOKED_AT_AGAIN and lookout.misses(until)):
                lookout, looked_at = begin(until), until
                lookout.tell()
            else:
                lookout.weigh_until(until, tell=True)
            is_troubled = False
        except OperationalError as error:
            if not is_troubled:
                logger.error("The watch cannot use the database, and keeps trying: %s", str(error).strip())
            lookout, is_troubled = None, True
            connection.close()
        if stop.wait(LOOKS_EVERY_S):
            connection.close()
            return


def _works() -> bool:
    """Whether this process is the one that works: it is from when it takes the lock until its connection ends."""
    with connection.cursor() as cursor:
        cursor.execute(_TAKE_LOCK)
        return bool(cursor.fetchone()[0])


# Asked again and again: a lock that is held already is not taken twice.
_TAKE_LOCK = """
    SELECT EXISTS (
        SELECT FROM pg_locks
        WHERE locktype = 'advisory' AND objid = hashtext('watch')::oid AND pid = pg_backend_pid() AND granted
    ) OR pg_try_advisory_lock(0, hashtext('watch'))
"""


def cell_of(place: Place) -> Cell:
    return Cell(int(place.component), place.country, int(place.carrier or 0))


def _watched(provider_id: int, cells: Sequence[Cell], first: datetime, tuning: Tuning) -> Watched:
    tuning = replace(tuning, warm_up=number_of(first) + tuning.warm_up)
    tree = Tree([place_of(cell) for cell in cells])
    return Watched(provider_id, cells, Watch(tree, regions=0, tuning=tuning))


def _found(one: Watched) -> list[shared_words.Found]:
    posterior = one.watch.posterior
    assert posterior is not None
    return [
        shared_words.Found(
            cell=cell_of(record.place),
            probability=record.confidence,
            argued=dict(record.shares),
            from_delivery=float(posterior.parts[0, one.watch.tree.index[record.place]]),
        )
        for record in one.watch.records.open
    ]
