"""What the words of a vendor's title say."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class CarrierRef:
    """An operator by our table's name for it. `country` is "" where the title leaves it open."""

    name: str
    country: str
    mccmnc: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class TitleReading:
    """`countries` are ISO 3166-1 alpha-2. `unplaced` are the names in the text that no table knows."""

    channels: tuple[str, ...] = ()
    countries: tuple[str, ...] = ()
    carriers: tuple[CarrierRef, ...] = ()
    regions: tuple[str, ...] = ()
    direction: str | None = None  # "outbound", "inbound", "both"
    failure: str = "none"
    number_types: tuple[str, ...] = ()
    subset: bool = False
    maintenance: bool = False
    retroactive: bool = False
    no_impact: bool = False
    unplaced: tuple[str, ...] = ()
