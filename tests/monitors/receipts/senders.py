"""The senders of every kind of receipts: each makes a request that its provider would make, signed by the provider's
own SDK where that can sign. The shared suite (test_every_kind.py) sends these, and spoils them."""

import base64
import hashlib
import hmac
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cache
from typing import Any
from urllib.parse import parse_qsl, urlencode

import jwt
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from sendgrid.helpers.eventwebhook.eventwebhook_header import EventWebhookHeader
from twilio.request_validator import RequestValidator
from vonage_http_client.auth import Auth

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
    secret: str = "a secret of the sender, as long as the longest digest of a token wants it"
    other_secret: str = "another secret of the sender, as long as the longest digest of a token wants it"
    public: Callable[[str], str] = lambda secret: secret  # what we are given of a secret
    is_batch: bool = False
    is_timed: bool = False  # whether the time is signed
    name: str = ""  # where a kind has several senders
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


# --- Vonage ---------------------------------------------------------------------------------------------

RECEIPTS_OF_SMS = {"sent": "buffered", "delivered": "delivered", "undelivered": "expired", "failed": "rejected"}
STATUSES = {"sent": "submitted", "delivered": "delivered", "undelivered": "undeliverable", "failed": "rejected"}


def _receipt(path: str, items: Sequence[Item]) -> Sent:
    (item,) = items
    document = {
        "msisdn": item.to.lstrip("+"), "to": "Acme & Co = us", "network-code": "44010", "messageId": f"0A0000000123ABC{item.number}",
        "price": "0.03330000", "status": RECEIPTS_OF_SMS[item.status], "scts": "2001011400", "err-code": "0",
        "api-key": "abcd1234", "message-timestamp": "2020-01-01 12:00:00 +0000", "nonce": "aaaaaaaa-bbbb", "sig": "",
    }  # fmt: skip
    return Sent(path, json.dumps(document).encode(), JSON)


def sign_fields(sent: Sent, secret: str, now: datetime, method: str = "sha256") -> Sent:
    try:
        document = json.loads(sent.body)
    except (ValueError, RecursionError):
        return sent
    if not isinstance(document, dict):
        return sent
    document = {"timestamp": str(int(now.timestamp())), **document}
    document.pop("sig", None)
    auth = Auth(api_key="abcd1234", signature_secret=secret, signature_method=method)
    with suppress(UnicodeEncodeError):
        document["sig"] = auth.sign_params(dict(document)).upper()
    return replace(sent, body=json.dumps(document).encode())


def _status(path: str, items: Sequence[Item]) -> Sent:
    (item,) = items
    document = {
        "message_uuid": f"aaaaaaaa-bbbb-4ccc-8ddd-{item.number:012d}", "to": item.to.lstrip("+"), "from": "15005550006",
        "timestamp": "2025-02-03T12:14:25Z", "status": STATUSES[item.status], "channel": "sms",
        "destination": {"network_code": "44010"}, "usage": {"currency": "EUR", "price": "0.0333"},
    }  # fmt: skip
    return Sent(path, json.dumps(document).encode(), JSON)


def _sign_status(sent: Sent, secret: str, now: datetime) -> Sent:
    claims = {
        "iat": int(now.timestamp()), "jti": "c5ba8f24", "iss": "Vonage", "api_key": "a1b2c3d",
        "payload_hash": hashlib.sha256(sent.body).hexdigest(),
    }  # fmt: skip
    return replace(sent, headers={"Authorization": "Bearer " + jwt.encode(claims, secret, "HS256")})


# --- MessageBird ----------------------------------------------------------------------------------------

REPORTS = {"sent": "sent", "delivered": "delivered", "undelivered": "expired", "failed": "delivery_failed"}


def _report(path: str, items: Sequence[Item]) -> Sent:
    (item,) = items
    fields = {
        "recipient": item.to.lstrip("+"), "reference": "FOO", "statusDatetime": "2019-01-11T09:17:11+00:00",
        "id": f"eef0ab57a9e049be946f3821568c2b2{item.number}", "status": REPORTS[item.status], "mccmnc": "44010",
        "ported": "1",
    }  # fmt: skip
    return Sent(f"{path}?{urlencode(fields)}", method="GET")


def _bird(path: str, items: Sequence[Item]) -> Sent:
    (item,) = items
    document = {
        "service": "channels", "event": "sms.outbound",
        "payload": {
            "id": f"3a8d2b9c-{item.number}", "status": REPORTS[item.status], "direction": "outgoing",
            "receiver": {"contacts": [{"identifierKey": "phonenumber", "identifierValue": item.to}]},
        },
    }  # fmt: skip
    return Sent(path, json.dumps(document).encode(), JSON)


def sign_report(sent: Sent, secret: str, now: datetime, algorithm: str = "HS256") -> Sent:
    at = int(now.timestamp())
    claims = {
        "iss": "MessageBird", "nbf": at, "exp": at + 60, "jti": "f1",
        "url_hash": hashlib.sha256(sent.url.encode()).hexdigest(),
    }  # fmt: skip
    if sent.body:
        claims["payload_hash"] = hashlib.sha256(sent.body).hexdigest()
    return replace(sent, headers={"MessageBird-Signature-JWT": jwt.encode(claims, secret, algorithm)})


def _sign_second(second: Callable[[Sent], str]) -> Sign:
    def sign(sent: Sent, secret: str, now: datetime) -> Sent:
        timestamp = str(int(now.timestamp()))
        payload = f"{timestamp}\n{second(sent)}\n".encode() + hashlib.sha256(sent.body).digest()
        signature = base64.b64encode(hmac.digest(secret.encode(), payload, "sha256")).decode()
        return replace(sent, headers={"MessageBird-Signature": signature, "MessageBird-Request-Timestamp": timestamp})

    return sign


def _sorted_query(sent: Sent) -> str:
    return urlencode(sorted(parse_qsl(sent.path.partition("?")[2], keep_blank_values=True)))


# --- Our own format -------------------------------------------------------------------------------------


def _own(path: str, items: Sequence[Item]) -> Sent:
    receipts = [{"id": f"m-{item.number}", "status": item.status, "to": item.to} for item in items]
    return Sent(path, json.dumps({"receipts": receipts}).encode(), JSON)


def sign_own(sent: Sent, secret: str, now: datetime) -> Sent:
    timestamp = str(int(now.timestamp()))
    signature = hmac.digest(secret.encode(), timestamp.encode() + b"." + sent.body, "sha256").hex()
    headers = {"X-StatusWire-Timestamp": timestamp, "X-StatusWire-Signature": f"sha256={signature}"}
    return replace(sent, headers=headers)


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
    Sender("vonage", _receipt, sign_fields, RECEIPTS_OF_SMS, (), signed_field="sig", is_timed=True),
    Sender("vonage", _status, _sign_status, STATUSES, ("Authorization",), name="vonage messages", is_timed=True),
    Sender("messagebird", _report, sign_report, REPORTS, ("MessageBird-Signature-JWT",), is_timed=True),
    Sender(
        "messagebird",
        _report,
        _sign_second(_sorted_query),
        REPORTS,
        ("MessageBird-Signature",),
        name="messagebird by HMAC",
        is_timed=True,
    ),
    Sender(
        "messagebird",
        _bird,
        _sign_second(lambda sent: sent.url),
        REPORTS,
        ("MessageBird-Signature",),
        name="bird",
        is_timed=True,
    ),
    Sender("generic", _own, sign_own, SAME, ("X-StatusWire-Signature",), is_batch=True, is_timed=True),
]
