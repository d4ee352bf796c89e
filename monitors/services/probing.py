"""Keep making the checks of a region: claim what falls due, make it at its slot, store what came of it.

Any number of these may run, on any number of machines; what one claims no other does. Nothing but the database is
needed: a broker that is down stops no check.
"""

import logging
import queue
import threading
import time
from collections.abc import Callable, Collection, Sequence
from datetime import datetime
from functools import partial

from django.conf import settings
from django.db import InterfaceError, OperationalError, connection

from kit.clock import real
from monitors.probes.base import ProbeResult, Reason
from monitors.probes.engine import Engine
from monitors.services import checks, guard, regions, results
from monitors.services.attendance import ATTEND_EVERY_S, attend
from monitors.services.dispatch import LEASE_S, RENEW_WITHIN_S, Check, claim_due, release, renew
from monitors.services.results import Outcome

logger = logging.getLogger(__name__)

CLAIM_EVERY_S = 0.5
NEWS_WITHIN_S = 0.25  # a result that says more than "still fine" is stored within this
ALL_WITHIN_S = 1.0
MOST_AT_ONCE = 1000  # checks claimed, or results stored, by one statement
NEWS_AT_ONCE = 25  # results judged and stored by one transaction, which locks their monitors for so long
CANARIES_EVERY_S = 5.0
REGIONS_EVERY_S = 15.0
OVERDUE_S = 15.0  # beyond a check's slot and timeout, before its missing result is the engine's fault
_TROUBLE = (OperationalError, InterfaceError)  # the database is away, or busy: the same again may work


class Prober:
    """The checks of one region in this process. `clock` tells the product's time."""

    def __init__(self, engine: Engine, *, region: int, clock: Callable[[], datetime]) -> None:
        self._engine, self._region, self._clock = engine, region, clock
        self._found: queue.SimpleQueue[Outcome] = queue.SimpleQueue()
        self._under_way: dict[int, tuple[Check, datetime]] = {}  # by monitor, with the end of its lease
        self._asked: dict[int, float] = {}  # by monitor, when the engine has to have answered, a monotonic time
        self._absent: frozenset[int] = frozenset()  # regions without a prober
        self._attends_at = 0.0  # monotonic
        self._fault = ""
        self._most = 2 * settings.PROBES_AT_ONCE
        self._stopping = threading.Event()
        self._fresh: list[Outcome] = []  # found, and not looked at yet
        self._news: list[Outcome] = []  # to be judged before they are stored
        self._stored_at = 0.0  # monotonic

    def run(self, stop: threading.Event, *, grace_s: float = 3.0) -> None:
        """Make checks until `stop` is set; then finish within `grace_s` seconds what has begun, and give up the rest.

        Raises RuntimeError if the engine gives no answers any more: whoever keeps this process starts it again.
        """
        threads = [threading.Thread(target=self._keep, args=each) for each in self._duties()]
        for thread in threads:
            thread.start()
        while not (stop.is_set() or self._stopping.is_set()):
            stop.wait(CLAIM_EVERY_S)
        self._stopping.set()
        for thread in threads:
            thread.join()
        until = time.monotonic() + grace_s
        while time.monotonic() < until and self._unfinished():
            time.sleep(0.05)
            self._store()
        self._store()
        release([check for check, _ in self._under_way.values()], now=self._clock())
        connection.close()
        if self._fault:
            raise RuntimeError(self._fault)

    def _duties(self) -> list[tuple[Callable[[], None], float]]:
        duties = [(self.claim, CLAIM_EVERY_S), (self._store_in_time, NEWS_WITHIN_S)]
        if settings.CANARIES:
            duties.append((self._ask_canaries, CANARIES_EVERY_S))
        if len(settings.PROBE_REGIONS) > 2:
            duties.append((self._judge_regions, REGIONS_EVERY_S))
        return duties

    def _keep(self, duty: Callable[[], None], every_s: float) -> None:
        """Do one duty again and again; trouble with the database is said once and tried again."""
        is_troubled = False
        while not self._stopping.wait(every_s):
            try:
                duty()
                is_troubled = False
            except _TROUBLE as error:
                if not is_troubled:
                    logger.error("The prober cannot use the database, and keeps trying: %s", str(error).strip())
                is_troubled = True
                connection.close()
            except Exception:
                logger.exception("The prober met a fault of its own, and goes on.")
        connection.close()

    # --- Claiming ----------------------------------------------------------------------------------------

    def claim(self) -> None:
        """Keep what is under way, claim what falls due, and have it made."""
        self._check_engine()
        self._renew()
        self._attend()
        while (room := self._most - len(self._asked)) > 0:
            now, limit = self._clock(), min(room, MOST_AT_ONCE)
            claimed = claim_due(now=now, region=self._region, limit=limit, absent=self._absent)
            # One that is still under way here was lost to the database for a while: never two at once.
            self._begin([check for check in claimed if check.monitor_id not in self._under_way], now)
            if len(claimed) < limit:
                break

    def _attend(self) -> None:
        if time.monotonic() >= self._attends_at:
            self._absent = attend(self._region, now=self._clock())
            self._attends_at = time.monotonic() + ATTEND_EVERY_S

    def _begin(self, claimed: Sequence[Check], now: datetime) -> None:
        if not claimed:
            return
        tasks = checks.tasks_of(claimed, now=self._clock())  # first, as it may fail: then the leases lapse
        began = time.monotonic()
        for check, task in zip(claimed, tasks, strict=True):
            self._under_way[check.monitor_id] = check, max(check.slot, now) + real(LEASE_S)
            self._asked[check.monitor_id] = began + max(0.0, task.wait_s) + task.timeout_s + OVERDUE_S
        self._engine.submit(tasks, partial(self._put, claimed))

    def _put(self, claimed: Sequence[Check], index: int, result: ProbeResult) -> None:
        self._asked.pop(claimed[index].monitor_id, None)
        self._found.put((claimed[index], result))

    def _check_engine(self) -> None:
        """Every check has an end of its own: one without means that the engine is dead, and its leases a lie."""
        overdue = sum(end < time.monotonic() for end in list(self._asked.values()))
        if overdue:
            self._fault = f"{overdue} checks have not come back: the probing loop is dead or overloaded."
            self._stopping.set()

    def _renew(self) -> None:
        now = self._clock()
        soon = now + real(RENEW_WITHIN_S)
        lapsing = [check for check, lease in list(self._under_way.values()) if lease <= soon]
        if not lapsing:
            return
        kept = renew(lapsing, now=now)
        for check in lapsing:
            if check.monitor_id in kept:
                self._under_way[check.monitor_id] = check, now + real(LEASE_S)
            # One that is ours no more stays until its result is in, which is then dropped.

    # --- Storing -----------------------------------------------------------------------------------------

    def _store_in_time(self) -> None:
        """Store what has come in, if it may have news or has waited for long enough."""
        self._collect()
        is_due = time.monotonic() - self._stored_at >= ALL_WITHIN_S or len(self._fresh) >= MOST_AT_ONCE
        if is_due or any(result.reason != Reason.OK for _, result in self._fresh):
            self._store()

    def _store(self) -> None:
        """Store all that has come in. However much news there is, what is quiet does not wait for it."""
        while self._fresh or self._news:
            self._stored_at = time.monotonic()
            self._step(self._fresh, MOST_AT_ONCE, self._record_quiet)
            self._step(self._news, NEWS_AT_ONCE, self._record_news)
            self._collect()

    def _step(self, waiting: list[Outcome], most: int, record: Callable[[list[Outcome]], None]) -> None:
        """Store the first of those that wait; where one of them cannot be stored, the others are."""
        if not (batch := waiting[:most]):
            return
        try:
            record(batch)
        except _TROUBLE:
            raise
        except Exception:
            logger.exception("%s results could not be stored together; each is tried alone.", len(batch))
            for outcome in batch:
                self._record_alone(outcome)
        del waiting[: len(batch)]

    def _record_quiet(self, batch: list[Outcome]) -> None:
        rest = results.record_quiet(batch, now=self._clock())
        self._news += rest
        self._forget(batch, besides={check.monitor_id for check, _ in rest})

    def _record_news(self, batch: list[Outcome]) -> None:
        results.record_judged(batch, now=self._clock())
        self._forget(batch)

    def _record_alone(self, outcome: Outcome) -> None:
        try:
            results.record([outcome], now=self._clock())
        except _TROUBLE:
            raise
        except Exception:
            logger.exception("The result of monitor %s is lost.", outcome[0].monitor_id)
        self._forget([outcome])

    def _forget(self, stored: Sequence[Outcome], besides: Collection[int] = ()) -> None:
        for check, _ in stored:
            if check.monitor_id not in besides:
                self._under_way.pop(check.monitor_id, None)

    def _collect(self) -> None:
        while True:
            try:
                self._fresh.append(self._found.get_nowait())
            except queue.Empty:
                return

    def _unfinished(self) -> bool:
        now = self._clock()
        return any(check.slot <= now for check, _ in self._under_way.values())

    # --- Our own network ---------------------------------------------------------------------------------

    def _ask_canaries(self) -> None:
        guard.record_round(self._region, guard.ask_canaries(now=self._clock()))

    def _judge_regions(self) -> None:
        regions.judge_regions(now=self._clock())
