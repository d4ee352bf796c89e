"""The mobile operators of the world (carriers.csv): who they are, where, and under which codes and names.

A line is a brand in a country: its own name, its MCC-MNC codes, other spellings, and the host whose network it uses.
The host has the codes of a brand that is gone (Orange of the Dominican Republic, now Altice) and of an MVNO without
any. Sources, facts only: the public MCC-MNC assignments (ITU-T E.212, as listed by mcc-mnc-list 1.1.11, MIT), the
operators' names in phonenumbers (Apache-2.0), brands, mergers and hosts as publicly known,
and how vendors spell them. Checked against mobile-codes 0.7 (BSD). A code that we are not sure of is left out.
"""

import csv
from dataclasses import dataclass
from functools import cache
from pathlib import Path

SHIPPED = Path(__file__).parent / "carriers.csv"


@dataclass(frozen=True, slots=True)
class Operator:
    """A line of the table. `host` is the operator whose network a brand or an MVNO uses, of the same country."""

    name: str
    country: str
    mccmnc: tuple[str, ...]
    aliases: tuple[str, ...]
    host: str

    @property
    def is_hosted(self) -> bool:
        """Whether it has no codes of its own: a former brand, or an MVNO that is its host's network."""
        return bool(self.host) and not self.mccmnc


def read(path: Path = SHIPPED) -> list[Operator]:
    """Return the operators of a table with the columns name, country, mccmnc, aliases, host."""
    with path.open(newline="", encoding="utf-8") as lines:
        return [_operator(row) for row in csv.DictReader(lines)]


def _operator(row: dict[str, str]) -> Operator:
    aliases = tuple(alias for alias in row["aliases"].split(";") if alias)
    return Operator(row["name"], row["country"], tuple(row["mccmnc"].split()), aliases, row["host"])


@cache
def shipped() -> tuple[Operator, ...]:
    """The operators of the shipped table; read once per process."""
    return tuple(read())
