"""Carriers by code and by what a title said."""

import pytest

from monitors.core.titles import read_title
from monitors.queries.carriers import carrier_by_mccmnc, carrier_row
from monitors.services import carriers

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _loaded():
    carriers.load()


@pytest.mark.parametrize(
    ("code", "name", "country"),
    [
        ("44010", "NTT DOCOMO", "JP"),
        ("51009", "Smartfren", "ID"),
        ("310260", "T-Mobile", "US"),
        ("310410", "AT&T", "US"),
        ("72405", "Claro", "BR"),
        ("37001", "Altice", "DO"),
    ],
)
def test_a_network_code_is_one_carriers(code, name, country):
    row = carrier_by_mccmnc(code)
    assert (row.name, row.country) == (name, country)


@pytest.mark.parametrize("code", ["", "99999", "440", "44010 ", "x"])
def test_a_code_that_no_carrier_has_is_no_carriers(code):
    assert carrier_by_mccmnc(code) is None


@pytest.mark.parametrize(
    ("title", "name", "host"),
    [
        ("SMS Delivery Delays to NTT docomo in Japan", "NTT DOCOMO", None),
        ("SMS Delivery Delays to PT Smartfren Telecom Network in Indonesia", "Smartfren", "XLSMART"),
        ("SMS Delivery Delays to Orange in the Dominican Republic", "Orange", "Altice"),
        ("SMS Delivery Delays to Tesco Mobile in the UK", "Tesco Mobile", "O2"),
    ],
)
def test_a_carrier_that_a_title_names_has_a_row_and_its_host(title, name, host):
    (ref,) = read_title(title).carriers
    row = carrier_row(ref)
    assert (row.name, row.host and row.host.name) == (name, host)


def test_a_carrier_without_a_country_has_no_row():
    (ref,) = read_title("SMS Delivery Delays to T-Mobile Network").carriers
    assert (ref.name, carrier_row(ref)) == ("T-Mobile", None)
