"""Against the vendor's published vectors: twilio-python's own tests use the same token, URL and parameters."""

from urllib.parse import urlencode

import pytest

from kit.clock import clock
from monitors.receipts.base import Fault, HookRequest, UnreadableReceipt
from monitors.receipts.twilio import RECEIPTS
from monitors.receipts.twilio_signature import FORM
from tests.monitors.receipts.signing import fields, sign

URL = "https://mycompany.com/myapp.php?foo=1&bar=2"
SHARED = {"x-twilio-webhooks-signature-settings": "key=webhooks_sharedkey_1,algorithm=HMAC_SHA256"}


def published(caller):
    return {"CallSid": "CA1234567890ABCDE", "Digits": "1234", "To": "+18005551212", "Caller": caller, "From": caller}


def request(form, signature, url=URL, **headers):
    body = urlencode(form, doseq=True).encode()
    return HookRequest(url, FORM, {"x-twilio-signature": signature, **headers}, body)


@pytest.mark.parametrize(
    ("caller", "signature", "headers"),
    [
        ("+12349013030", "0/KCTR6DLpKmkAf8muzZqo1nDgQ=", {}),
        ("+14158675309", "RSOYDt4T1cUTdK1PDd93/VVr8B8=", {}),
        ("+14158675309", "033hgUJA9M/hXIZsYjwkerEP/DBm35nEri5FhCYjA5s=", SHARED),
    ],
)
def test_the_published_vectors_are_right(caller, signature, headers):
    sent = request(published(caller), signature, **headers)
    assert RECEIPTS.verify(sent, ["12345"], clock())
    assert RECEIPTS.verify(sent, ["the new one", "12345"], clock())
    assert not RECEIPTS.verify(sent, ["the new one"], clock())
    assert not RECEIPTS.verify(sent, [], clock())


@pytest.mark.parametrize("signed", ["https://x.test/h", "https://x.test:443/h"])
@pytest.mark.parametrize("received", ["https://x.test/h", "https://x.test:443/h"])
def test_a_default_port_may_be_signed_or_not(signed, received):
    form = fields()
    assert RECEIPTS.verify(request(form, sign(signed, form, "s"), url=received), ["s"], clock())


def test_values_are_signed_untrimmed_and_repeated_ones_once_each():
    form = {**fields(), "Body": " hi ", "Tag": ["b", "a", "a"]}
    assert RECEIPTS.verify(request(form, sign(URL, form, "s")), ["s"], clock())
    assert not RECEIPTS.verify(request({**form, "Body": "hi"}, sign(URL, form, "s")), ["s"], clock())


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"MessageSid": "<script>"}, "MessageSid"),
        ({"MessageStatus": ["sent", "delivered"]}, "MessageStatus"),
        ({"MessageSid": ["SM" + "0" * 32, "SM" + "1" * 32]}, "MessageSid"),
    ],
)
def test_a_form_that_contradicts_itself_is_refused_with_the_reason(changes, reason):
    with pytest.raises(UnreadableReceipt, match=reason):
        RECEIPTS.parse(request({**fields(), **changes}, ""))


def test_a_word_that_nobody_told_us_is_counted_and_an_inbound_one_left_out():
    unknown = RECEIPTS.parse(request(fields(status="exploded"), ""))
    assert (unknown.receipts, dict(unknown.unknown)) == ((), {"exploded": 1})
    inbound = RECEIPTS.parse(request(fields(status="received"), ""))
    assert (inbound.receipts, inbound.ignored) == ((), 1)


@pytest.mark.parametrize(
    ("to", "message", "service", "number"),
    [
        ("+818012345678", "SM" + "a" * 32, "sms", "+818012345678"),
        ("+818012345678", "MM" + "a" * 32, "mms", "+818012345678"),
        ("whatsapp:+818012345678", "SM" + "a" * 32, "whatsapp", "+818012345678"),
        ("rcs:+818012345678", "SM" + "a" * 32, "rcs", "+818012345678"),
    ],
)
def test_the_channel_is_read_from_the_recipient(to, message, service, number):
    (reading,) = RECEIPTS.parse(request(fields(message, to=to), "")).receipts
    assert (reading.service, reading.to) == (service, number)


@pytest.mark.parametrize(
    ("code", "fault"),
    [
        ("30008", Fault.AMBIGUOUS), ("30003", Fault.AMBIGUOUS), ("30410", Fault.OUTAGE), ("20503", Fault.OUTAGE),
        ("21211", Fault.SENDER), ("21608", Fault.SENDER), ("21610", Fault.SENDER), ("60200", Fault.SENDER),
        ("63016", Fault.SENDER), ("53000", Fault.SENDER), ("30007", Fault.SENDER), ("11200", Fault.SELF),
        ("99999", Fault.AMBIGUOUS), ("", Fault.AMBIGUOUS),
    ],
)  # fmt: skip
def test_a_code_tells_whose_doing_it_was(code, fault):
    assert RECEIPTS.fault(code) is fault
