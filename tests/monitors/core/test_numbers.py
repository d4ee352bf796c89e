"""Where a number is, and whose it is as far as its prefix tells."""

import pytest

from monitors.core.numbers import NOWHERE, Placement, canonical_name, place_number, share_numbers


@pytest.mark.parametrize(
    ("number", "country", "carrier", "certainty"),
    [
        ("+819012345678", "JP", "KDDI", "probable"),
        ("+818012345678", "JP", "NTT DOCOMO", "probable"),
        ("+817012345678", "JP", "SoftBank", "probable"),
        ("+628811234567", "ID", "Smartfren", "certain"),
        ("+6281234567890", "ID", "Telkomsel", "certain"),
        ("+447400123456", "GB", "Three", "probable"),
        ("+50499123456", "HN", "Tigo", "certain"),  # libphonenumber: "Celtel (Tigo)"
        ("+77011234567", "KZ", "Kcell", "probable"),  # "Kcell/Activ"
        ("+255713123456", "TZ", "Yas", "certain"),
        ("+447911123456", "GG", "JT", "certain"),  # looks British, is Guernsey's
        ("+12025550123", "US", None, "none"),
        ("+5511961234567", "BR", None, "none"),
    ],
)
def test_a_number_has_a_country_and_a_carrier_that_is_certain_only_where_none_is_ported(
    number, country, carrier, certainty
):
    assert place_number(number) == Placement(country, carrier, certainty)


@pytest.mark.parametrize("number", ["", "12345", "Acme", "+", "+999123456", "+1555", "whatsapp:+81", "０９０"])
def test_what_is_no_number_is_nowhere(number):
    assert place_number(number) == NOWHERE


@pytest.mark.parametrize(
    ("theirs", "country", "ours"),
    [
        ("NTT Docomo", "JP", "NTT DOCOMO"),
        ("Softbank", "JP", "SoftBank"),
        ("telenor norge", "NO", "Telenor"),
        ("NetCom", "NO", "Telia"),
        ("Telefónica Móviles", "PA", "Tigo"),
        ("4ka of SWAN", "SK", "4ka"),
        ("МегаФон", "RU", "MegaFon"),
        ("MTN Cameroon", "CM", "MTN"),
        ("Lebara France Limited", "FR", "Lebara"),
        ("Orange", "DO", "Altice"),  # a former brand is its host
        ("Vodafone", "IN", "Vi"),
        ("42 Telecom AB", "SE", "42 Telecom AB"),  # none of ours
    ],
)
def test_the_names_of_the_library_are_ours_where_we_have_the_operator(theirs, country, ours):
    assert canonical_name(theirs, country) == ours


@pytest.mark.parametrize(
    ("country", "other", "expected"),
    [
        ("US", "CA", True),
        ("GB", "GG", True),
        ("JP", "JP", True),
        ("JP", "ID", False),
        ("BL", "MQ", False),  # one network's code, but +590 and +596
        ("XX", "YY", False),  # no country has no calling code in common
        ("XX", "XX", True),
    ],
)
def test_a_number_of_one_country_may_be_served_in_another_with_its_calling_code(country, other, expected):
    assert share_numbers(country, other) is expected
