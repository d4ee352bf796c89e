"""What every delivery provider gives: a verified request in, receipts in our words out."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import TypeVar

LONGEST_WORD = 24  # characters of a word that we do not know
LONGEST_ID, LONGEST_CODE, LONGEST_TO = 64, 10, 320

Item = TypeVar("Item")


class UnreadableReceipt(Exception):
    """The request's body is not what the provider sends; nothing is stored."""


class UnknownWord(Exception):
    """A status, properly said, that nobody told us the meaning of: it is counted, and not guessed at."""


class Fault(StrEnum):
    """Whose doing a failure is. SENDER and SELF never count as evidence."""

    OUTAGE = "outage"
    AMBIGUOUS = "ambiguous"
    SENDER = "sender"
    SELF = "self"


@dataclass(frozen=True, slots=True)
class HookRequest:
    """An incoming request as received: `url` is the public address that the sender was given."""

    url: str
    content_type: str
    headers: Mapping[str, str]  # lower-case names
    body: bytes
    method: str = "POST"


@dataclass(frozen=True, slots=True)
class ReceiptReading:
    """One delivery status. `to` is the raw recipient: hash it, place it, and drop it.

    `message_id` has at most 64 characters and names one message to one recipient; see `short_id`.
    """

    message_id: str
    status: str  # one of RANKS
    to: str
    error_code: str = ""  # at most 10 characters
    service: str = "sms"  # a key of monitors.services.scopes.SERVICE_NAMES
    network: str = ""  # MCC-MNC digits where the provider names the network
    country: str = ""  # ISO 3166-1 alpha-2, where the sender says it
    carrier: str = ""  # a carrier's name, where the sender says it
    fault: Fault | None = None  # where the sender says it; else its kind tells by the code


@dataclass(frozen=True, slots=True)
class Failures:
    """Messages that failed in one way."""

    fault: Fault
    code: str
    messages: int


@dataclass(frozen=True, slots=True)
class MinuteReading:
    """What a sender counted itself of one minute and scope; a later one of the same minute and scope replaces it.

    `started` are the messages that began in the minute, `in_time` those of them that ended within three minutes (None:
    not counted, so that nothing can be seen to stall); the others became known in it. `times` are pairs of
    (seconds from start to delivery, messages).
    """

    minute: datetime
    service: str
    country: str = ""
    network: str = ""
    carrier: str = ""
    started: int = 0
    in_time: int | None = None
    delivered: int = 0
    failed: tuple[Failures, ...] = ()
    times: tuple[tuple[float, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Reading:
    """All that a request says. `unknown` are the words that we do not know, with how often they were said; `spoiled`
    items could not be read, and `ignored` ones tell nothing of a delivery (an opened mail, an inbound message)."""

    receipts: tuple[ReceiptReading, ...] = ()
    minutes: tuple[MinuteReading, ...] = ()
    said_at: datetime | None = None  # the signed time of `minutes`
    unknown: Mapping[str, int] = field(default_factory=dict)
    spoiled: int = 0
    ignored: int = 0


# How far each status is; a message only ever moves to a higher rank.
RANKS = {
    "accepted": 0,
    "scheduled": 0,
    "queued": 1,
    "sending": 2,
    "sent": 3,
    "delivered": 4,
    "undelivered": 4,
    "failed": 4,
    "canceled": 4,
    "read": 5,
}
FINAL_RANK = 4


def collect(items: Iterable[Item], read: Callable[[Item], ReceiptReading | None]) -> Reading:
    """Read each item of a batch; `read` returns None for what tells nothing of a delivery, and may raise
    UnreadableReceipt or UnknownWord. One bad item does not spoil the others; if all are bad, UnreadableReceipt is raised.
    """
    receipts: list[ReceiptReading] = []
    unknown: Counter[str] = Counter()
    spoiled: list[UnreadableReceipt] = []
    ignored = 0
    for item in items:
        try:
            found = _checked(read(item))
        except UnknownWord as error:
            unknown[printable(str(error), LONGEST_WORD)] += 1
        except UnreadableReceipt as error:
            spoiled.append(error)
        else:
            if found:
                receipts.append(found)
            else:
                ignored += 1
    if spoiled and not (receipts or unknown or ignored):
        raise spoiled[0]
    return Reading(tuple(receipts), unknown=unknown, spoiled=len(spoiled), ignored=ignored)


def _checked(found: ReceiptReading | None) -> ReceiptReading | None:
    """Hold what is stored to what a database takes: no controls, no halves of characters, no more than there is room."""
    if found:
        id_, code, to = found.message_id, found.error_code, found.to
        if not (0 < len(id_) <= LONGEST_ID and id_.isascii() and id_.isprintable()):
            raise UnreadableReceipt("The message's id must be 1 to 64 printable characters.")
        if not (len(code) <= LONGEST_CODE and code.isascii() and (code.isprintable() or not code)):
            raise UnreadableReceipt("The error code must be at most 10 printable characters.")
        if len(to) > LONGEST_TO or (to and not to.isprintable()):
            raise UnreadableReceipt("The recipient must be at most 320 printable characters.")
    return found


def printable(text: str, length: int) -> str:
    """Return the beginning of a stranger's text as it may be stored and shown."""
    return "".join(c if c.isprintable() else "?" for c in text[:length])


@dataclass(frozen=True, slots=True)
class Guide:
    """What a person does at the provider to send receipts here, in order; shown as plain text.

    `secret` names what they give us, `secret_help` where they find it; `suffix` is put behind the address.
    """

    steps: tuple[str, ...]
    secret: str
    secret_help: str
    source: str  # the provider's own page about it
    suffix: str = ""


@dataclass(frozen=True, slots=True)
class Receipts:
    """A kind of receipts. `verify` takes all valid secrets and may raise UnreadableReceipt, as `parse` may.

    `providers` are the slugs of the providers that send them; none means any that sends messages. `now` is passed to
    `verify` for signatures that are good for a while only. `check_secret` returns why a text cannot be the secret, or "".
    """

    label: str
    verify: Callable[[HookRequest, Sequence[str], datetime], bool]
    parse: Callable[[HookRequest], Reading]
    fault: Callable[[str], Fault]
    guide: Guide
    providers: tuple[str, ...] = ()
    methods: frozenset[str] = frozenset({"POST"})
    check_secret: Callable[[str], str] = lambda secret: ""
