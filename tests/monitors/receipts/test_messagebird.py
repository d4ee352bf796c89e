"""Against the vendor's published vectors (its Python SDK's own tests) and that SDK as the other side."""

import json
import warnings
from datetime import UTC, datetime
from urllib.parse import urlencode

import pytest
from messagebird.error import ValidationError
from messagebird.request_validator import RequestValidator
from messagebird.signed_request import SignedRequest

from kit.clock import clock
from monitors.receipts.base import Fault, HookRequest
from monitors.receipts.messagebird import RECEIPTS
from tests.monitors.receipts.senders import JSON, Item, Sent, _bird, _report, sign_report

KEY, SIGNED_AT = "PlLrKaqvZNRR5zAjm42ZT6q1SQxgbbGd", 1_547_198_231
REPORT = {
    "recipient": "31612345678", "reference": "FOO", "statusDatetime": "2019-01-11T09:17:11+00:00",
    "id": "eef0ab57a9e049be946f3821568c2b2e", "status": "delivered", "mccmnc": "20408", "ported": "1",
}  # fmt: skip
SECRET = "a secret of the sender, as long as the longest digest of a token wants it"


def received(sent):
    headers = {name.lower(): value for name, value in sent.headers.items()}
    return HookRequest(sent.url, sent.content_type, headers, sent.body, sent.method)


def report(**fields):
    return HookRequest(f"https://x.test/h?{urlencode({**REPORT, **fields})}", "", {}, b"", "GET")


@pytest.mark.parametrize(
    ("signature", "body"),
    [
        ("KVBdcVdz2lYMwcBLZCRITgxUfA/WkwSi+T3Wxl2HL6w=", b""),
        ("2bl+38H4oHVg03pC3bk2LvCB0IHFgfC4cL5HPQ0LdmI=", b'{"foo":"bar"}'),
    ],
)
def test_the_published_vectors_of_the_older_signature_are_right(signature, body):
    headers = {"messagebird-signature": signature, "messagebird-request-timestamp": str(SIGNED_AT)}
    now = datetime.fromtimestamp(SIGNED_AT, UTC)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        assert SignedRequest(signature, SIGNED_AT, body.decode(), REPORT).verify(KEY)
    sent = HookRequest(f"https://x.test/h?{urlencode(REPORT)}", JSON, headers, body)
    assert RECEIPTS.verify(sent, [KEY], now)
    assert not RECEIPTS.verify(sent, ["another"], now)
    assert not RECEIPTS.verify(sent, [KEY], clock())
    forged = HookRequest(f"https://x.test/h?{urlencode({**REPORT, 'reference': 'BAR'})}", JSON, headers, body)
    assert not RECEIPTS.verify(forged, [KEY], now)


@pytest.mark.parametrize("algorithm", ["HS256", "HS384", "HS512"])
@pytest.mark.parametrize("write", [_report, _bird])
def test_what_the_sdk_calls_right_is_right_and_the_reverse(write, algorithm):
    sent = sign_report(write("/h", [Item()]), SECRET, clock(), algorithm)
    token = sent.headers["MessageBird-Signature-JWT"]
    assert RequestValidator(SECRET).validate_signature(token, sent.url, sent.body)
    assert RECEIPTS.verify(received(sent), [SECRET], clock())
    other = SECRET[::-1]
    with pytest.raises(ValidationError):
        RequestValidator(other).validate_signature(token, sent.url, sent.body)
    assert not RECEIPTS.verify(received(sent), [other], clock())


@pytest.mark.parametrize(
    ("fields", "status", "code", "fault"),
    [
        ({"status": "sent"}, "sent", "", None),
        ({"status": "buffered"}, "sent", "", None),
        ({"status": "delivered", "statusErrorCode": "0"}, "delivered", "", None),
        ({"status": "delivery_failed", "statusErrorCode": "34"}, "undelivered", "34", Fault.OUTAGE),
        ({"status": "delivery_failed", "statusErrorCode": "27"}, "undelivered", "27", Fault.AMBIGUOUS),
        ({"status": "delivery_failed", "statusErrorCode": "1"}, "undelivered", "1", Fault.SENDER),
        ({"status": "delivery_failed", "statusReason": "unknown subscriber"}, "undelivered", "unknown", Fault.SENDER),
        (
            {"status": "delivery_failed", "statusReason": "received network error"},
            "undelivered",
            "network",
            Fault.OUTAGE,
        ),
        ({"status": "delivery_failed"}, "undelivered", "", Fault.AMBIGUOUS),
        ({"status": "expired"}, "undelivered", "expired", Fault.AMBIGUOUS),
        ({"status": "rejected", "statusErrorCode": "104"}, "failed", "104", Fault.SENDER),
    ],
)
def test_a_report_means(fields, status, code, fault):
    (found,) = RECEIPTS.parse(report(**fields)).receipts
    assert (found.status, found.error_code, found.network, found.to) == (status, code, "20408", "+31612345678")
    assert fault in (None, RECEIPTS.fault(found.error_code))


def test_a_report_of_birds_platform_means_the_same():
    document = json.loads(_bird("/h", [Item(status="failed")]).body)
    document["payload"]["failure"] = {"code": 15001, "source": {"name": "sms-messagebird", "code": "34"}}
    sent = Sent("/h", json.dumps(document).encode(), JSON)
    (found,) = RECEIPTS.parse(received(sent)).receipts
    assert (found.status, found.error_code, found.to) == ("undelivered", "34", "+818012345678")


def test_a_message_to_two_people_is_two():
    first, second = (RECEIPTS.parse(report(recipient=to)).receipts[0] for to in ("31612345678", "31612345679"))
    assert first.message_id != second.message_id
