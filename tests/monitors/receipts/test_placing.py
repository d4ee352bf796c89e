"""Which country and carrier a receipt is about, by what is most to be trusted."""

from datetime import timedelta

import pytest

from kit.clock import clock
from monitors.models import Carrier, Scope
from monitors.receipts.base import ReceiptReading
from monitors.services import receipt_scopes
from tests.factories import CarrierFactory, ProviderFactory

pytestmark = pytest.mark.django_db
JAPAN, INDONESIA, GUERNSEY, US = "+818012345678", "+628121234567", "+447911123456", "+14155550100"


@pytest.fixture(autouse=True)
def carriers(monkeypatch):
    monkeypatch.setattr(receipt_scopes, "_scopes", {})
    CarrierFactory(name="NTT DOCOMO", country="JP", mccmnc=["44010"])
    CarrierFactory(name="KDDI", country="JP", mccmnc=["44050"])
    CarrierFactory(name="Telkomsel", country="ID", mccmnc=["51010"])
    CarrierFactory(name="EE", country="GB", mccmnc=["23430"])
    CarrierFactory(name="Digicel", country="BL", mccmnc=["34020"])
    CarrierFactory(name="Digicel", country="MQ", mccmnc=["34020"])


def place(provider=None, now=None, **reading):
    reading = ReceiptReading("m", "sent", **{"to": "", **reading})
    scope = Scope.objects.get(
        id=receipt_scopes.scope_of_receipt((provider or ProviderFactory()).id, reading, now or clock())
    )
    return scope.country, scope.carrier.name if scope.carrier else ""


@pytest.mark.parametrize(
    ("reading", "expected"),
    [
        ({"to": JAPAN}, ("JP", "NTT DOCOMO")),
        ({"to": JAPAN, "network": "44050"}, ("JP", "KDDI")),  # ported: the network of today
        ({"to": JAPAN, "network": "44099"}, ("JP", "")),  # some other network, so not the prefix's
        ({"to": INDONESIA, "network": "51099"}, ("ID", "Telkomsel")),  # nobody is ported there
        ({"to": INDONESIA, "network": "44010"}, ("ID", "Telkomsel")),  # a network of elsewhere is the sender's
        ({"to": US, "network": "44010"}, ("US", "")),
        ({"to": GUERNSEY, "network": "23430"}, ("GB", "EE")),  # one numbering plan
        ({"to": "", "network": "44050"}, ("JP", "KDDI")),
        ({"to": "+596696123456", "network": "34020"}, ("MQ", "Digicel")),  # one code on several islands
        ({"to": "", "network": "34020"}, ("BL", "Digicel")),
        ({"to": "", "country": "JP", "carrier": "au"}, ("JP", "KDDI")),
        ({"to": "", "country": "JP", "carrier": "Nobody Mobile"}, ("JP", "")),
        ({"to": "", "country": "", "carrier": "KDDI"}, ("", "")),
        ({"to": JAPAN, "country": "ID"}, ("ID", "")),  # the sender knows where it went, the prefix does not
        ({"to": "+818012345678@docomo.ne.jp", "service": "email"}, ("", "")),
        ({"to": "12345"}, ("", "")),
        ({"to": "nonsense"}, ("", "")),
    ],
)
def test_a_receipt_is_about(reading, expected):
    assert place(**reading) == expected


def test_what_our_table_lacked_is_looked_for_again_later():
    provider, now = ProviderFactory(), clock()
    assert place(provider, now, to=JAPAN, network="44011") == ("JP", "")
    Carrier.objects.create(slug="rakuten-jp", name="Rakuten Mobile", country="JP", mccmnc=["44011"])
    assert place(provider, now + timedelta(minutes=9), to=JAPAN, network="44011") == ("JP", "")
    assert place(provider, now + timedelta(minutes=10), to=JAPAN, network="44011") == ("JP", "Rakuten Mobile")


def test_what_is_known_is_not_asked_for_again(django_assert_num_queries):
    provider, now = ProviderFactory(), clock()
    place(provider, now, to=JAPAN)
    with django_assert_num_queries(0):
        receipt_scopes.scope_of_receipt(provider.id, ReceiptReading("m2", "sent", JAPAN), now)
