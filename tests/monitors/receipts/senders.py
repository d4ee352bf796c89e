"""The senders of every kind of receipts: each makes a request that its provider would make, signed by the provider's
own SDK where that can sign. The shared suite (test_every_kind.py) sends these, and spoils them."""

import base64
import hashlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cache
from typing import Any
from urllib.parse import parse_qsl, urlencode

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from sendgrid.helpers.eventwebhook.eventwebhook_header import EventWebhookHeader
from twilio.request_validator import RequestValidator

SITE = "http://127.0.0.1:8000"
FORM, JSON = "application/x-www-form-urlencoded", "application/json"
TO = "+818012345678"


@dataclass(frozen=True)
class Item:
    """One status of one message: `number` tells messages apart, `status` is one of ours."""

    number: int = 0
    status: str = "delivered"
    to: str = TO


@dataclass(frozen=True)
class Sent:
    """A request, its signature in `headers` or in the body or query, as the provider has it."""

    path: str
    body: bytes = b""
    content_type: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    method: str = "POST"

    @property
    def url(self) -> str:
        return SITE + self.path


Sign = Callable[[Sent, str, datetime], Sent]


@dataclass(frozen=True)
class Sender:
    """A kind's other side. `write` makes the unsigned request about items, `sign` signs whatever it is given."""

    kind: str
    write: Callable[[str, Sequence[Item]], Sent]
    sign: Sign
    words: Mapping[str, str]  # our statuses in the provider's words
    headers: tuple[str, ...]  # those without which a request is not signed
    secret: str = "a secret of the sender"
    other_secret: str = "another secret of the sender"
    public: Callable[[str], str] = lambda secret: secret  # what we are given of a secret
    is_batch: bool = False
    is_timed: bool = False  # whether the time is signed
    signed_field: str = ""  # where the signature is a field of the body and no header

    def make(self, path: str, now: datetime, *items: Item, secret: str = "") -> Sent:
        return self.sign(self.write(path, items or (Item(),)), secret or self.secret, now)

    def unsigned(self, sent: Sent, value: str | None) -> Sent:
        """The request with another signature in its body, or none."""
        document = json.loads(sent.body)
        document.pop(self.signed_field)
        if value is not None:
            document[self.signed_field] = value
        return replace(sent, body=json.dumps(document).encode())

    def without(self, path: str) -> Iterator[Sent]:
        """Unsigned requests, each with one field left out."""
        yield from _changed(self.write(path, [Item()]), lambda holder, key: holder.pop(key))

    def spoiled(self, path: str, odd: str) -> Iterator[Sent]:
        """Unsigned requests, each with one field that says something odd."""
        yield from _changed(self.write(path, [Item()]), lambda holder, key: holder.__setitem__(key, odd))


def _changed(sent: Sent, change: Callable[[Any, Any], object]) -> Iterator[Sent]:
    if sent.content_type == JSON:
        for number in range(len(list(_places(json.loads(sent.body))))):
            document = json.loads(sent.body)
            change(*list(_places(document))[number])
            yield replace(sent, body=json.dumps(document).encode())
        return
    before, _, query = sent.path.partition("?")
    given = dict(parse_qsl(query if sent.method == "GET" else sent.body.decode(), keep_blank_values=True))
    for key in given:
        fields = dict(given)
        change(fields, key)
        text = urlencode(fields, errors="surrogatepass")
        yield replace(sent, path=f"{before}?{text}") if sent.method == "GET" else replace(sent, body=text.encode())


def _places(document: Any) -> Iterator[tuple[Any, Any]]:
    """Every (holder, key) in a document."""
    pairs = document.items() if isinstance(document, dict) else enumerate(document)
    for key, value in list(pairs):
        yield document, key
        if isinstance(value, dict | list):
            yield from _places(value)


def sid(prefix: str, number: int) -> str:
    """A SID of Twilio: its prefix and 32 hexadecimal digits."""
    return prefix + hashlib.md5(f"{prefix}{number}".encode()).hexdigest()


# --- Twilio ---------------------------------------------------------------------------------------------


def _sign_form(sent: Sent, secret: str, now: datetime) -> Sent:
    fields = dict(parse_qsl(sent.body.decode("utf-8", "replace"), keep_blank_values=True))
    return replace(sent, headers={"X-Twilio-Signature": RequestValidator(secret).compute_signature(sent.url, fields)})


def _sign_json(sent: Sent, secret: str, now: datetime) -> Sent:
    path = f"{sent.path.partition('?')[0]}?bodySHA256={hashlib.sha256(sent.body).hexdigest()}"
    signature = RequestValidator(secret).compute_signature(SITE + path, {})
    return replace(sent, path=path, headers={"X-Twilio-Signature": signature})


def _form(path: str, **fields: str) -> Sent:
    return Sent(path, urlencode(fields).encode(), FORM)


def _message(path: str, items: Sequence[Item]) -> Sent:
    (item,) = items
    return _form(
        path, AccountSid=sid("AC", 1), From="+15005550006", MessageSid=sid("SM", item.number),
        MessageStatus=item.status, To=item.to,
    )  # fmt: skip


CALLS = {"sent": "ringing", "delivered": "completed", "undelivered": "busy", "failed": "failed"}


def _call(path: str, items: Sequence[Item]) -> Sent:
    (item,) = items
    return _form(
        path, AccountSid=sid("AC", 1), From="+15005550006", CallSid=sid("CA", item.number), Direction="outbound-api",
        CallStatus=CALLS[item.status], To=item.to,
    )  # fmt: skip


def _events(path: str, items: Sequence[Item]) -> Sent:
    events = [
        {
            "specversion": "1.0",
            "type": f"com.twilio.messaging.message.{item.status}",
            "source": sid("AB", 1),
            "id": sid("NO", item.number),
            "data": {
                "messageSid": sid("SM", item.number), "messageStatus": item.status.upper(), "to": item.to,
                "mcc": "440", "mnc": "10",
            },
        }
        for item in items
    ]  # fmt: skip
    return Sent(path, json.dumps(events).encode(), JSON)


def _attempts(path: str, items: Sequence[Item]) -> Sent:
    events = [
        {
            "specversion": "1.0",
            "type": f"com.twilio.accountsecurity.verify.message.{item.status}",
            "data": {
                "attempt_sid": sid("VL", item.number), "message_status": item.status.upper(), "channel": "SMS",
                "to": item.to, "mcc": "440", "mnc": "10", "error_code": "",
            },
        }
        for item in items
    ]  # fmt: skip
    return Sent(path, json.dumps(events).encode(), JSON)


# --- SendGrid -------------------------------------------------------------------------------------------


@cache
def _private(secret: str) -> ec.EllipticCurvePrivateKey:
    return ec.derive_private_key(int.from_bytes(hashlib.sha256(secret.encode()).digest()) >> 1, ec.SECP256R1())


def verification_key(secret: str) -> str:
    """The public key, as SendGrid shows it."""
    shown = _private(secret).public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return base64.b64encode(shown).decode()


def _sign_mail(sent: Sent, secret: str, now: datetime) -> Sent:
    timestamp = str(int(now.timestamp()))
    signature = _private(secret).sign(timestamp.encode() + sent.body, ec.ECDSA(SHA256()))
    return replace(
        sent,
        headers={
            EventWebhookHeader.SIGNATURE: base64.b64encode(signature).decode(),
            EventWebhookHeader.TIMESTAMP: timestamp,
        },
    )


MAILS = {"sent": "deferred", "delivered": "delivered", "undelivered": "bounce", "failed": "dropped"}


def _mails(path: str, items: Sequence[Item]) -> Sent:
    events = [
        {
            "email": item.to if "@" in item.to else "someone@example.com", "event": MAILS[item.status],
            "sg_message_id": f"14c5d75ce93.dfd.64b469.filter0001.16648.5515E0B88.{item.number}", "sg_event_id": f"e{item.number}",
            "timestamp": 1_600_112_492, "type": "bounce", "status": "5.0.0",
        }
        for item in items
    ]  # fmt: skip
    return Sent(path, json.dumps(events).encode(), JSON)


SAME = {status: status for status in ("sent", "delivered", "undelivered", "failed")}
UPPER = {status: status.upper() for status in SAME}
TWILIO = ("X-Twilio-Signature",)

SENDERS = [
    Sender("twilio", _message, _sign_form, SAME, TWILIO),
    Sender("twilio_voice", _call, _sign_form, CALLS, TWILIO),
    Sender("twilio_events", _events, _sign_json, UPPER, TWILIO, is_batch=True),
    Sender("twilio_verify", _attempts, _sign_json, UPPER, TWILIO, is_batch=True),
    Sender(
        "sendgrid",
        _mails,
        _sign_mail,
        MAILS,
        (EventWebhookHeader.SIGNATURE,),
        public=verification_key,
        is_batch=True,
        is_timed=True,
    ),
]
