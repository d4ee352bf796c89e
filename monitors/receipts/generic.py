"""Our own format, for any sender: receipts of messages, or counts per minute of a sender with its own pipeline.

Signed with HMAC-SHA256 over timestamp, ".", and the raw body; the time is good for ten minutes, so that an old request
cannot be sent again, and one sent again within them changes nothing. docs/RECEIPTS.md has the format with examples.
"""

import hashlib
import hmac
import math
import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from monitors.receipts.base import (
    RANKS,
    Failures,
    Fault,
    Guide,
    HookRequest,
    MinuteReading,
    Reading,
    ReceiptReading,
    Receipts,
    UnknownWord,
    UnreadableReceipt,
    collect,
)
from monitors.receipts.documents import Document, as_object, json_of, network_digits, required, text
from monitors.receipts.freshness import is_recent

SIGNATURE, TIMESTAMP = "x-statuswire-signature", "x-statuswire-timestamp"
MOST_ITEMS = 5_000
MOST_MESSAGES = 10_000_000  # of one minute and scope
OLDEST = timedelta(hours=24)  # how long a minute may be pushed again
SERVICES = frozenset({"sms", "mms", "voice", "verify", "email", "whatsapp", "rcs", "other"})
_COUNTRY = re.compile(r"[A-Z]{2}")

GUIDE = Guide(
    steps=(
        "Post JSON to the address: receipts as your provider tells you of them, or counts per minute if you count "
        "yourself. docs/RECEIPTS.md has the format, and an example in Python and in curl.",
        "Sign each request: X-StatusWire-Timestamp is the time in Unix seconds, X-StatusWire-Signature is sha256= and "
        "the HMAC-SHA256, in hexadecimal, of timestamp, a full stop, and the body.",
    ),
    secret="Signing secret",
    secret_help="Make one of 32 random bytes or more: openssl rand -hex 32",
    source="",
)


def verify(request: HookRequest, secrets: Sequence[str], now: datetime) -> bool:
    """Return whether one of the secrets signed this timestamp and body within the last ten minutes."""
    timestamp = request.headers.get(TIMESTAMP, "")
    given = request.headers.get(SIGNATURE, "").encode("utf-8", "replace")
    found = False
    for secret in secrets:
        signed = hmac.new(secret.encode(), timestamp.encode() + b"." + request.body, hashlib.sha256).hexdigest()
        found |= hmac.compare_digest(f"sha256={signed}".encode(), given)
    return found and is_recent(timestamp, now)


def parse(request: HookRequest) -> Reading:
    """Return the receipts and the minutes of a request. Raises UnreadableReceipt; a bad minute spoils the whole push,
    as a sender would take the rest for all."""
    document = as_object(json_of(request))
    receipts, minutes = _items(document, "receipts"), _items(document, "minutes")
    if not receipts and not minutes:
        raise UnreadableReceipt('Send {"receipts": [...]} or {"minutes": [...]}.')
    said_at = datetime.fromtimestamp(int(request.headers[TIMESTAMP]), UTC)
    read = collect(receipts, _read)
    counted = tuple(_minute(as_object(item), said_at) for item in minutes)
    return Reading(read.receipts, counted, said_at, read.unknown, read.spoiled, read.ignored)


def _items(document: Document, name: str) -> list[Any]:
    items = document.get(name, [])
    if not isinstance(items, list):
        raise UnreadableReceipt(f"{name} must be a list.")
    if len(items) > MOST_ITEMS:
        raise UnreadableReceipt(f"{name} has more than {MOST_ITEMS} items: send several requests.")
    return items


def _read(item: Any) -> ReceiptReading | None:
    receipt = as_object(item)
    status = required(receipt, "status").lower()
    if status not in RANKS:
        raise UnknownWord(status)
    country, network, carrier = _place(receipt)
    return ReceiptReading(
        message_id=required(receipt, "id"),
        status=status,
        to=text(receipt, "to"),
        error_code=text(receipt, "code"),
        service=_service(receipt),
        network=network,
        country=country,
        carrier=carrier,
        fault=_fault(named) if (named := text(receipt, "fault").lower()) else None,
    )


def _fault(named: str) -> Fault:
    if named not in (Fault.OUTAGE, Fault.AMBIGUOUS, Fault.SENDER):
        raise UnreadableReceipt(f'fault must be "outage", "ambiguous" or "sender", not {named[:24]!r}.')
    return Fault(named)


def _service(item: Document) -> str:
    service = text(item, "service").lower() or "sms"
    if service not in SERVICES:
        raise UnreadableReceipt(f"service must be one of {', '.join(sorted(SERVICES))}, not {service[:24]!r}.")
    return service


def _place(item: Document) -> tuple[str, str, str]:
    """Return (country, network, carrier) as the sender says them."""
    country, carrier = text(item, "country").upper(), text(item, "carrier")[:100]
    if country and not _COUNTRY.fullmatch(country):
        raise UnreadableReceipt(f"country must be two letters (ISO 3166-1), not {country[:24]!r}.")
    given = text(item, "mccmnc")
    network = network_digits(given)
    if given and not network:
        raise UnreadableReceipt(f"mccmnc must be five or six digits, not {given[:24]!r}.")
    if carrier and not carrier.isprintable():
        raise UnreadableReceipt("carrier must be printable.")
    return country, network, carrier


# --- Counts per minute ----------------------------------------------------------------------------------


def _minute(item: Document, said_at: datetime) -> MinuteReading:
    country, network, carrier = _place(item)
    started, in_time = _number(item, "started"), _number(item, "in_time") if "in_time" in item else None
    delivered, times = _number(item, "delivered"), _times(item)
    if in_time is not None and in_time > started:
        raise UnreadableReceipt("in_time must not be more than started: it counts those of them that ended in time.")
    if sum(messages for _, messages in times) > delivered:
        raise UnreadableReceipt("times must not name more messages than delivered.")
    return MinuteReading(
        minute=_time(item, said_at),
        service=_service(item),
        country=country,
        network=network,
        carrier=carrier,
        started=started,
        in_time=in_time,
        delivered=delivered,
        failed=_failed(item),
        times=times,
    )


def _time(item: Document, said_at: datetime) -> datetime:
    given = required(item, "minute")
    try:
        minute = datetime.fromisoformat(given)
    except ValueError as error:
        raise UnreadableReceipt(f"minute must be like 2026-11-21T12:34:00Z, not {given[:40]!r}.") from error
    if minute.tzinfo is None or minute.second or minute.microsecond:
        raise UnreadableReceipt("minute must be a whole minute with its zone, like 2026-11-21T12:34:00Z.")
    if not -OLDEST <= minute - said_at <= timedelta(minutes=1):
        raise UnreadableReceipt("minute must be within the last 24 hours.")
    return minute.astimezone(UTC)


def _number(item: Document, name: str) -> int:
    value = item.get(name, 0)
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= MOST_MESSAGES:
        raise UnreadableReceipt(f"{name} must be a whole number from 0 to {MOST_MESSAGES}.")
    return value


def _failed(item: Document) -> tuple[Failures, ...]:
    failures = item.get("failed", [])
    if not isinstance(failures, list) or len(failures) > 200:
        raise UnreadableReceipt("failed must be a list of at most 200.")
    return tuple(_failure(as_object(failure)) for failure in failures)


def _failure(failure: Document) -> Failures:
    code = text(failure, "code")
    if len(code) > 10 or not (code.isascii() and (code.isprintable() or not code)):
        raise UnreadableReceipt("code must be at most 10 printable characters.")
    return Failures(_fault(text(failure, "fault").lower() or "ambiguous"), code, _number(failure, "messages"))


def _times(item: Document) -> tuple[tuple[float, int], ...]:
    times = item.get("times", [])
    if not isinstance(times, list) or len(times) > 200:
        raise UnreadableReceipt("times must be a list of at most 200 pairs.")
    return tuple(_pair(pair) for pair in times)


def _pair(pair: Any) -> tuple[float, int]:
    wrong = UnreadableReceipt("times must be pairs of seconds and messages, like [[2.5, 40], [30, 3]].")
    if not isinstance(pair, list) or len(pair) != 2:
        raise wrong
    seconds, messages = pair
    if isinstance(seconds, bool) or not isinstance(seconds, int | float) or not math.isfinite(seconds):
        raise wrong
    if not 0 <= seconds <= 7 * 86_400:
        raise wrong
    return float(seconds), _number({"times": messages}, "times")


def fault(code: str) -> Fault:
    """Return whose doing a failure is where the sender does not say it: nobody knows."""
    return Fault.AMBIGUOUS


def check_secret(secret: str) -> str:
    """Return why a secret is not good enough; "" if it is."""
    return "" if len(secret) >= 32 else "Use at least 32 random characters: openssl rand -hex 32"


RECEIPTS = Receipts(
    "Our own format: receipts, or counts per minute", verify, parse, fault, GUIDE, check_secret=check_secret
)
