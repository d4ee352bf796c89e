"""Against Vonage's own SDKs as the other side: vonage-http-client signs and checks fields, vonage-jwt checks tokens."""

import hashlib
import json
from urllib.parse import urlencode

import pytest
from vonage_http_client.auth import Auth
from vonage_jwt import verify_signature

from kit.clock import clock
from monitors.receipts.base import Fault, HookRequest
from monitors.receipts.vonage import RECEIPTS
from tests.monitors.receipts.senders import FORM, JSON, Item, Sent, _receipt, _sign_status, _status, sign_fields

SECRET = "a secret of the sender, as long as a token wants it"


def received(sent):
    headers = {name.lower(): value for name, value in sent.headers.items()}
    return HookRequest(sent.url, sent.content_type, headers, sent.body)


def receipt(**fields):
    return Sent("/h", json.dumps({**json.loads(_receipt("/h", [Item()]).body), **fields}).encode(), JSON)


@pytest.mark.parametrize("method", ["md5", "sha1", "sha256", "sha512"])
def test_what_the_sdk_signs_is_right_with_every_hmac(method):
    sent = sign_fields(receipt(), SECRET, clock(), method)
    assert Auth(api_key="a", signature_secret=SECRET, signature_method=method).check_signature(json.loads(sent.body))
    assert RECEIPTS.verify(received(sent), ["the new one", SECRET], clock())
    assert not RECEIPTS.verify(received(sent), ["the new one"], clock())


def test_the_plain_md5_that_accounts_begin_with_is_right():
    """As documented: the md5 of all the fields with the secret behind them; & and = in values are _."""
    fields = {
        "messageId": "0A",
        "msisdn": "818012345678",
        "status": "delivered",
        "timestamp": str(int(clock().timestamp())),
    }
    signed = "".join(f"&{name}={fields[name]}" for name in sorted(fields)) + "&to=Acme _ Co"
    fields |= {"to": "Acme & Co", "sig": hashlib.md5((signed + SECRET).encode()).hexdigest()}
    for sent in (Sent("/h", json.dumps(fields).encode(), JSON), Sent("/h", urlencode(fields).encode(), FORM)):
        assert RECEIPTS.verify(received(sent), [SECRET], clock())
        assert not RECEIPTS.verify(received(sent), ["another"], clock())


def test_what_the_sdk_calls_a_right_token_is_right_and_the_reverse():
    sent = _sign_status(_status("/h", [Item()]), SECRET, clock())
    token = sent.headers["Authorization"].removeprefix("Bearer ")
    for secret, is_right in ((SECRET, True), ("another secret of the sender, which is long as well", False)):
        assert verify_signature(token, secret) is is_right
        assert RECEIPTS.verify(received(sent), [secret], clock()) is is_right


@pytest.mark.parametrize(
    ("fields", "status", "code", "fault"),
    [
        ({"status": "accepted"}, "sending", "", None),
        ({"status": "buffered"}, "sent", "", None),
        ({"status": "delivered", "err-code": "0"}, "delivered", "", None),
        ({"status": "failed", "err-code": "8"}, "undelivered", "8", Fault.OUTAGE),
        ({"status": "expired", "err-code": "2"}, "undelivered", "2", Fault.AMBIGUOUS),
        ({"status": "expired", "err-code": "0"}, "undelivered", "", Fault.AMBIGUOUS),
        ({"status": "rejected", "err-code": "6"}, "failed", "6", Fault.SENDER),
        ({"status": "failed", "err-code": "777"}, "undelivered", "777", Fault.AMBIGUOUS),
    ],
)
def test_a_receipt_of_an_sms_means(fields, status, code, fault):
    (found,) = RECEIPTS.parse(received(receipt(**fields))).receipts
    assert (found.status, found.error_code, found.network, found.to) == (status, code, "44010", "+818012345678")
    assert fault in (None, RECEIPTS.fault(found.error_code))


@pytest.mark.parametrize(
    ("fields", "status", "code", "fault", "service"),
    [
        ({"status": "submitted"}, "sent", "", None, "sms"),
        ({"status": "read", "channel": "whatsapp"}, "read", "", None, "whatsapp"),
        ({"status": "rejected", "error": {"title": 1210}}, "failed", "1210", Fault.SENDER, "sms"),
        ({"status": "rejected", "error": {"title": "1250"}, "channel": "rcs"}, "failed", "1250", Fault.OUTAGE, "rcs"),
        ({"status": "rejected", "error": {"title": "Some words"}}, "failed", "", Fault.AMBIGUOUS, "sms"),
        ({"status": "undeliverable", "channel": "viber_service"}, "failed", "unsent", Fault.OUTAGE, "other"),
    ],
)
def test_a_status_of_the_messages_api_means(fields, status, code, fault, service):
    document = {**json.loads(_status("/h", [Item()]).body), **fields}
    (found,) = RECEIPTS.parse(received(Sent("/h", json.dumps(document).encode(), JSON))).receipts
    assert (found.status, found.error_code, found.service, found.network) == (status, code, service, "44010")
    assert fault in (None, RECEIPTS.fault(found.error_code))


def test_a_status_that_says_nothing_is_counted_as_unknown():
    assert dict(RECEIPTS.parse(received(receipt(status="unknown"))).unknown) == {"unknown": 1}
