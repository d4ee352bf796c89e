"""What the public's pages of countries and carriers show."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q, QuerySet

from incidents.queries.naming import country_name
from monitors.models import Carrier, Scope
from pages.queries import visible
from pages.queries.record import Record, record
from pages.queries.trouble import Place, Trouble, incidents_of, places, posts_of, troubles

MOST_BRANDS = 30


@dataclass(frozen=True, slots=True)
class PlacePage:
    """A country's or a carrier's page. `wider` is the trouble of a carrier's whole country; `places` its carriers'."""

    code: str
    name: str
    troubles: tuple[Trouble, ...]
    wider: tuple[Trouble, ...]
    places: tuple[Place, ...]
    record: Record
    carrier: Carrier | None = None
    brands: tuple[Carrier, ...] = ()

    @property
    def providers(self) -> int:
        """How many providers have trouble here now."""
        return len({one.provider_slug for one in (*self.troubles, *self.wider)})


def country_page(code: str, now: datetime, *, month: str, number: str) -> PlacePage:
    """Return the page of a country by ISO 3166-1 alpha-2 in capitals, in a fixed number of queries."""
    scopes = in_country(code)
    return PlacePage(
        code=code,
        name=country_name(code),
        troubles=tuple(troubles(scopes)),
        wider=(),
        places=tuple(place for place in places(scopes, now) if place.slug),
        record=record(incidents_of(scopes), posts_of(scopes), month=month, number=number),
    )


def carrier_page(carrier: Carrier, now: datetime, *, month: str, number: str) -> PlacePage:
    """Return the page of a carrier that was loaded with its host, in a fixed number of queries."""
    scopes = visible.scopes().filter(carrier=carrier)
    return PlacePage(
        code=carrier.country,
        name=carrier.name,
        troubles=tuple(troubles(scopes)),
        wider=tuple(troubles(visible.scopes().filter(country=carrier.country, carrier=None))),
        places=(),
        record=record(incidents_of(scopes), posts_of(scopes), month=month, number=number),
        carrier=carrier,
        brands=tuple(carrier.brands.order_by("name")[:MOST_BRANDS]),
    )


def in_country(code: str) -> "QuerySet[Scope]":
    """Return the scopes that are about a country, or about a carrier of it."""
    return visible.scopes().filter(Q(country=code) | Q(carrier__country=code))


def countries(now: datetime) -> list[Place]:
    """Return the countries that something happened to in 90 days, trouble first. Three queries."""
    return places(visible.scopes(), now, carriers=False)
