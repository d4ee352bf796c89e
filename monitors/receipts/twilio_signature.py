"""How Twilio signs what it sends: forms, and JSON.

A form: base64 of the HMAC over the public URL followed by every parameter's name and value, sorted by name. JSON: the
HMAC over the URL alone, whose query has the body's SHA-256 as `bodySHA256`. The HMAC is SHA-1 with the auth token, or
SHA-256 with a shared key where X-Twilio-Webhooks-Signature-Settings says so. All received fields are signed, and new
ones are added without notice. Twilio is not consistent about a default port in the URL.
Source: https://www.twilio.com/docs/usage/webhooks/webhooks-security
"""

import base64
import hashlib
import hmac
from collections.abc import Iterator, Sequence
from datetime import datetime
from urllib.parse import parse_qs, parse_qsl, urlsplit, urlunsplit

from monitors.receipts.base import HookRequest, UnreadableReceipt

FORM = "application/x-www-form-urlencoded"
MOST_FIELDS = 300
_DEFAULT_PORTS = {"http": 80, "https": 443}

Fields = list[tuple[str, str]]


def fields_of(request: HookRequest) -> Fields:
    """Return the decoded form fields, untrimmed, in order. Raises UnreadableReceipt."""
    if request.content_type.partition(";")[0].strip().lower() != FORM:
        raise UnreadableReceipt(f"Send {FORM}, not {request.content_type[:60]!r}.")
    try:
        text = request.body.decode("utf-8")
        return parse_qsl(text, keep_blank_values=True, max_num_fields=MOST_FIELDS, errors="strict")
    except ValueError as error:  # a UnicodeDecodeError is one too
        raise UnreadableReceipt(f"The form cannot be read: {error!s:.80}.") from error


def one(fields: Fields, *names: str) -> str:
    """Return the value of the first of `names` that is there, else "". A name with two values is refused."""
    for name in names:
        values = {value for key, value in fields if key == name}
        if len(values) > 1:
            raise UnreadableReceipt(f"{name} is given more than once, with different values.")
        if values:
            return values.pop()
    return ""


def verify_form(request: HookRequest, secrets: Sequence[str], now: datetime) -> bool:
    """Return whether one of `secrets` signed this form; no time is signed. Raises UnreadableReceipt."""
    # Names in case-sensitive order, each with its distinct values in order.
    payload = "".join(name + value for name, value in sorted(set(fields_of(request))))
    return _is_signed(request, secrets, payload)


def verify_json(request: HookRequest, secrets: Sequence[str], now: datetime) -> bool:
    """Return whether one of `secrets` signed this URL, and the URL names this body; no time is signed."""
    named = parse_qs(urlsplit(request.url).query).get("bodySHA256", [])
    is_body = len(named) == 1 and hmac.compare_digest(
        hashlib.sha256(request.body).hexdigest().encode(), named[0].lower().encode()
    )
    return _is_signed(request, secrets, "") and is_body


def _is_signed(request: HookRequest, secrets: Sequence[str], payload: str) -> bool:
    given = request.headers.get("x-twilio-signature", "")
    settings = request.headers.get("x-twilio-webhooks-signature-settings", "")
    digest = hashlib.sha256 if "HMAC_SHA256" in settings.upper() else hashlib.sha1
    found = False
    for secret in secrets:
        for url in _spellings(request.url):
            signed = hmac.new(secret.encode(), (url + payload).encode(), digest).digest()
            # No early return: which secret fits is nobody's business.
            found |= hmac.compare_digest(base64.b64encode(signed), given.encode())
    return found


def _spellings(url: str) -> Iterator[str]:
    """Yield the URL without and with its port, as Twilio may have signed either; never with a fragment."""
    parts = urlsplit(url)
    host = parts.netloc
    bare = host.rpartition(":")[0] if parts.port else host
    port = parts.port or _DEFAULT_PORTS.get(parts.scheme, 443)
    for netloc in dict.fromkeys([host, bare, f"{bare}:{port}"]):
        yield urlunsplit((parts.scheme, netloc, parts.path, parts.query, ""))
