"""The countries by every name that vendors give them.

From ISO 3166-1 and kit.countries; names, people and places that vendors use for them in catalogue/countries.csv.
"""

import csv
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from kit.countries import NAMES
from monitors.core.titles.words import heads_of, key_of, words_of

SHIPPED = Path(__file__).parents[2] / "catalogue" / "countries.csv"
# Names that are two countries': only what else the title says can tell which.
SHARED = {"congo": ("CD", "CG"), "virginislands": ("VG", "VI")}
# Which of the two is meant beside another country.
NEIGHBOURS = {"virginislands": {"PR": "VI", "GU": "VI", "US": "VI", "AI": "VG"}}
# Shorter names, usual although the other country of that name exists.
USUAL = {"korea": "KR", "korean": "KR"}
# As a word of its own it is English ("contact us") unless written in capitals.
CAPITALS = {"us": "US"}
# In a row with another country these are countries too ("US, CA and PR"); others are words or operators ("IT", "EE").
IN_A_ROW = frozenset({"AU", "BR", "CA", "DE", "ES", "FR", "GB", "HK", "JP", "MX", "NZ", "PR", "SG", "VI", "ZA"})
# These follow a people's name where it means their language or their feast.
OF_LANGUAGE = {
    "language",
    "languages",
    "speech",
    "transcription",
    "transcriptions",
    "voices",
    "text",
    "translation",
    "tts",
    "new",  # "Chinese New Year"
}


@dataclass(frozen=True, slots=True)
class CountryNames:
    """Keys (see words.key_of) of names to alpha-2; peoples' names apart, as they also name languages."""

    names: Mapping[str, str]
    people: Mapping[str, str]
    heads: frozenset[str]


def index(rows: Iterable[Mapping[str, str]]) -> CountryNames:
    names = {_key(name): code for code, name in NAMES.items() if code != "CG"}  # there "Congo", which is two
    people: dict[str, str] = {}
    for row in rows:
        for name in (row["name"], *_list(row["names"]), *_list(row["places"])):
            names[_key(name)] = row["code"]
        people |= {_key(name): row["code"] for name in _list(row["people"])}
    names |= USUAL
    people = {key: code for key, code in people.items() if key not in names}
    return CountryNames(names, people, heads_of([*names, *people, *SHARED, *CAPITALS]))


@cache
def shipped() -> CountryNames:
    with SHIPPED.open(newline="", encoding="utf-8") as lines:
        return index(csv.DictReader(lines))


def _key(name: str) -> str:
    return key_of(words_of(name))


def _list(cell: str) -> list[str]:
    return [name for name in cell.split(";") if name]
