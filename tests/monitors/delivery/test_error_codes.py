"""The table of error codes that pages show."""

from collections import Counter

import pytest

from monitors.catalogue.error_codes import WHOSE, meaning_of, read
from monitors.receipts import messagebird_errors, receipt_kinds, sendgrid, twilio_errors, twilio_voice, vonage_errors
from monitors.receipts.base import Fault, Receipts


def test_each_code_is_listed_once_with_a_meaning_that_fits_a_line():
    rows = read()
    assert [key for key, n in Counter((row.provider, row.code) for row in rows).items() if n > 1] == []
    assert [row for row in rows if not 3 <= len(row.meaning) <= 80] == []


def test_the_table_lays_each_code_at_the_door_where_it_is_counted():
    kinds: dict[str, list[Receipts]] = {}
    for kind in receipt_kinds().values():
        for provider in kind.providers:
            kinds.setdefault(provider, []).append(kind)
    listed = [row for row in read() if row.provider in kinds]
    assert [row for row in listed if row.fault not in {kind.fault(row.code) for kind in kinds[row.provider]}] == []


@pytest.mark.parametrize(
    ("provider", "codes", "unknown"),
    [
        ("twilio", twilio_errors.FAULTS, set()),
        ("twilio", twilio_voice.SIP_FAULTS, set()),
        ("twilio", ["busy", "no-answer"], set()),
        ("vonage", vonage_errors.FAULTS, {"95"}),  # nobody publishes what it means
        ("bird-messagebird", messagebird_errors.FAULTS, {"108"}),
        ("sendgrid", [*sendgrid.FAULTS, "5.0.0", "5"], set()),
    ],
    ids=["messages", "sip", "calls", "vonage", "bird", "sendgrid"],
)
def test_each_code_that_we_count_by_has_a_meaning(provider, codes, unknown):
    assert {code for code in codes if meaning_of(provider, code) == "Not in our table"} == unknown


def test_each_fault_says_whose_it_is():
    assert set(WHOSE) == set(Fault)


@pytest.mark.parametrize(
    ("provider", "code", "expected"),
    [
        ("twilio", "30034", "Unregistered sender"),
        ("twilio", "60200", "Invalid parameter (Verify)"),
        ("twilio", "99999", "Not in our table"),
        ("vonage", "30034", "Not in our table"),
        ("twilio", "SIP 499", "Not in our table"),
        ("sendgrid", "5.0.0", "Refused for good"),
        ("twilio", "SIP 503", "Service unavailable"),
        ("sendgrid", "5.1.1", "No such address"),
        ("sendgrid", "4.2.2", "Deferred for now"),
        ("sendgrid", "9.9", "Not in our table"),
        ("twilio", "", "Failed without a code"),
    ],
)
def test_what_a_code_means(provider, code, expected):
    assert meaning_of(provider, code) == expected
