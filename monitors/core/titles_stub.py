"""Stands in for monitors.core.titles until that exists. Delete it then."""

import re
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class CarrierRef:
    name: str
    country: str
    mccmnc: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class TitleReading:
    channels: tuple[str, ...] = ()
    countries: tuple[str, ...] = ()
    carriers: tuple[CarrierRef, ...] = ()
    regions: tuple[str, ...] = ()
    failure: str = ""
    maintenance: bool = False
    unplaced: tuple[str, ...] = ()


_COUNTRIES = {
    "japan": "JP",
    "indonesia": "ID",
    "brazil": "BR",
    "canada": "CA",
    "united states": "US",
    "mozambique": "MZ",
}
_CARRIERS = {"docomo": ("NTT DOCOMO", "JP"), "smartfren": ("Smartfren", "ID"), "claro brazil": ("Claro", "BR")}


def read_title(title: str, body: str = "") -> TitleReading:
    words = title.lower()
    return TitleReading(
        channels=tuple(c for c in ("sms", "mms", "voice", "verify") if re.search(rf"\b{c}\b", words)),
        countries=tuple(code for name, code in _COUNTRIES.items() if name in words),
        carriers=tuple(CarrierRef(*ref) for name, ref in _CARRIERS.items() if name in words),
        failure="delay" if "delay" in words else "",
        maintenance="maintenance" in words,
    )
