"""MessageBird (Bird): status reports of SMS, by GET with the fields in the query, or by POST as JSON.

They are signed in one of three ways, all with the account's signing key. MessageBird-Signature-JWT is a token with the
hash of the URL, and of the body if there is one. MessageBird-Signature with MessageBird-Request-Timestamp is an
HMAC-SHA256 in base64 over timestamp, the second line, and the body's hash; the second line is the query, sorted (the
older), or the URL (Bird's platform). Reports name the recipient's network.
Sources: https://developers.messagebird.com/docs/verify-http-requests,
https://docs.bird.com/api/notifications-api/api-reference/webhooks/verifying-a-webhook
"""

import base64
import binascii
import hashlib
import hmac
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

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
from monitors.receipts.messagebird_errors import REASONS, fault
from monitors.receipts.tokens import claims_of, is_hash_of, is_timely

WORDS = {
    "scheduled": "scheduled",
    "accepted": "accepted",
    "processing": "queued",
    "sent": "sent",
    "buffered": "sent",
    "delivered": "delivered",
    "expired": "undelivered",
    "delivery_failed": "undelivered",
    "sending_failed": "failed",
    "rejected": "failed",
    "read": "read",
}
MOST_FIELDS = 100

GUIDE = Guide(
    steps=(
        "In the MessageBird dashboard open Developers, API settings, and set the address as the status reports URL; or "
        "pass it as reportUrl with each message. MessageBird reports only messages that have a reference.",
        "On Bird's platform: subscribe a webhook to sms.outbound with the address, and give it a signing key.",
    ),
    secret="Signing key",
    secret_help="In the dashboard under Developers, Settings: the signing key, not the API key.",
    source="https://developers.messagebird.com/docs/verify-http-requests",
)


def verify(request: HookRequest, secrets: Sequence[str], now: datetime) -> bool:
    """Return whether one of the keys signed this within the last ten minutes."""
    token = request.headers.get("messagebird-signature-jwt", "")
    if token:
        claims = claims_of(token, secrets)
        return claims is not None and _fits(claims, request) and is_timely(claims, now, "nbf", "exp")
    return _is_signed(request, secrets) and is_recent(request.headers.get("messagebird-request-timestamp", ""), now)


def _fits(claims: Document, request: HookRequest) -> bool:
    if claims.get("iss") != "MessageBird" or not is_hash_of(request.url.encode(), claims.get("url_hash")):
        return False
    if request.body:
        return is_hash_of(request.body, claims.get("payload_hash"))
    return not claims.get("payload_hash")


def _is_signed(request: HookRequest, secrets: Sequence[str]) -> bool:
    try:
        given = base64.b64decode(request.headers.get("messagebird-signature", ""), validate=True)
    except (binascii.Error, ValueError):
        return False
    timestamp = request.headers.get("messagebird-request-timestamp", "")
    digest = hashlib.sha256(request.body).digest()
    found = False
    for second in (urlencode(sorted(_query(request).items())), request.url):
        payload = f"{timestamp}\n{second}\n".encode() + digest
        for secret in secrets:
            found |= hmac.compare_digest(hmac.new(secret.encode(), payload, hashlib.sha256).digest(), given)
    return found


def _query(request: HookRequest) -> dict[str, str]:
    """Return the fields of the query. Raises UnreadableReceipt."""
    try:
        pairs = parse_qsl(
            urlsplit(request.url).query, keep_blank_values=True, max_num_fields=MOST_FIELDS, errors="strict"
        )
    except ValueError as error:
        raise UnreadableReceipt(f"The query cannot be read: {error!s:.80}.") from error
    if len(dict(pairs)) < len(pairs):
        raise UnreadableReceipt("A field is given more than once.")
    return dict(pairs)


def parse(request: HookRequest) -> Reading:
    """Return the one receipt of a report. Raises UnreadableReceipt."""
    report: Document = _query(request) if request.method == "GET" else as_object(json_of(request))
    return collect([report.get("payload", report)], _read)


def _read(item: Any) -> ReceiptReading | None:
    report = as_object(item)
    word = required(report, "status").lower()
    if word not in WORDS:
        raise UnknownWord(word)
    status = WORDS[word]
    is_failure = status in ("undelivered", "failed")
    return ReceiptReading(
        message_id=_id(report),
        status=status,
        to=_recipient(report),
        error_code=_code(report, word) if is_failure else "",
        service="sms",
        network=network_digits(text(report, "mccmnc")),
    )


def _id(report: Document) -> str:
    """A message to many has one id: with the recipient it names one. Hashed, so that no number is in it."""
    return hashlib.sha256(f"{required(report, 'id')}\n{_recipient(report)}".encode("utf-8", "replace")).hexdigest()[:40]


def _recipient(report: Document) -> str:
    receiver = report.get("receiver")
    if isinstance(receiver, dict):  # Bird's platform
        contacts = receiver.get("contacts")
        first = contacts[0] if isinstance(contacts, list) and contacts else {}
        return text(as_object(first), "identifierValue")
    number = text(report, "recipient").lstrip("+")
    return f"+{number}" if number.isdigit() else number


def _code(report: Document, word: str) -> str:
    failure = report.get("failure")
    source = as_object(as_object(failure).get("source") or {}) if failure else {}
    code = text(report, "statusErrorCode") or text(source, "code")
    if code and code != "0":
        return code[:10]
    said = text(report, "statusReason", "reason").lower()
    known = next((short for reason, short in REASONS.items() if reason in said), "")
    return known or ("expired" if word == "expired" else "")


RECEIPTS = Receipts(
    "Bird (MessageBird): SMS status reports", verify, parse, fault, GUIDE,
    providers=("bird-messagebird",), methods=frozenset({"GET", "POST"}),
)  # fmt: skip
