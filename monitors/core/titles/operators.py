"""The operators by every name that vendors give them, from catalogue/carriers.csv."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from monitors.catalogue import operators as catalogue
from monitors.catalogue.operators import Operator
from monitors.core.titles.readings import CarrierRef
from monitors.core.titles.words import heads_of, key_of, words_of

SHORTEST_MISSPELT = 5  # letters; shorter names are too near to each other


@dataclass(frozen=True, slots=True)
class Operators:
    """`by_key` has the operators of a name (see words.key_of), own names before aliases."""

    by_key: Mapping[str, Sequence[CarrierRef]]
    own_names: Mapping[str, str]
    hosts: Mapping[tuple[str, str], str]  # of (name, country): the host of a brand without codes of its own
    heads: frozenset[str]
    lower: frozenset[str]  # keys of names that their owners write in small letters: "ice", "du"

    def of(self, key: str, countries: Sequence[str]) -> list[CarrierRef]:
        """Return the operators of that name in these countries, at most one of each, own names first."""
        found: dict[str, CarrierRef] = {}
        for ref in self.by_key.get(key, ()):
            if ref.country in countries:
                found.setdefault(ref.country, ref)
        return [found[country] for country in countries if country in found]

    def countries(self, key: str) -> list[str]:
        return list(dict.fromkeys(ref.country for ref in self.by_key.get(key, ())))

    def near(self, key: str, countries: Sequence[str]) -> str:
        """Return the one name in these countries that `key` is a slip of the pen from, "" for none or several."""
        if len(key) < SHORTEST_MISSPELT:
            return ""
        found = {
            other: ref.name for other, refs in self.by_key.items() for ref in refs
            if ref.country in countries and _is_one_slip(key, other)
        }  # fmt: skip
        return next(iter(found)) if len(set(found.values())) == 1 else ""

    def name(self, key: str) -> str:
        """Return the name that stands for `key` where no country tells which operator it is: its own, or the usual one."""
        names = Counter(ref.name for ref in self.by_key.get(key, ()))
        return self.own_names.get(key) or max(names, key=names.__getitem__, default="")


def index(rows: Iterable[Operator]) -> Operators:
    """Index a table of operators. A brand without codes of its own is reached by its host's, a merger by its parts'."""
    rows = list(rows)
    codes = {(row.name, row.country): row.mccmnc for row in rows}
    merged: dict[tuple[str, str], list[str]] = {}
    for row in rows:
        merged.setdefault((row.host, row.country), []).extend(row.mccmnc)
    by_key: dict[str, list[CarrierRef]] = {}
    own_names: dict[str, str] = {}
    aliases = []
    for row in rows:
        of_others = codes.get((row.host, row.country)) or merged.get((row.name, row.country), [])
        ref = CarrierRef(row.name, row.country, row.mccmnc or tuple(of_others))
        own_names.setdefault(_key(ref.name), ref.name)
        by_key.setdefault(_key(ref.name), []).append(ref)
        aliases += [(_key(alias), ref) for alias in row.aliases]
    for key, ref in aliases:
        by_key.setdefault(key, []).append(ref)
    by_key.pop("", None)
    hosts = {(row.name, row.country): row.host for row in rows if row.is_hosted}
    lower = frozenset(_key(name) for row in rows for name in (row.name, *row.aliases) if name.islower())
    return Operators(by_key, own_names, hosts, heads_of(by_key), lower)


@cache
def shipped() -> Operators:
    return index(catalogue.shipped())


def _is_one_slip(one: str, other: str) -> bool:
    """Whether a letter more, a letter less, another letter or two letters swapped make the one from the other."""
    if abs(len(one) - len(other)) > 1 or one == other or other[:1] != one[:1]:
        return False
    short, long = sorted((one, other), key=len)
    at = next((i for i, (a, b) in enumerate(zip(short, long, strict=False)) if a != b), len(short))
    if len(short) < len(long):
        return short[at:] == long[at + 1 :]
    swapped = short[:at] + short[at : at + 2][::-1] + short[at + 2 :]
    return short[at + 1 :] == long[at + 1 :] or swapped == long


def _key(name: str) -> str:
    return key_of(words_of(name))
