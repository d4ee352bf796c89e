"""Carriers by network code and by what a title said."""

from monitors.core.titles import CarrierRef
from monitors.models import Carrier


def carrier_by_mccmnc(code: str) -> Carrier | None:
    """Return the carrier whose network has a code ("44010"), the host before its brands; None for an unknown one."""
    found = list(Carrier.objects.filter(mccmnc__contains=[code]).order_by("id"))
    return next((row for row in found if row.host_id is None), found[0] if found else None)


def carrier_row(ref: CarrierRef) -> Carrier | None:
    """Return the row of a carrier that a title names; None without a country, or if our table lacks it."""
    return Carrier.objects.filter(name=ref.name, country=ref.country).first() if ref.country else None
