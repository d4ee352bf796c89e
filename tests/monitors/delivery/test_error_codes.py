"""The table of error codes that pages show."""

from collections import Counter

import pytest

from monitors.catalogue.error_codes import WHOSE, meaning_of, read
from monitors.receipts import twilio_errors
from monitors.receipts.base import Fault


def test_each_code_is_listed_once_with_a_meaning_that_fits_a_line():
    rows = read()
    assert [key for key, n in Counter((row.provider, row.code) for row in rows).items() if n > 1] == []
    assert [row for row in rows if not 3 <= len(row.meaning) <= 80] == []


def test_the_table_lays_each_code_of_twilio_at_the_door_where_it_is_counted():
    assert {row.code: row.fault for row in read() if row.provider == "twilio"} == twilio_errors.FAULTS


def test_each_fault_says_whose_it_is():
    assert set(WHOSE) == set(Fault)


@pytest.mark.parametrize(
    ("provider", "code", "expected"),
    [
        ("twilio", "30034", "Unregistered sender"),
        ("twilio", "60200", "Invalid parameter (Verify)"),
        ("twilio", "99999", "Not in our table"),
        ("vonage", "30034", "Not in our table"),
        ("twilio", "", "Failed without a code"),
    ],
)
def test_what_a_code_means(provider, code, expected):
    assert meaning_of(provider, code) == expected
