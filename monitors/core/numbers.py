"""Where a phone number is: its country for sure, its carrier by prefix as far as prefixes tell.

In countries with number portability a prefix names the carrier that was first given the number, not the one that
serves it now: that is "probable". Elsewhere it is "certain". Source: Google's libphonenumber; its names are mapped to
those of our table of operators, and a brand without codes of its own to the host that serves it.
"""

import re
import unicodedata
from dataclasses import dataclass
from functools import cache, lru_cache

from monitors.catalogue import operators
from monitors.catalogue.operators import Operator

_MARKS = re.compile(r"[^\w&+]|_")
# libphonenumber joins a brand and its network, a company and its brand: "Kcell/Activ", "Celtel (Tigo)", "4ka of SWAN".
_PARTS = re.compile(r"\s*/\s*|\s*\(\s*|\s*\)|\s+of\s+")


@dataclass(frozen=True, slots=True)
class Placement:
    """`country` is ISO 3166-1 alpha-2, "" for none; `carrier` None where nothing is known."""

    country: str
    carrier: str | None
    certainty: str  # "certain", "probable", "none"


NOWHERE = Placement("", None, "none")


@lru_cache(maxsize=50_000)
def place_number(number: str) -> Placement:
    """Return where an E.164 number is. What is no number (a short code, a word) is nowhere."""
    # Imported on first use: the tables take tens of megabytes, which only processes that place numbers should pay.
    import phonenumbers
    from phonenumbers import carrier

    try:
        parsed = phonenumbers.parse(number, None)
    except phonenumbers.NumberParseException:
        return NOWHERE
    country = phonenumbers.region_code_for_number(parsed) or ""
    if not country:
        return NOWHERE
    name = carrier.name_for_number(parsed, "en")
    if not name:
        return Placement(country, None, "none")
    portable = phonenumbers.is_mobile_number_portable_region(country)
    return Placement(country, canonical_name(name, country), "probable" if portable else "certain")


@lru_cache(maxsize=5_000)
def canonical_name(name: str, country: str) -> str:
    """Return our name for the operator that libphonenumber calls `name` in a country; its name where we have none."""
    for part in (name, *(part for part in _PARTS.split(name) if part)):
        operator = _by_name().get((_key(part), country)) or _shortened(part, country)
        if operator:
            return operator.host if operator.is_hosted else operator.name
    return name


def _shortened(name: str, country: str) -> Operator | None:
    """The operator whose own name a longer one begins with: "Telenor Norge", "Lebara France Limited"."""
    words = name.split()
    for end in range(len(words) - 1, 0, -1):
        operator = _by_name().get((_key(" ".join(words[:end])), country))
        if operator and len(operator.name) >= 3 and _key(operator.name) == _key(" ".join(words[:end])):
            return operator
    return None


@cache
def _by_name() -> dict[tuple[str, str], Operator]:
    """Operators by name and country; where two share a name, the one that is called so itself."""
    by_alias = {(_key(alias), o.country): o for o in operators.shipped() for alias in o.aliases}
    return by_alias | {(_key(o.name), o.country): o for o in operators.shipped()}


def _key(name: str) -> str:
    return _MARKS.sub("", unicodedata.normalize("NFKD", name).casefold())


@lru_cache(maxsize=5_000)
def share_numbers(country: str, other: str) -> bool:
    """Return whether two countries have one calling code, so that a number of one may be served in the other."""
    import phonenumbers

    codes = {phonenumbers.country_code_for_region(country), phonenumbers.country_code_for_region(other)}
    return country == other or (len(codes) == 1 and codes != {0})
