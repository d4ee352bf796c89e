"""What an owner must say before a message is sent at their cost, and where it may go."""

import pytest

from kit.addresses import AddressRefused
from monitors.probes.base import BadOptions
from monitors.probes.synthetic import OFF, ON, PROBE, Terms
from monitors.probes.synthetic_api import read

WHOLE = {
    "sends": ON, "sender": "+15005550006", "recipient": "+4915123456789", "text": "StatusWire test message",
    "secret": "hush", "within": "5m", "every": "6h", "price": "0.05", "monthly_cap": "5",
}  # fmt: skip
ACCOUNT = f"AC{'0' * 32}"


@pytest.mark.parametrize(
    ("changed", "fields"),
    [
        ({}, []),
        ({"sends": OFF, "price": "", "monthly_cap": "", "sender": "", "recipient": "", "secret": ""}, []),
        ({"sends": "yes"}, ["sends"]),
        ({"price": ""}, ["price"]),
        ({"monthly_cap": ""}, ["monthly_cap"]),
        ({"price": "", "monthly_cap": "", "recipient": ""}, ["monthly_cap", "price", "recipient"]),
        ({"price": "0"}, ["price"]),
        ({"price": "0,05"}, ["price"]),
        ({"price": "1e-9"}, ["price"]),
        ({"price": "-1"}, ["price"]),
        ({"monthly_cap": "0.04"}, ["monthly_cap"]),
        ({"every": "14m"}, ["every"]),
        ({"every": "32d"}, ["every"]),
        ({"within": "20s"}, ["within"]),
        ({"within": "2h"}, ["within"]),
        ({"text": "x" * 101}, ["text"]),
        ({"text": "schön"}, ["text"]),  # it would be sent in Unicode, and be two segments sooner
        ({"text": "two\nlines"}, ["text"]),
        ({"sender": "12"}, ["sender"]),
        ({"sender": "StatusWire"}, []),
        ({"sender": f"MG{'a' * 32}"}, []),
        ({"recipient": "015123456789"}, ["recipient"]),
        ({"recipient": "+4915123456789,+4915123456780"}, ["recipient"]),
        ({"user": "SK123"}, ["user"]),
    ],
)
def test_nothing_is_sent_before_all_is_said(changed, fields):
    refused = {}
    try:
        PROBE.clean(WHOLE | changed)
    except BadOptions as error:
        refused = error.errors
    assert sorted(refused) == fields


@pytest.mark.parametrize(
    "broken", [{"sends": "yes"}, {"price": "NaN"}, {"price": "-1"}, {"price": None}, {"sends": OFF}]
)
def test_stored_terms_that_cannot_be_read_send_nothing(broken):
    assert Terms.of(PROBE.clean(WHOLE)).is_on is True
    assert Terms.of(PROBE.clean(WHOLE) | broken).is_on is False


@pytest.mark.parametrize(
    ("target", "where"),
    [
        (ACCOUNT, "https://api.twilio.com/2010-04-01/Accounts/" + ACCOUNT),
        (f"https://api.dublin.ie1.twilio.com/2010-04-01/Accounts/{ACCOUNT}", None),
        (f"http://api.twilio.com/2010-04-01/Accounts/{ACCOUNT}", ""),
        (f"https://api.twilio.com/2010-04-01/Accounts/{ACCOUNT}/Messages.json", ""),
        (f"https://evil.example.net/{ACCOUNT}", ""),
        ("AC123", ""),
        ("", ""),
    ],
)
def test_the_account_is_where_its_secret_may_go(target, where):
    if where == "":
        with pytest.raises(AddressRefused):
            PROBE.locate(target, (), ())
    else:
        assert str(PROBE.locate(target, (), ())) == (where or target)


@pytest.mark.parametrize(
    "body",
    [b"", b"null", b"[]", b"\xff", b"[" * 100_000, b'{"sid": 1}', b'{"sid": "SM1", "status": "delivered"}',
     b'{"sid": ["SM"], "status": {"a": 1}}', b'{"code": {"a": "hush"}, "message": "hush +4915123456789 \\u202e\\u0000"}'],
)  # fmt: skip
@pytest.mark.parametrize("status", [200, 201, 302, 404, 500])
def test_no_answer_is_taken_for_a_message_that_is_none(status, body):
    progress = read(status, body, WHOLE)
    assert (progress.sid, progress.is_taken, progress.is_delivered) == ("", False, False)
    assert progress.words.startswith(f"The API answered {status}")
    assert "hush" not in progress.words
    assert "15123456789" not in progress.words
    assert progress.words.isprintable()
