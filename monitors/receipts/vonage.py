"""Vonage: delivery receipts of its SMS API, and message statuses of its Messages API. Both name the recipient's network.

The SMS API signs with `sig` among the fields: a digest of the others, sorted, each as &name=value with & and = in values
replaced by _. How is set in the account: MD5 with the secret behind it, or an HMAC with MD5, SHA-1, SHA-256 or SHA-512;
the length of `sig` tells. The Messages API sends a token in Authorization, signed with the same secret (HS256), that
holds the hash of the body.
Sources: https://developer.vonage.com/en/getting-started/concepts/signing-messages
https://developer.vonage.com/en/getting-started/concepts/webhooks (signed webhooks)
"""

import hashlib
import hmac
from collections.abc import Sequence
from datetime import datetime

from monitors.receipts.base import (
    Guide,
    HookRequest,
    Reading,
    ReceiptReading,
    Receipts,
    UnknownWord,
    UnreadableReceipt,
    collect,
)
from monitors.receipts.documents import Document, as_object, json_of, network_digits, required, text
from monitors.receipts.freshness import is_recent
from monitors.receipts.tokens import claims_of, is_hash_of, is_timely
from monitors.receipts.twilio_signature import FORM, fields_of
from monitors.receipts.vonage_errors import fault

HMACS = {32: hashlib.md5, 40: hashlib.sha1, 64: hashlib.sha256, 128: hashlib.sha512}
SMS_WORDS = {
    "accepted": "sending",
    "buffered": "sent",
    "delivered": "delivered",
    "expired": "undelivered",
    "failed": "undelivered",
    "rejected": "failed",
}
MESSAGES_WORDS = {
    "submitted": "sent",
    "delivered": "delivered",
    "read": "read",
    "rejected": "failed",
    "undeliverable": "failed",
}
CHANNELS = ("sms", "mms", "rcs", "whatsapp")

GUIDE = Guide(
    steps=(
        "For the SMS API: in the Vonage dashboard open Settings, paste the address as the delivery receipts webhook, and "
        "choose POST-JSON as the method. Ask Vonage's support to sign the webhooks of your account: without that they "
        "have no sig, and we refuse them.",
        "For the Messages API: open Applications, your application, Messages, and paste the address as the status URL. "
        "Its webhooks are signed from the start.",
    ),
    secret="Signature secret",
    secret_help="In the Vonage dashboard under Settings, API settings, Signature secret. It is not the API secret.",
    source="https://developer.vonage.com/en/getting-started/concepts/signing-messages",
)


def verify(request: HookRequest, secrets: Sequence[str], now: datetime) -> bool:
    """Return whether one of the secrets signed this within the last ten minutes. Raises UnreadableReceipt."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        claims = claims_of(token.strip(), secrets)
        if claims is None:
            return False
        return is_hash_of(request.body, claims.get("payload_hash")) and is_timely(claims, now, "iat")
    fields = _fields(request)
    given = text(fields, "sig")
    if not given:
        return False
    found = False
    for secret in secrets:
        for signed in _signatures(fields, secret, len(given)):
            found |= hmac.compare_digest(signed.encode(), given.lower().encode("utf-8", "replace"))
    return found and is_recent(text(fields, "timestamp"), now)


def _signatures(fields: Document, secret: str, length: int) -> list[str]:
    """Return what `sig` may be, by its length."""
    names = sorted(name for name in fields if name != "sig")
    signed = "".join(f"&{name}={text(fields, name).replace('&', '_').replace('=', '_')}" for name in names)
    payload = signed.encode("utf-8", "replace")
    if length not in HMACS:
        return []
    found = [hmac.new(secret.encode(), payload, HMACS[length]).hexdigest()]
    if length == 32:
        found.append(hashlib.md5(payload + secret.encode()).hexdigest())
    return found


def _fields(request: HookRequest) -> Document:
    """Return the fields of a form or of a flat JSON object. Raises UnreadableReceipt."""
    if request.content_type.partition(";")[0].strip().lower() == FORM:
        pairs = fields_of(request)
        if len(dict(pairs)) < len(pairs):
            raise UnreadableReceipt("A field is given more than once.")
        return dict(pairs)
    return as_object(json_of(request))


def parse(request: HookRequest) -> Reading:
    """Return the one receipt of a webhook. Raises UnreadableReceipt."""
    return collect([_fields(request)], _read)


def _read(fields: Document) -> ReceiptReading | None:
    return _read_message(fields) if "message_uuid" in fields else _read_sms(fields)


def _read_sms(fields: Document) -> ReceiptReading | None:
    message_id, word = required(fields, "messageId", "message-id"), required(fields, "status").lower()
    if word not in SMS_WORDS:
        raise UnknownWord(word)
    status = SMS_WORDS[word]
    # 0 is the code of what is no failure, and of a failure that nobody explains.
    code = text(fields, "err-code") if status in ("undelivered", "failed") else ""
    code = "" if code == "0" else code
    network = network_digits(text(fields, "network-code"))
    return ReceiptReading(message_id, status, _number(text(fields, "msisdn")), code[:10], "sms", network)


def _read_message(fields: Document) -> ReceiptReading | None:
    message_id, word = required(fields, "message_uuid"), required(fields, "status").lower()
    if word not in MESSAGES_WORDS:
        raise UnknownWord(word)
    status, channel = MESSAGES_WORDS[word], text(fields, "channel").lower() or "sms"
    code = text(as_object(fields.get("error") or {}), "title") if status == "failed" else ""
    network = network_digits(text(as_object(fields.get("destination") or {}), "network_code"))
    return ReceiptReading(
        message_id=message_id,
        status=status,
        to=_number(text(fields, "to")),
        error_code="unsent" if word == "undeliverable" else code if code.isdigit() and len(code) <= 10 else "",
        service=channel if channel in CHANNELS else "other",
        network=network,
    )


def _number(digits: str) -> str:
    """Return a number in E.164: Vonage leaves the + out."""
    return f"+{digits}" if digits.isdigit() else digits


RECEIPTS = Receipts("Vonage: SMS receipts and message statuses", verify, parse, fault, GUIDE, providers=("vonage",))
