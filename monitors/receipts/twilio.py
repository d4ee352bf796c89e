"""Twilio message status callbacks: signed forms, one per change of a message's status.

Source: https://www.twilio.com/docs/messaging/guides/outbound-message-status-in-status-callbacks
"""

import re

from monitors.receipts.base import RANKS, Guide, HookRequest, Reading, ReceiptReading, Receipts, UnknownWord, collect
from monitors.receipts.base import UnreadableReceipt as Unreadable
from monitors.receipts.twilio_errors import fault
from monitors.receipts.twilio_signature import Fields, fields_of, one, verify_form

INBOUND = ("receiving", "received")
SERVICES = ("sms", "mms", "whatsapp", "rcs")
_MESSAGE_ID = re.compile(r"(SM|MM)[0-9a-fA-F]{32}")

GUIDE = Guide(
    steps=(
        "In the Twilio Console open your Messaging Service, then Integration, and set the address as its delivery "
        "status callback. Without a Messaging Service pass it as StatusCallback with each message that you send.",
        "Keep what follows the #: it makes Twilio try again while we cannot be reached.",
    ),
    secret="Webhook shared key, or auth token",
    secret_help="A webhook shared key is better: whoever has the auth token has the account. Else the primary auth "
    "token of the account, or of the subaccount, that sends.",
    source="https://www.twilio.com/docs/messaging/guides/track-outbound-message-status",
    suffix="#rc=5&rp=5xx,ct,rt",
)


def parse(request: HookRequest) -> Reading:
    """Return the one receipt of a callback. Raises UnreadableReceipt for a form that contradicts itself."""
    return collect([fields_of(request)], _read)


def _read(fields: Fields) -> ReceiptReading | None:
    message_id = one(fields, "MessageSid", "SmsSid")
    status = one(fields, "MessageStatus", "SmsStatus").lower()
    return reading(message_id, status, one(fields, "To"), one(fields, "ErrorCode"))


def reading(message_id: str, status: str, to: str, error_code: str, network: str = "") -> ReceiptReading | None:
    """Return what a message's status means; None: it is an inbound one's. Raises UnreadableReceipt, UnknownWord."""
    if not _MESSAGE_ID.fullmatch(message_id):
        raise Unreadable("MessageSid must be SM or MM and 32 hexadecimal digits.")
    if not status:
        raise Unreadable("MessageStatus is missing.")
    if status in INBOUND:
        return None
    if status not in RANKS:
        raise UnknownWord(status)
    channel = to.partition(":")[0] if ":" in to else "mms" if message_id.startswith("MM") else "sms"
    service = channel if channel in SERVICES else "other"
    number = to.rpartition(":")[2].strip()
    return ReceiptReading(message_id, status, number, error_code[:10], service, network)


RECEIPTS = Receipts("Twilio Messaging: status callbacks", verify_form, parse, fault, GUIDE, providers=("twilio",))
