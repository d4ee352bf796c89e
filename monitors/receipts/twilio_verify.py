"""Twilio Verify by Event Streams: whether codes were delivered, attempt by attempt.

The message events tell what became of an attempt, with its network. The verification events list all attempts of a
verification with their delivery status; both name the same attempts, so one counted twice is not. Whether a person
then typed the code is no delivery and not counted: people give up for many reasons.
Sources: https://www.twilio.com/docs/events/event-types/verify/message-status and .../verify/verification-status
"""

import re
from collections.abc import Sequence
from typing import Any

from monitors.receipts.base import (
    RANKS,
    Guide,
    HookRequest,
    Reading,
    ReceiptReading,
    Receipts,
    UnknownWord,
    UnreadableReceipt,
    collect,
)
from monitors.receipts.documents import Document, as_object, network, objects_of, required, text
from monitors.receipts.twilio_errors import fault
from monitors.receipts.twilio_events import SINK_STEP
from monitors.receipts.twilio_signature import verify_json

MESSAGES = "com.twilio.accountsecurity.verify.message."
VERIFICATIONS = "com.twilio.accountsecurity.verify.verification."
# Attempts that the lists of verifications name and that have no delivery of their own.
SILENT_CHANNELS = ("TOTP", "PUSH", "SNA", "AUTO", "EMAIL")
_ATTEMPT_ID = re.compile(r"VL[0-9a-zA-Z]{30,34}")

GUIDE = Guide(
    steps=(
        f"Make a webhook sink, in the Console under Event Streams or with Twilio's command line: {SINK_STEP}",
        "Subscribe the sink to the types com.twilio.accountsecurity.verify.message.sent, delivered, undelivered, "
        "failed and read; for voice also com.twilio.accountsecurity.verify.verification.approved, canceled, expired, "
        "pending and max-attempts-reached.",
    ),
    secret="Auth token",
    secret_help="The primary auth token of the account that has the sink: Event Streams signs with it.",
    source="https://www.twilio.com/docs/verify/message-status",
)


def parse(request: HookRequest) -> Reading:
    """Return the receipts of a batch, an attempt each; events of other types are ignored. Raises UnreadableReceipt."""
    return collect([found for item in objects_of(request) for found in _attempts(item)], _read)


def _attempts(item: Any) -> Sequence[Document | UnreadableReceipt]:
    """Return the attempts of an event; an event that cannot be read is an item of the batch as well."""
    try:
        return _listed(as_object(item))
    except UnreadableReceipt as error:
        return [error]


def _listed(event: Document) -> list[Document]:
    """Return the attempts of an event, each with the words of MESSAGES; one that says nothing for another type."""
    kind = required(event, "type")
    if not kind.startswith((MESSAGES, VERIFICATIONS)):
        return [{}]
    data = as_object(event.get("data"))
    if kind.startswith(MESSAGES):
        return [{"message_status": kind.removeprefix(MESSAGES), **data}]
    listed = as_object(data.get("send_code_attempts") or {}).get("attempts") or []
    if not isinstance(listed, list):
        raise UnreadableReceipt("send_code_attempts.attempts must be a list.")
    attempts = [as_object(attempt) for attempt in listed]
    return [{**attempt, "message_status": attempt.get("delivery_status"), "to": data.get("to")} for attempt in attempts]


def _read(attempt: Document | UnreadableReceipt) -> ReceiptReading | None:
    if isinstance(attempt, UnreadableReceipt):
        raise attempt
    status = text(attempt, "message_status").lower()
    if not status or text(attempt, "channel").upper() in SILENT_CHANNELS:
        return None
    attempt_id = required(attempt, "attempt_sid")
    if not _ATTEMPT_ID.fullmatch(attempt_id):
        raise UnreadableReceipt("attempt_sid must be VL and 32 letters and digits.")
    if status not in RANKS:
        raise UnknownWord(status)
    return ReceiptReading(
        message_id=attempt_id,
        status=status,
        to=text(attempt, "to").rpartition(":")[2],
        error_code=text(attempt, "error_code")[:10],
        service="verify",
        network=network(text(attempt, "mcc"), text(attempt, "mnc")),
    )


RECEIPTS = Receipts("Twilio Verify: Event Streams", verify_json, parse, fault, GUIDE, providers=("twilio",))
