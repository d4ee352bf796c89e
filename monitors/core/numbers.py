"""Where a phone number is: its country for sure, its carrier by prefix as far as prefixes tell.

In countries with number portability a prefix names the carrier that was first given the number, not the one that
serves it now: that is "probable". Elsewhere it is "certain". Source: Google's libphonenumber.
"""

from dataclasses import dataclass
from functools import lru_cache

# Names of libphonenumber that are not the operator's own.
CANONICAL = {
    ("NTT Docomo", "JP"): "NTT DOCOMO",
    ("Docomo", "JP"): "NTT DOCOMO",
    ("Softbank", "JP"): "SoftBank",
    ("Indosat Ooredoo", "ID"): "Indosat",
    ("XL", "ID"): "XL Axiata",
}


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
    return Placement(country, CANONICAL.get((name, country), name), "probable" if portable else "certain")
