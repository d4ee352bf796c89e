"""Against the vendor's published vector (sendgrid-python's own test) and its SDK as the other side."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from sendgrid.helpers.eventwebhook import EventWebhook

from kit.clock import clock
from monitors.receipts.base import Fault, HookRequest
from monitors.receipts.sendgrid import RECEIPTS
from tests.monitors.receipts.senders import JSON, Item, Sent, _mails, _sign_mail, verification_key

KEY = (
    "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE83T4O/n84iotIvIW4mdBgQ/7dAfSmpqIM8kF9mN1flpVKS3GRqe62gw+2fNNRaINXvVpiglSI8"
    "eNEc6wEA3F+g=="
)
SIGNATURE = "MEUCIGHQVtGj+Y3LkG9fLcxf3qfI10QysgDWmMOVmxG0u6ZUAiEAyBiXDWzM+uOe5W0JuG+luQAbPIqHh89M15TluLtEZtM="
SIGNED_AT = 1_600_112_502
EVENT = {
    "email": "hello@world.com", "event": "dropped", "reason": "Bounced Address",
    "sg_event_id": "ZHJvcC0xMDk5NDkxOS1MUnpYbF9OSFN0T0doUTRrb2ZTbV9BLTA",
    "sg_message_id": "LRzXl_NHStOGhQ4kofSm_A.filterdrecv-p3mdw1-756b745b58-kmzbl-18-5F5FC76C-9.0",
    "smtp-id": "<LRzXl_NHStOGhQ4kofSm_A@ismtpd0039p1iad1.sendgrid.net>", "timestamp": 1_600_112_492,
}  # fmt: skip
BODY = (json.dumps([EVENT], sort_keys=True, separators=(",", ":")) + "\r\n").encode()


def received(sent, **changes):
    headers = {name.lower(): value for name, value in sent.headers.items()}
    return HookRequest(sent.url, sent.content_type, headers | changes, sent.body)


def published(**changes):
    names = ("x-twilio-email-event-webhook-signature", "x-twilio-email-event-webhook-timestamp")
    return HookRequest(
        "https://x.test/h", JSON, dict(zip(names, (SIGNATURE, str(SIGNED_AT)), strict=True)) | changes, BODY
    )


def test_the_published_vector_is_right():
    now = datetime.fromtimestamp(SIGNED_AT, UTC)
    assert EventWebhook(KEY).verify_signature(BODY.decode(), SIGNATURE, str(SIGNED_AT))
    assert RECEIPTS.verify(published(), [KEY], now)
    assert RECEIPTS.verify(published(), [verification_key("new"), KEY], now + timedelta(minutes=10))
    assert not RECEIPTS.verify(published(), [KEY], now + timedelta(minutes=10, seconds=1))
    assert not RECEIPTS.verify(published(), [verification_key("new")], now)
    assert not RECEIPTS.verify(published(**{"x-twilio-email-event-webhook-timestamp": "1600112503"}), [KEY], now)
    (receipt,) = RECEIPTS.parse(published()).receipts
    assert (receipt.status, receipt.error_code, receipt.service, receipt.to) == (
        "failed",
        "dropped",
        "email",
        EVENT["email"],
    )


def test_what_the_sdk_calls_right_is_right_and_the_reverse():
    sent = _sign_mail(_mails("/h", [Item(1), Item(2)]), "s", clock())
    signature, timestamp = sent.headers.values()
    for key, is_right in ((verification_key("s"), True), (verification_key("other"), False)):
        assert EventWebhook(key).verify_signature(sent.body.decode(), signature, timestamp) is is_right
        assert RECEIPTS.verify(received(sent), [key], clock()) is is_right


@pytest.mark.parametrize(
    ("secret", "is_key"),
    [(KEY, True), (f"-----BEGIN PUBLIC KEY-----\n{KEY}\n-----END PUBLIC KEY-----\n", True), (f" {KEY[:40]} {KEY[40:]}", True),
     (KEY[:-4], False), ("", False), ("a secret", False)],
)  # fmt: skip
def test_a_key_is_taken_as_it_is_shown_or_as_a_file_and_anything_else_is_named(secret, is_key):
    assert (RECEIPTS.check_secret(secret) == "") is is_key


@pytest.mark.parametrize(
    ("changes", "status", "code", "fault"),
    [
        ({"event": "processed"}, "queued", "", Fault.AMBIGUOUS),
        ({"event": "deferred", "status": "4.4.1"}, "sending", "", Fault.AMBIGUOUS),
        ({"event": "delivered"}, "delivered", "", Fault.AMBIGUOUS),
        ({"event": "dropped"}, "failed", "dropped", Fault.SENDER),
        ({"event": "bounce", "type": "blocked", "status": "5.7.1"}, "undelivered", "blocked", Fault.AMBIGUOUS),
        ({"event": "bounce", "status": "5.1.1"}, "undelivered", "5.1.1", Fault.SENDER),
        ({"event": "bounce", "status": "5.4.4"}, "undelivered", "5.4.4", Fault.OUTAGE),
        ({"event": "bounce", "status": "4.2.2"}, "undelivered", "4.2.2", Fault.AMBIGUOUS),
        ({"event": "bounce", "status": "no route"}, "undelivered", "bounce", Fault.AMBIGUOUS),
        ({"event": "bounce"}, "undelivered", "bounce", Fault.AMBIGUOUS),
    ],
)
def test_an_event_means(changes, status, code, fault):
    (receipt,) = RECEIPTS.parse(received(Sent("/h", json.dumps([{**EVENT, **changes}]).encode(), JSON))).receipts
    assert (receipt.status, receipt.error_code, RECEIPTS.fault(receipt.error_code)) == (status, code, fault)


def test_one_mail_to_two_people_is_two_messages_and_what_they_do_with_it_is_none():
    events = [{**EVENT, "email": "a@x.test"}, {**EVENT, "email": "b@x.test"}, {**EVENT, "event": "open"}]
    reading = RECEIPTS.parse(received(Sent("/h", json.dumps(events).encode(), JSON)))
    assert (len({receipt.message_id for receipt in reading.receipts}), reading.ignored) == (2, 1)
