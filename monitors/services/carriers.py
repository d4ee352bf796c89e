"""Load the table of carriers: make what is missing, follow what the table says now."""

from collections.abc import Sequence
from pathlib import Path

from django.db import transaction
from django.utils.text import slugify

from monitors.catalogue import operators as catalogue
from monitors.catalogue.operators import Operator
from monitors.models import Carrier


def slug_of(operator: Operator) -> str:
    """Return the slug of an operator; no two of the shipped table share one."""
    return f"{slugify(operator.name)[:70] or 'carrier'}-{operator.country.lower()}"


def load(path: Path = catalogue.SHIPPED) -> int:
    """Make the table's rows true in the database and return how many were made or changed. Deletes none."""
    operators = list({slug_of(operator): operator for operator in catalogue.read(path)}.values())
    with transaction.atomic():
        known = {row.slug: row for row in Carrier.objects.all()}
        changed = [_row(o) for o in operators if slug_of(o) not in known or _differs(known[slug_of(o)], o)]
        Carrier.objects.bulk_create(
            changed,
            batch_size=500,
            update_conflicts=True,
            unique_fields=["slug"],
            update_fields=["name", "country", "mccmnc", "aliases"],
        )
        _link_hosts(operators)
    return len(changed)


def _row(operator: Operator) -> Carrier:
    return Carrier(
        slug=slug_of(operator),
        name=operator.name,
        country=operator.country,
        mccmnc=list(operator.mccmnc),
        aliases=list(operator.aliases),
    )


def _differs(row: Carrier, operator: Operator) -> bool:
    return (row.name, row.country, tuple(row.mccmnc), tuple(row.aliases)) != (
        operator.name,
        operator.country,
        operator.mccmnc,
        operator.aliases,
    )


def _link_hosts(operators: Sequence[Operator]) -> None:
    rows = {(row.name, row.country): row for row in Carrier.objects.all()}
    moved = []
    for operator in operators:
        row, host = rows[operator.name, operator.country], rows.get((operator.host, operator.country))
        if row.host_id != (host.id if host else None):
            row.host = host
            moved.append(row)
    Carrier.objects.bulk_update(moved, ["host"], batch_size=500)
