"""Take in many hooks' requests at once: threads that each store what has come meanwhile with one statement.

A request is answered when its receipts are stored. While one batch is being written the next ones gather, so the
database sees a few statements a second however many requests there are. A source is remembered for REMEMBER: so long
a removed secret may still be taken by another process.
"""

import logging
import queue
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from django.conf import settings
from django.db import Error, connection

from kit.clock import clock
from monitors.models import ReceiptSource
from monitors.receipts.base import HookRequest, UnreadableReceipt
from monitors.services import lookups, receipts

THREADS = 2
MOST_WAITING = 5_000  # requests; beyond them senders are told to try again
MOST_AT_ONCE = 200
REMEMBER_S = 2.0
logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Answer:
    """What a hook answers: an HTTP status, and a line for people."""

    status: int
    text: str = ""


STORED = Answer(204)
UNKNOWN = Answer(404, "There is no such hook.")
REFUSED = Answer(403, "The signature is not right.")
TOO_LARGE = Answer(413, "The body is too large: send at most 1 MB.")
LATER = Answer(503, "We cannot store this now. Send it again.")


@dataclass(frozen=True, slots=True)
class Delivery:
    """A request that waits for its answer. `reply` is called once, from a thread of ours."""

    kind: str
    token: str
    request: HookRequest
    reply: Callable[[Answer], object]


class Receiver:
    """Answers deliveries; `start` it once per process."""

    def __init__(self, asker: lookups.Asker | None = None) -> None:
        self._asker = asker or lookups.Asker(allowed=settings.ALLOWED_PRIVATE_HOSTS)
        self._waiting: queue.Queue[Delivery | None] = queue.Queue(MOST_WAITING)  # None: stop
        self._threads: list[threading.Thread] = []
        self._sources: dict[tuple[str, str], tuple[float, ReceiptSource]] = {}

    def start(self) -> None:
        for number in range(THREADS):
            self._threads.append(threading.Thread(target=self._work, name=f"receiving-{number}", daemon=True))
            self._threads[-1].start()

    def stop(self) -> None:
        """Answer what waits, and end the threads and their connections."""
        for _ in self._threads:
            self._waiting.put(None)
        for thread in self._threads:
            thread.join()
        self._asker.stop()

    def take(self, delivery: Delivery) -> None:
        """Answer soon. Never waits."""
        try:
            self._waiting.put_nowait(delivery)
        except queue.Full:
            delivery.reply(LATER)

    def _work(self) -> None:
        while batch := self._gathered():
            self.answer(batch)
        connection.close()

    def _gathered(self) -> list[Delivery]:
        """Wait for a delivery, and return it with those that have come meanwhile; none: it is time to stop."""
        batch: list[Delivery] = []
        while len(batch) < MOST_AT_ONCE:
            try:
                delivery = self._waiting.get(block=not batch)
            except queue.Empty:
                break
            if delivery is None:
                if batch:
                    self._waiting.put(None)  # what was gathered is answered first
                break
            batch.append(delivery)
        return batch

    def answer(self, batch: Sequence[Delivery]) -> None:
        """Store and answer a batch. What goes wrong with the database is answered by 503: senders try again."""
        ready: list[tuple[Delivery, list[receipts.Row]]] = []
        for delivery in batch:
            answer_or_rows = self._prepare(delivery)
            if answer_or_rows is LATER:  # the connection may have been old
                answer_or_rows = self._prepare(delivery)
            if isinstance(answer_or_rows, Answer):
                delivery.reply(answer_or_rows)
            else:
                ready.append((delivery, answer_or_rows))
        answer = _stored([row for _, rows in ready for row in rows])
        if answer is LATER:  # the connection may have been old, or one of them what the database does not take
            for delivery, rows in ready:
                delivery.reply(_stored(rows))
            return
        for delivery, _ in ready:
            delivery.reply(answer)

    def _prepare(self, delivery: Delivery) -> Answer | list[receipts.Row]:
        now = clock()
        try:
            source = self._source(delivery.kind, delivery.token)
            if source is None:
                return UNKNOWN
            reading, wanted = lookups.placed(source, receipts.read(source, delivery.request, now=now))
            receipts.store_the_rest(source, reading, now)
            rows = receipts.rows_of(source, reading, now)
            for number in wanted:
                self._asker.ask(number)
            return rows
        except receipts.Refused:
            return REFUSED
        except UnreadableReceipt as error:
            return Answer(400, str(error))
        except Exception:
            logger.exception("A %s hook could not be answered.", delivery.kind)
            _drop_connection()
            return LATER

    def _source(self, kind: str, token: str) -> ReceiptSource | None:
        key, now_s = (kind, token), time.monotonic()
        until, source = self._sources.get(key, (0.0, None))
        if source and now_s < until:
            return source
        found = ReceiptSource.objects.filter(kind=kind, token=token).first()
        if found is None:
            self._sources.pop(key, None)
            return None
        self._sources[key] = (now_s + REMEMBER_S, found)
        return found


def _stored(rows: Sequence[receipts.Row]) -> Answer:
    try:
        receipts.store(rows)
    except Error:
        logger.exception("%s receipts could not be stored.", len(rows))
        _drop_connection()
        return LATER
    return STORED


def _drop_connection() -> None:
    """Give a connection that failed back, so that the next batch begins with one that works."""
    connection.close()
