"""Twilio's events, calls and Verify: what each word means, and the vendor's SDK as the other side of both signatures."""

import hashlib
import json
from urllib.parse import urlencode

import pytest
from twilio.request_validator import RequestValidator, get_signature_algorithm

from kit.clock import clock
from monitors.receipts import receipt_kinds
from monitors.receipts.base import Fault, HookRequest
from tests.monitors.receipts.senders import FORM, JSON, sid

KINDS = receipt_kinds()
EVENTS, VERIFY, VOICE, FORMS = (KINDS[name] for name in ("twilio_events", "twilio_verify", "twilio_voice", "twilio"))
TOKEN = "12345"


def events(*items, url="https://x.test/h"):
    return HookRequest(url, JSON, {}, json.dumps(items).encode())


def message(status, to="+818012345678", **data):
    data = {"messageSid": sid("SM", 1), "messageStatus": status.upper(), "to": to, **data}
    return {"type": f"com.twilio.messaging.message.{status}", "data": data}


def attempt(status, **data):
    data = {
        "attempt_sid": sid("VL", 1),
        "message_status": status.upper(),
        "channel": "SMS",
        "to": "+818012345678",
        **data,
    }
    return {"type": f"com.twilio.accountsecurity.verify.message.{status}", "data": data}


def verification(*attempts):
    data = {"to": "+818012345678", "send_code_attempts": {"count": len(attempts), "attempts": list(attempts)}}
    return {"type": "com.twilio.accountsecurity.verify.verification.approved", "data": data}


def call(status, **fields):
    form = {"CallSid": sid("CA", 1), "CallStatus": status, "To": "+818012345678", "Direction": "outbound-api", **fields}
    return HookRequest("https://x.test/h", FORM, {}, urlencode(form).encode())


@pytest.mark.parametrize(
    "settings", ["", "key=webhooks_sharedkey_1,algorithm=HMAC_SHA1", "key=webhooks_sharedkey_1,algorithm=HMAC_SHA256"]
)
@pytest.mark.parametrize("secret", [TOKEN, "another"])
def test_what_the_sdk_calls_right_is_right_and_the_reverse(settings, secret):
    algorithm = get_signature_algorithm(settings)
    form = {"MessageSid": sid("SM", 1), "Body": "a b&c=d é", "To": "+1"}
    url = "https://x.test/h?a=1"
    signature = RequestValidator(TOKEN).compute_signature(url, form, algorithm)
    headers = {"x-twilio-signature": signature, "x-twilio-webhooks-signature-settings": settings}
    right = RequestValidator(secret).validate(url, form, signature, algorithm)
    assert FORMS.verify(HookRequest(url, FORM, headers, urlencode(form).encode()), [secret], clock()) is right

    body = json.dumps([message("sent")])
    signed = f"{url}&bodySHA256={hashlib.sha256(body.encode()).hexdigest()}"
    signature = RequestValidator(TOKEN).compute_signature(signed, {}, algorithm)
    headers = {"x-twilio-signature": signature, "x-twilio-webhooks-signature-settings": settings}
    assert RequestValidator(secret).validate(signed, body, signature, algorithm) is right
    assert EVENTS.verify(HookRequest(signed, JSON, headers, body.encode()), [secret], clock()) is right
    tampered = HookRequest(signed, JSON, headers, body.encode() + b" ")
    assert not RequestValidator(secret).validate(signed, body + " ", signature, algorithm)
    assert not EVENTS.verify(tampered, [secret], clock())
    # The SDK lets a URL without the body's hash pass; then nothing says that the body is theirs.
    bare = RequestValidator(TOKEN).compute_signature(url, {}, algorithm)
    assert not EVENTS.verify(
        HookRequest(url, JSON, {**headers, "x-twilio-signature": bare}, body.encode()), [TOKEN], clock()
    )


@pytest.mark.parametrize(
    ("data", "network"),
    [({"mcc": "440", "mnc": "10"}, "44010"), ({"mcc": "310", "mnc": "090"}, "310090"), ({"mcc": "05", "mnc": "460"}, "46005"),
     ({"mcc": "440"}, ""), ({"mnc": "10"}, ""), ({"mcc": "", "mnc": ""}, ""), ({"mcc": "x", "mnc": "yz"}, "")],
)  # fmt: skip
def test_an_event_names_the_network(data, network):
    (receipt,) = EVENTS.parse(events(message("delivered", **data))).receipts
    assert (receipt.status, receipt.service, receipt.network) == ("delivered", "sms", network)


def test_a_batch_of_events_is_read_one_by_one():
    batch = events(
        message("delivered", to="whatsapp:+818012345678"), message("undelivered", errorCode=30008), message("exploded"),
        {"type": "com.twilio.eventstreams.test-event", "data": {"test_id": "1"}}, {"type": 7}, None,
    )  # fmt: skip
    reading = EVENTS.parse(batch)
    assert [(r.service, r.status, r.error_code) for r in reading.receipts] == [
        ("whatsapp", "delivered", ""),
        ("sms", "undelivered", "30008"),
    ]
    assert (dict(reading.unknown), reading.ignored, reading.spoiled) == ({"exploded": 1}, 2, 1)


def test_an_attempt_of_verify_is_a_message_whoever_tells_of_it():
    told = VERIFY.parse(events(attempt("undelivered", error_code="30004", mcc="440", mnc="10"))).receipts[0]
    listed = VERIFY.parse(
        events(
            verification(
                {
                    "channel": "SMS",
                    "attempt_sid": sid("VL", 1),
                    "delivery_status": "UNDELIVERED",
                    "error_code": "30004",
                },
                {"channel": "totp", "attempt_sid": sid("VL", 2), "delivery_status": "DELIVERED"},
                {"channel": "CALL", "attempt_sid": sid("VL", 3), "delivery_status": None},
            )
        )
    )
    assert (told.service, told.network, VERIFY.fault(told.error_code)) == ("verify", "44010", Fault.AMBIGUOUS)
    (receipt,) = listed.receipts
    assert (receipt.message_id, receipt.status, receipt.to, listed.ignored) == (
        told.message_id,
        "undelivered",
        told.to,
        2,
    )


@pytest.mark.parametrize(
    ("status", "fields", "expected", "code", "fault"),
    [
        ("initiated", {}, "sending", "", None), ("ringing", {}, "sent", "", None), ("in-progress", {}, "delivered", "", None),
        ("completed", {"SipResponseCode": "200"}, "delivered", "", None), ("canceled", {}, "canceled", "", None),
        ("busy", {}, "undelivered", "busy", Fault.AMBIGUOUS), ("no-answer", {}, "undelivered", "no-answer", Fault.AMBIGUOUS),
        ("failed", {"SipResponseCode": "503"}, "failed", "SIP 503", Fault.OUTAGE),
        ("failed", {"SipResponseCode": "404"}, "failed", "SIP 404", Fault.SENDER),
        ("failed", {"SipResponseCode": "480"}, "failed", "SIP 480", Fault.AMBIGUOUS),
        ("failed", {"ErrorCode": "13224", "SipResponseCode": "404"}, "failed", "13224", Fault.SENDER),
        ("failed", {}, "failed", "", Fault.AMBIGUOUS),
    ],
)  # fmt: skip
def test_a_call_means(status, fields, expected, code, fault):
    (receipt,) = VOICE.parse(call(status, **fields)).receipts
    assert (receipt.status, receipt.error_code, receipt.service) == (expected, code, "voice")
    assert fault in (None, VOICE.fault(receipt.error_code))


def test_an_inbound_call_is_none_of_ours_and_a_client_has_no_number():
    assert VOICE.parse(call("completed", Direction="inbound")).ignored == 1
    assert VOICE.parse(call("completed", To="client:alice")).receipts[0].to == ""
