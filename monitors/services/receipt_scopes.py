"""Which scope a receipt is about: the country of its number, and the carrier by what is most to be trusted.

First the network that the provider names (the number's network now), then the carrier that the sender names, then the
number's prefix. A network of another country than the number's is not the recipient's. Where a network is named that
our table lacks, a prefix is believed only in countries without portability; else the scope is the whole country.
"""

from datetime import datetime, timedelta

from monitors.core.numbers import NOWHERE, canonical_name, place_number, share_numbers
from monitors.models import Carrier, Provider
from monitors.receipts.base import MinuteReading, ReceiptReading
from monitors.services.scopes import component_for, scope_of

# What was found may be remembered: scopes are never deleted. What was not found may be added to our table of carriers.
_FORGET = timedelta(minutes=10)
_scopes: dict[tuple[int, str, str, str, str], tuple[int, datetime | None]] = {}
_MOST = 200_000


def scope_of_receipt(provider_id: int, reading: ReceiptReading, now: datetime) -> int:
    """Return the id of the scope that a receipt is about, made if it is new."""
    placed = NOWHERE if "@" in reading.to else place_number(reading.to)
    country = reading.country or placed.country
    prefix = (placed.carrier or "") if country == placed.country else ""
    if reading.network and placed.certainty != "certain":
        prefix = ""
    return _scope_id(provider_id, reading.service, country, reading.network, reading.carrier or prefix, now)


def scope_of_minute(provider_id: int, minute: MinuteReading, now: datetime) -> int:
    """Return the id of the scope that a sender's own counts are about, made if it is new."""
    return _scope_id(provider_id, minute.service, minute.country, minute.network, minute.carrier, now)


def _scope_id(provider_id: int, service: str, country: str, network: str, name: str, now: datetime) -> int:
    key = (provider_id, service, country, network, name)
    known, until = _scopes.get(key, (0, None))
    if known and (until is None or now < until):
        return known
    carrier = _carrier(country, network, name)
    provider = Provider.objects.get(id=provider_id)
    where = carrier.country if carrier else country
    scope = scope_of(provider, component=component_for(provider, service), country=where, carrier=carrier)
    is_lacking = (network or name) and not carrier
    if len(_scopes) >= _MOST:
        _scopes.clear()
    _scopes[key] = (scope.id, now + _FORGET if is_lacking else None)
    return scope.id


def _carrier(country: str, network: str, name: str) -> Carrier | None:
    if network:
        # Islands share a network's code: the row of the number's own country comes first.
        rows = sorted(
            Carrier.objects.filter(mccmnc__contains=[network]), key=lambda row: (row.country != country, row.id)
        )
        if rows and (not country or share_numbers(rows[0].country, country)):
            return rows[0]
    if name and country:
        known = canonical_name(name, country)
        return Carrier.objects.filter(name__in=(known, name), country=country).order_by("id").first()
    return None
