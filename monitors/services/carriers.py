"""Load the table of carriers: make what is missing, follow what the table says now, and place again what it lacked."""

from collections.abc import Sequence
from pathlib import Path

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.text import slugify

from monitors.catalogue import operators as catalogue
from monitors.catalogue.operators import Operator
from monitors.models import Carrier, Feed, FeedDocument, OfficialPost
from monitors.services.placing import Placer


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


def place_again() -> int:
    """Read the stored posts anew whose words no table knew, and return how many that changed. Safe to repeat."""
    unplaced = OfficialPost.objects.filter(Q(is_placed=False) | ~Q(unplaced=[]))
    feeds = unplaced.order_by("feed_id").values_list("feed_id", flat=True).distinct()
    return sum(_place_again(feed_id, unplaced) for feed_id in list(feeds))


@transaction.atomic
def _place_again(feed_id: int, unplaced: QuerySet[OfficialPost]) -> int:
    feed = Feed.objects.select_related("provider").select_for_update(of=("self",), no_key=True).get(id=feed_id)
    placer = Placer(feed.provider)
    changed = [post for post in unplaced.filter(feed=feed).order_by("id") if placer.place_again(post)]
    if any(post.resolved_at is None and post.gone_at is None for post in changed):
        # What an open post says of its new scopes is observed with the next poll, which has to read it in full.
        FeedDocument.objects.filter(feed=feed).update(etag="", last_modified="", digest="")
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
