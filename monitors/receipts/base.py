"""What every delivery provider gives: a verified request in, receipts in our words out."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum


class UnreadableReceipt(Exception):
    """The request's body is not what the provider sends; nothing is stored."""


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


@dataclass(frozen=True, slots=True)
class ReceiptReading:
    """One delivery status. `to` is the raw recipient: hash it, place it, and drop it."""

    message_id: str
    status: str  # one of RANKS
    to: str
    error_code: str = ""
    service: str = "sms"
    network: str = ""  # MCC-MNC digits where the provider names the network


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


@dataclass(frozen=True, slots=True)
class Receipts:
    """A delivery provider. `verify` takes all valid secrets; `parse` raises UnreadableReceipt only."""

    label: str
    verify: Callable[[HookRequest, Sequence[str]], bool]
    parse: Callable[[HookRequest], list[ReceiptReading]]
    fault: Callable[[str], Fault]
