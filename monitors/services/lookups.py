"""Look up which network numbers are in, where an organization pays for it: the only writer of NumberLookup and KnownNumber.

A hook never waits for it. A receipt whose number's network nobody names is placed by what is known then; if that is
nothing, the number is looked up afterwards, and the receipts that follow are placed by it. Until then the number is in
the memory of this process alone; what is stored of it is the keyed hash that receipts keep. The money for a lookup is
set aside and committed before it is asked for.
"""

import logging
import queue
import threading
import time
from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal

from django.conf import settings
from django.db import connection

from kit.clock import clock
from kit.guarded_http import AddressRefused, FetchFailed, GuardedClient, guarded_client
from kit.secrets import SecretUnreadable, Vault
from monitors.core.numbers import place_number
from monitors.models import KnownNumber, NumberLookup, ReceiptSource
from monitors.receipts import twilio_lookup
from monitors.receipts.base import Reading, ReceiptReading
from monitors.services.receipts import hash_of

KEEP = timedelta(days=45)  # then a number is looked up again: people move
MOST_WAITING = 1_000  # numbers; beyond them what is known has to do
TIMEOUT_S = 10.0
PAUSE_S = 60.0  # after a question that got no answer: each costs
KINDS = frozenset({"twilio", "twilio_voice", "generic"})  # of receipts, which name no network themselves
logger = logging.getLogger(__name__)

_RESERVE = """
    UPDATE monitors_numberlookup SET day = %(today)s, spent = price + CASE WHEN day = %(today)s THEN spent ELSE 0 END
    WHERE source_id = %(source)s AND is_on AND price + CASE WHEN day = %(today)s THEN spent ELSE 0 END <= daily_cap
    RETURNING id
"""


def set_terms(source: ReceiptSource, *, user: str, secret: str, price: Decimal, daily_cap: Decimal) -> None:
    """Look numbers up from now on. An empty secret leaves the one that is stored."""
    terms = {"is_on": True, "user": user, "price": price, "daily_cap": daily_cap, "trouble": ""}
    sealed = {"sealed_secret": _vault().seal(secret, _purpose(source.id))} if secret else {}
    NumberLookup.objects.update_or_create(source=source, defaults={**terms, **sealed})


def stop(source: ReceiptSource) -> None:
    """Ask no more. What is known stays known until it is old; the key is forgotten."""
    NumberLookup.objects.filter(source=source).update(is_on=False, sealed_secret="", trouble="")


@dataclass(frozen=True, slots=True)
class Wanted:
    """A number that is to be looked up. It is shown nowhere."""

    source_id: int
    to_hash: str
    number: str

    def __repr__(self) -> str:
        return f"Wanted({self.source_id})"


def placed(source: ReceiptSource, reading: Reading) -> tuple[Reading, list[Wanted]]:
    """Return a reading with the networks that are known of its numbers, and what is to be looked up of the rest."""
    lookup: NumberLookup | None = getattr(source, "lookup", None)
    if lookup is None or not lookup.is_on:
        return reading, []
    hashes = {one.to: hash_of(source, one.to) for one in reading.receipts if _is_open(one)}
    if not hashes:
        return reading, []
    rows = KnownNumber.objects.filter(source=source, to_hash__in=hashes.values())
    known = dict(rows.values_list("to_hash", "network"))
    found = {number: known[to_hash] for number, to_hash in hashes.items() if to_hash in known}
    named = tuple(replace(one, network=one.network or found.get(one.to, "")) for one in reading.receipts)
    wanted = [Wanted(source.id, to_hash, number) for number, to_hash in hashes.items() if number not in found]
    return replace(reading, receipts=named), wanted


def _is_open(receipt: ReceiptReading) -> bool:
    """Whether nobody says for sure which network a receipt's number is in."""
    if receipt.network or receipt.carrier or not receipt.to.startswith("+"):
        return False
    place = place_number(receipt.to)
    return bool(place.country) and place.certainty != "certain"


class Asker:
    """A thread that looks numbers up, one after the other. It begins with the first number."""

    def __init__(self, api: str = twilio_lookup.API, allowed: Collection[str] = ()) -> None:
        self._api, self._allowed = api, allowed
        self._waiting: queue.Queue[Wanted | None] = queue.Queue(MOST_WAITING)  # None: stop
        self._pending: set[tuple[int, str]] = set()
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._quiet_until = 0.0

    def ask(self, wanted: Wanted) -> None:
        """Look a number up soon, once. Never waits; where too many wait it is left out."""
        with self._lock:
            key = (wanted.source_id, wanted.to_hash)
            if key in self._pending or self._waiting.full() or self._is_pausing():
                return
            self._pending.add(key)
            self._waiting.put_nowait(wanted)
            if self._thread is None:
                self._thread = threading.Thread(target=self._work, name="lookups", daemon=True)
                self._thread.start()

    def stop(self) -> None:
        """End the thread after the number that it is looking up; those that wait are asked for again another time."""
        with self._lock:
            thread, self._thread = self._thread, None
            if thread is None:
                return
            while not self._waiting.empty():
                self._waiting.get_nowait()
            self._waiting.put(None)
        thread.join()

    def _is_pausing(self) -> bool:
        return time.monotonic() < self._quiet_until

    def _work(self) -> None:
        with guarded_client(timeout_s=TIMEOUT_S, allowed=self._allowed) as client:
            while wanted := self._waiting.get():
                try:
                    # Those that wait in a pause are left out: each would cost, and may come again.
                    if not self._is_pausing() and not look_up(wanted, client, api=self._api, now=clock()):
                        self._quiet_until = time.monotonic() + PAUSE_S
                except Exception as error:
                    # The words of an error may hold the number, its kind does not.
                    logger.error("A number of source %s was not looked up: %s", wanted.source_id, type(error).__name__)
                    connection.close()
                with self._lock:
                    self._pending.discard((wanted.source_id, wanted.to_hash))
        connection.close()


def look_up(wanted: Wanted, client: GuardedClient, *, api: str = twilio_lookup.API, now: datetime) -> bool:
    """Ask Twilio for a number, if the day's money allows, and keep what it says. Return False if it did not answer."""
    lookup = NumberLookup.objects.filter(source=wanted.source_id, is_on=True).first()
    is_known = KnownNumber.objects.filter(source=wanted.source_id, to_hash=wanted.to_hash).exists()
    if lookup is None or is_known or not _reserve(wanted.source_id, now):
        return True
    try:
        secret = _vault().open(lookup.sealed_secret, _purpose(wanted.source_id))
        answer = client.send(
            "GET", twilio_lookup.address(wanted.number, api), twilio_lookup.headers(lookup.user, secret)
        )
    except SecretUnreadable:
        _refuse(lookup, "The key cannot be read any more: store it again.")
        return True
    except (AddressRefused, FetchFailed) as error:
        logger.warning("Source %s: Twilio Lookup did not answer: %s", wanted.source_id, type(error).__name__)
        return False
    found = twilio_lookup.read(answer.status, answer.body)
    if found.refused:
        _refuse(lookup, found.refused)
    elif found.is_final:
        row = KnownNumber(source_id=wanted.source_id, to_hash=wanted.to_hash, network=found.network, at=now)
        KnownNumber.objects.bulk_create([row], ignore_conflicts=True)
    return found.is_final or bool(found.refused)


def _reserve(source_id: int, now: datetime) -> bool:
    """Set the price of one lookup aside; return whether the day's cap allows it."""
    with connection.cursor() as cursor:
        cursor.execute(_RESERVE, {"today": now.date(), "source": source_id})
        return cursor.fetchone() is not None


def _refuse(lookup: NumberLookup, words: str) -> None:
    NumberLookup.objects.filter(id=lookup.id, sealed_secret=lookup.sealed_secret).update(is_on=False, trouble=words)


def prune(now: datetime) -> int:
    """Forget networks that were looked up long ago; return how many rows went."""
    gone, _ = KnownNumber.objects.filter(at__lt=now - KEEP).delete()
    return gone


def _vault() -> Vault:
    return Vault(settings.SECRET_KEYS)


def _purpose(source_id: int) -> str:
    return f"lookups:{source_id}"
