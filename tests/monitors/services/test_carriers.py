import pytest

from monitors.models import Carrier
from monitors.services import carriers


@pytest.mark.django_db
def test_loading_twice_changes_nothing_the_second_time():
    assert carriers.load() == len(list(carriers.read()))
    assert carriers.load() == 0


@pytest.mark.django_db
def test_a_brand_points_to_the_operator_whose_network_it_uses():
    carriers.load()
    assert Carrier.objects.get(name="Smartfren").host.name == "XLSMART"


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
    rows = list(carriers.read())
    assert [row.name for row in rows if len(row.country) != 2 or not row.country.isupper()] == []
    assert [row.name for row in rows if not all(c.isdigit() and len(c) in (5, 6) for c in row.mccmnc)] == []
    assert len({row.slug for row in rows}) == len(rows)
    names = {(row.name, row.country) for row in rows}
    assert [row.name for row in rows if row.host and (row.host, row.country) not in names] == []
