"""What is said of a scope when the watch no longer speaks of it."""

import pytest

from incidents.services.shared_words import Found, say
from monitors.core.cells import Cell
from monitors.models import DeliveryCount, SourceState
from monitors.services.scopes import scope_of_cell
from tests.factories import CarrierFactory, ComponentFactory, OrganizationFactory, ProviderFactory
from tests.incidents.scenes import at

pytestmark = pytest.mark.django_db


@pytest.fixture
def cells():
    """A component, a country of it and a carrier there, to which three organizations that share had messages."""
    provider = ProviderFactory()
    component = ComponentFactory(provider=provider, name="SMS", service="sms")
    docomo = CarrierFactory(name="NTT DOCOMO", country="JP")
    carrier = Cell(component.id, "JP", docomo.id)
    scope = scope_of_cell(provider.id, carrier)
    for organization in OrganizationFactory.create_batch(3, shares_counts_since=at(-1000)):
        DeliveryCount.objects.create(organization=organization, scope=scope, minute=at(0), started=40)
    return provider.id, carrier, Cell(component.id, "JP")


@pytest.mark.parametrize(
    ("first", "then", "reason"),
    [
        ("carrier", "country", "It is larger than this"),
        ("country", "carrier", "It is only a part of this"),
        ("carrier", None, "Messages arrive as usual again"),
    ],
)
def test_a_trouble_that_is_lifted_or_lowered_is_not_called_well(cells, first, then, reason):
    provider_id, carrier, country = cells
    places = {"carrier": carrier, "country": country}
    for minutes, name in ((1, first), (2, then)):
        found = [Found(places[name], 0.9, {"delivery": 5.0}, 5.0)] if name else []
        say(provider_id, found, now=at(minutes))
    over = SourceState.objects.get(scope=scope_of_cell(provider_id, places[first]))
    assert over.reason == f"{reason}, as several organizations' receipts show together."
