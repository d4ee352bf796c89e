"""Twilio message status callbacks: signed forms, one per change of a message's status.

Signature: base64 of the HMAC over the public URL followed by every parameter's name and value, sorted by name; SHA-1
with the auth token, or SHA-256 with a shared key where X-Twilio-Webhooks-Signature-Settings says so. All received
fields are signed, and new ones are added without notice. Twilio is not consistent about a default port in the URL.
Source: https://www.twilio.com/docs/usage/webhooks/webhooks-security
"""

import base64
import hashlib
import hmac
import re
from collections.abc import Iterator, Sequence
from urllib.parse import parse_qsl, urlsplit, urlunsplit

from monitors.receipts.base import RANKS, HookRequest, ReceiptReading, Receipts, UnreadableReceipt
from monitors.receipts.twilio_errors import fault

FORM = "application/x-www-form-urlencoded"
MOST_FIELDS = 300
_MESSAGE_ID = re.compile(r"(SM|MM)[0-9a-fA-F]{32}")
_DEFAULT_PORTS = {"http": 80, "https": 443}


def fields_of(request: HookRequest) -> list[tuple[str, str]]:
    """Return the decoded form fields, untrimmed, in order. Raises UnreadableReceipt."""
    if request.content_type.partition(";")[0].strip().lower() != FORM:
        raise UnreadableReceipt(f"Send {FORM}, not {request.content_type[:60]!r}.")
    try:
        text = request.body.decode("utf-8")
        pairs = parse_qsl(text, keep_blank_values=True, max_num_fields=MOST_FIELDS, errors="strict")
    except ValueError as error:  # a UnicodeDecodeError is one too
        raise UnreadableReceipt(f"The form cannot be read: {error!s:.80}.") from error
    return pairs


def verify(request: HookRequest, secrets: Sequence[str]) -> bool:
    """Return whether one of `secrets` signed this request. Compares in constant time. Raises UnreadableReceipt."""
    given = request.headers.get("x-twilio-signature", "")
    settings = request.headers.get("x-twilio-webhooks-signature-settings", "")
    digest = "sha256" if "HMAC_SHA256" in settings.upper() else "sha1"
    payload = _payload(fields_of(request))
    found = False
    for secret in secrets:
        for url in _spellings(request.url):
            signed = hmac.new(secret.encode(), (url + payload).encode(), getattr(hashlib, digest)).digest()
            # No early return: which secret fits is nobody's business.
            found |= hmac.compare_digest(base64.b64encode(signed), given.encode())
    return found


def _payload(fields: list[tuple[str, str]]) -> str:
    """Names in case-sensitive order, each with its distinct values in order."""
    return "".join(name + value for name, value in sorted(set(fields)))


def _spellings(url: str) -> Iterator[str]:
    """Yield the URL without and with its port, as Twilio may have signed either; never with a fragment."""
    parts = urlsplit(url)
    host = parts.netloc
    bare = host.rpartition(":")[0] if parts.port else host
    port = parts.port or _DEFAULT_PORTS.get(parts.scheme, 443)
    for netloc in dict.fromkeys([host, bare, f"{bare}:{port}"]):
        yield urlunsplit((parts.scheme, netloc, parts.path, parts.query, ""))


def parse(request: HookRequest) -> list[ReceiptReading]:
    """Return the one receipt of a callback. Raises UnreadableReceipt for a form that contradicts itself."""
    fields = fields_of(request)
    message_id = _one(fields, "MessageSid", "SmsSid")
    status = _one(fields, "MessageStatus", "SmsStatus").lower()
    if not _MESSAGE_ID.fullmatch(message_id):
        raise UnreadableReceipt("MessageSid must be SM or MM and 32 hexadecimal digits.")
    if status not in RANKS:
        raise UnreadableReceipt(f"MessageStatus {status[:24]!r} is not the status of an outbound message.")
    to = _one(fields, "To")
    channel = to.partition(":")[0] if ":" in to else "mms" if message_id.startswith("MM") else "sms"
    service = channel if channel in ("sms", "mms", "whatsapp", "rcs") else "other"
    number = to.rpartition(":")[2].strip()
    return [ReceiptReading(message_id, status, number, _one(fields, "ErrorCode")[:10], service)]


def _one(fields: list[tuple[str, str]], *names: str) -> str:
    """Return the value of the first of `names` that is there. A name with two values is refused."""
    for name in names:
        values = {value for key, value in fields if key == name}
        if len(values) > 1:
            raise UnreadableReceipt(f"{name} is given more than once, with different values.")
        if values:
            return values.pop()
    return ""


RECEIPTS = Receipts(label="Twilio Messaging", verify=verify, parse=parse, fault=fault)
