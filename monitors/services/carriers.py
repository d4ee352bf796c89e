"""Load the table of carriers: make what is missing, follow what the table says now."""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from django.db import transaction
from django.utils.text import slugify

from monitors.models import Carrier

SHIPPED = Path(__file__).parent.parent / "catalogue" / "carriers.csv"


@dataclass(frozen=True, slots=True)
class Operator:
    """A line of the table. `host` is the operator whose network a brand or an MVNO uses, of the same country."""

    name: str
    country: str
    mccmnc: tuple[str, ...]
    aliases: tuple[str, ...]
    host: str

    @property
    def slug(self) -> str:
        return f"{slugify(self.name)[:70] or 'carrier'}-{self.country.lower()}"


def read(path: Path = SHIPPED) -> Iterator[Operator]:
    """Yield the operators of a table with the columns name, country, mccmnc, aliases, host."""
    with path.open(newline="", encoding="utf-8") as lines:
        for row in csv.DictReader(lines):
            aliases = tuple(alias for alias in row["aliases"].split(";") if alias)
            yield Operator(row["name"], row["country"], tuple(row["mccmnc"].split()), aliases, row["host"])


def load(path: Path = SHIPPED) -> int:
    """Make the table's rows true in the database and return how many were made or changed. Deletes none."""
    operators = list({operator.slug: operator for operator in read(path)}.values())
    with transaction.atomic():
        known = {row.slug: row for row in Carrier.objects.all()}
        changed = [
            Carrier(slug=o.slug, name=o.name, country=o.country, mccmnc=list(o.mccmnc), aliases=list(o.aliases))
            for o in operators
            if o.slug not in known or _differs(known[o.slug], o)
        ]
        Carrier.objects.bulk_create(
            changed,
            batch_size=500,
            update_conflicts=True,
            unique_fields=["slug"],
            update_fields=["name", "country", "mccmnc", "aliases"],
        )
        _link_hosts(operators)
    return len(changed)


def _differs(row: Carrier, operator: Operator) -> bool:
    return (row.name, row.country, tuple(row.mccmnc), tuple(row.aliases)) != (
        operator.name,
        operator.country,
        operator.mccmnc,
        operator.aliases,
    )


def _link_hosts(operators: list[Operator]) -> None:
    rows = {(row.name, row.country): row for row in Carrier.objects.all()}
    moved = []
    for operator in operators:
        row, host = rows[operator.name, operator.country], rows.get((operator.host, operator.country))
        if row.host_id != (host.id if host else None):
            row.host = host
            moved.append(row)
    Carrier.objects.bulk_update(moved, ["host"], batch_size=500)
