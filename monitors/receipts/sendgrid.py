"""SendGrid's event webhook: signed batches of events about mails.

The signature is ECDSA on P-256 with SHA-256 over the timestamp and the raw body; the key that we are given is public.
A deferred mail is one that the recipient's server does not take yet: SendGrid tries again, so it is late and not
failed. A "blocked" bounce may be anyone's doing. Opens, clicks and unsubscribes are no deliveries.
Sources: https://www.twilio.com/docs/sendgrid/for-developers/tracking-events/event and .../getting-started-event-webhook-security-features
"""

import base64
import binascii
import hashlib
from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import load_der_public_key

from monitors.receipts.base import (
    Fault,
    Guide,
    HookRequest,
    Reading,
    ReceiptReading,
    Receipts,
    UnknownWord,
    UnreadableReceipt,
    collect,
)
from monitors.receipts.documents import Document, as_object, objects_of, required, text
from monitors.receipts.freshness import is_recent

SIGNATURE = "x-twilio-email-event-webhook-signature"
TIMESTAMP = "x-twilio-email-event-webhook-timestamp"
WORDS = {
    "processed": "queued",
    "deferred": "sending",
    "delivered": "delivered",
    "bounce": "undelivered",
    "dropped": "failed",
}
NO_DELIVERY = frozenset({
    "open", "click", "spamreport", "unsubscribe", "group_unsubscribe", "group_resubscribe",
    "machine_opened", "account_status_change",
})  # fmt: skip
# By the enhanced status code of the recipient's server (RFC 3463), its class of reply, or the event itself.
FAULTS = {
    "dropped": Fault.SENDER,  # suppressed, invalid, unsubscribed: SendGrid did not try
    "blocked": Fault.AMBIGUOUS,
    "bounce": Fault.AMBIGUOUS,
    "5.1": Fault.SENDER,  # no such address
    "5.2": Fault.SENDER,  # the mailbox is full, disabled, or takes no such mail
    "5.3": Fault.OUTAGE,  # the recipient's mail system
    "5.4": Fault.OUTAGE,  # network and routing
    "5.5": Fault.OUTAGE,  # the protocol between the two servers
    "5.6": Fault.SENDER,  # the content
    "5.7": Fault.SENDER,  # security and policy: reputation, authentication, spam
    "4": Fault.AMBIGUOUS,
}

GUIDE = Guide(
    steps=(
        "In SendGrid open Settings, Mail Settings, Event Webhooks, and create a webhook with the address as its post "
        "URL.",
        "Switch on these events: Processed, Deferred, Delivered, Dropped, Bounced. Others do no harm.",
        "Under Security features switch on Signed Event Webhook, save, and copy the verification key.",
    ),
    secret="Verification key (public)",
    secret_help="It begins with MFkwEwYHKoZIzj0CAQYI. It is public: with it a signature can be checked and not made.",
    source="https://www.twilio.com/docs/sendgrid/for-developers/tracking-events/"
    "getting-started-event-webhook-security-features",
)


def verify(request: HookRequest, secrets: Sequence[str], now: datetime) -> bool:
    """Return whether one of the keys signed this timestamp and body within the last ten minutes."""
    given, timestamp = request.headers.get(SIGNATURE, ""), request.headers.get(TIMESTAMP, "")
    try:
        signature = base64.b64decode(given, validate=True)
    except (binascii.Error, ValueError):
        return False
    found = False
    for secret in secrets:
        key = _key(secret)
        if key is None:
            continue
        try:
            key.verify(signature, timestamp.encode() + request.body, ec.ECDSA(hashes.SHA256()))
            found = True
        except InvalidSignature:
            continue
    return found and is_recent(timestamp, now)


@lru_cache(maxsize=1_000)
def _key(secret: str) -> ec.EllipticCurvePublicKey | None:
    """Return the P-256 key in base64 of its DER, with or without PEM's lines around it; None for anything else."""
    lines = [line for line in secret.split("\n") if not line.startswith("-----")]
    try:
        key = load_der_public_key(base64.b64decode("".join("".join(lines).split()), validate=True))
    except (ValueError, UnsupportedAlgorithm):  # binascii.Error is a ValueError
        return None
    if not isinstance(key, ec.EllipticCurvePublicKey) or not isinstance(key.curve, ec.SECP256R1):
        return None
    return key


def check_secret(secret: str) -> str:
    """Return why a text is no verification key of SendGrid; "" if it is one."""
    return "" if _key(secret) else "This is no verification key: copy all of it, from MFkw to the = at its end."


def parse(request: HookRequest) -> Reading:
    """Return the receipts of a batch. Raises UnreadableReceipt."""
    return collect(objects_of(request), _read)


def _read(item: Any) -> ReceiptReading | None:
    event = as_object(item)
    word = required(event, "event").lower()
    if word in NO_DELIVERY:
        return None
    if word not in WORDS:
        raise UnknownWord(word)
    address = required(event, "email")
    return ReceiptReading(_id(event, address), WORDS[word], address, _code(event, word), "email")


def _id(event: Document, address: str) -> str:
    """One per mail and recipient. SendGrid's own id is long and may be one mail's to many, so it is hashed with the
    address: who does not have the mail cannot tell the address from it."""
    mail = text(event, "sg_message_id", "smtp-id")
    if not mail:
        raise UnreadableReceipt("sg_message_id is missing.")
    return hashlib.sha256(f"{mail}\n{address}".encode("utf-8", "replace")).hexdigest()[:40]


def _code(event: Document, word: str) -> str:
    if word == "dropped":
        return "dropped"
    if word != "bounce":
        return ""
    if text(event, "type").lower() == "blocked":
        return "blocked"
    status = text(event, "status")
    return status if status[:1] in ("4", "5") and len(status) <= 10 and status.isascii() else "bounce"


def fault(code: str) -> Fault:
    """Return whose doing it is: by "dropped", "blocked", "bounce", or an enhanced status code ("5.1.1")."""
    return FAULTS.get(code) or FAULTS.get(code[:3]) or FAULTS.get(code[:1]) or Fault.AMBIGUOUS


RECEIPTS = Receipts(
    "SendGrid: event webhook", verify, parse, fault, GUIDE, providers=("sendgrid",), check_secret=check_secret
)
