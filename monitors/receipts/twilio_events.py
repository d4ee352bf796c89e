"""Twilio Event Streams: signed batches of CloudEvents about outbound messages, which may name the carrier's network.

Of Twilio's pushes this one alone has an MCC and MNC. Its page says that they are the sending number's, so they count
only where they agree with the recipient's country (see monitors.services.placing_receipts).
Source: https://www.twilio.com/docs/events/event-types/messaging/outbound-message
"""

from typing import Any

from monitors.receipts import twilio
from monitors.receipts.base import Guide, HookRequest, Reading, ReceiptReading, Receipts, collect
from monitors.receipts.documents import as_object, network, objects_of, required, text
from monitors.receipts.twilio_errors import fault
from monitors.receipts.twilio_signature import verify_json

TYPES = "com.twilio.messaging.message."

SINK_STEP = (
    "twilio api:events:v1:sinks:create --description StatusWire --sink-type webhook --sink-configuration "
    '\'{"destination": "ADDRESS", "method": "POST"}\''
)
GUIDE = Guide(
    steps=(
        f"Make a webhook sink, in the Console under Event Streams or with Twilio's command line: {SINK_STEP}",
        "Subscribe the sink to the types com.twilio.messaging.message.queued, sent, delivered, undelivered, failed "
        "and read.",
    ),
    secret="Auth token",
    secret_help="The primary auth token of the account that has the sink: Event Streams signs with it.",
    source="https://www.twilio.com/docs/events/webhook-quickstart",
)


def parse(request: HookRequest) -> Reading:
    """Return the receipts of a batch; events of other types are ignored. Raises UnreadableReceipt."""
    return collect(objects_of(request), _read)


def _read(item: Any) -> ReceiptReading | None:
    event = as_object(item)
    if not required(event, "type").startswith(TYPES):
        return None
    data = as_object(event.get("data"))
    status = text(data, "messageStatus") or required(event, "type").removeprefix(TYPES)
    return twilio.reading(
        required(data, "messageSid"),
        status.lower(),
        text(data, "to"),
        text(data, "errorCode"),
        network(text(data, "mcc"), text(data, "mnc")),
    )


RECEIPTS = Receipts("Twilio Messaging: Event Streams", verify_json, parse, fault, GUIDE, providers=("twilio",))
