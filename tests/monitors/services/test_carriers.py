import time

import pytest

from monitors.catalogue import operators
from monitors.models import Carrier
from monitors.services import carriers


@pytest.mark.django_db
def test_loading_twice_changes_nothing_the_second_time():
    assert carriers.load() == len(operators.read())
    assert carriers.load() == 0


@pytest.mark.django_db
def test_a_brand_points_to_the_operator_whose_network_it_uses():
    carriers.load()
    hosts = {("Smartfren", "ID"): "XLSMART", ("Orange", "DO"): "Altice", ("Tesco Mobile", "GB"): "O2"}
    assert {key: Carrier.objects.get(name=key[0], country=key[1]).host.name for key in hosts} == hosts


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
    assert [(row.name, row.country) for row in operators.read() if code in row.mccmnc] == [(name, country)]


@pytest.mark.django_db
def test_an_operator_that_the_table_changes_is_changed(tmp_path):
    table = tmp_path / "carriers.csv"
    table.write_text("name,country,mccmnc,aliases,host\nAcme,XX,99901,,\nLittle,XX,,,Acme\n")
    assert carriers.load(table) == 2
    table.write_text("name,country,mccmnc,aliases,host\nAcme,XX,99901 99902,ACME,\nLittle,XX,,,\n")
    assert carriers.load(table) == 1
    acme, little = Carrier.objects.get(name="Acme"), Carrier.objects.get(name="Little")
    assert (acme.mccmnc, acme.aliases, little.host) == (["99901", "99902"], ["ACME"], None)


def test_every_operator_has_a_country_and_codes_of_digits_and_no_two_share_a_slug():
    rows = operators.read()
    assert [row.name for row in rows if len(row.country) != 2 or not row.country.isupper()] == []
    assert [row.name for row in rows if not all(c.isdigit() and len(c) in (5, 6) for c in row.mccmnc)] == []
    assert len({carriers.slug_of(row) for row in rows}) == len(rows)
    names = {(row.name, row.country) for row in rows}
    assert [row.name for row in rows if row.host and (row.host, row.country) not in names] == []


def test_the_table_covers_the_world_and_no_country_has_a_name_twice():
    rows = operators.read()
    assert len(rows) > 1_300
    assert len({row.country for row in rows}) > 220
    assert len({(row.name.casefold(), row.country) for row in rows}) == len(rows)
    assert [row for row in rows if row.host == row.name or "/" in row.name] == []


@pytest.mark.django_db
def test_a_table_that_has_not_changed_takes_less_than_a_second_to_load():
    carriers.load()
    began = time.process_time()
    assert (carriers.load(), time.process_time() - began < 1) == (0, True)


def test_a_network_code_is_one_operators_but_on_islands_that_share_one():
    shared = "BL GF GP MF MQ BQ CW SX RE YT GG JE JM KY LC MS BM TC GU MP".split()
    of_code = {}
    for row in operators.read():
        for code in row.mccmnc:
            of_code.setdefault(code, []).append(row)
    assert [rows for rows in of_code.values() if len(rows) > 1 and not all(r.country in shared for r in rows)] == []


def test_no_row_names_a_carrier_by_a_word_of_every_title():
    words = (
        "network networks mobile telecom telecommunications wireless cellular limited communications carrier".split()
    )
    names = [(row.name, name) for row in operators.read() for name in (row.name, *row.aliases)]
    assert [pair for pair in names if pair[1].casefold().strip("!. ") in words] == []
    assert [
        pair for pair in names if pair[1].casefold().endswith((" network", " networks")) and pair[0] != pair[1]
    ] == []
