"""What everybody's evidence says minute by minute, as the detector over all organizations takes it.

Of deliveries only those of organizations that agreed to share counts, from the moment they did. Nothing here names a
message, a number or a person.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from django.db import connection
from django.db.models import Count, F, Min, Q, Sum

from accounts.models import Organization
from monitors.core.cells import Cell
from monitors.core.delivery import Minute
from monitors.core.pushed import Weighed, weighed
from monitors.models import DeliveryCount, OfficialPostScope, Receipt, Report, Scope
from monitors.queries.counts import cell_of

FEWEST_SENDERS = 3  # organizations behind anything that the public is told
FEWEST_MESSAGES = 50
FEWEST_COUNTED = 20  # messages that make a scope worth watching
MOST_CELLS = 1000  # per provider; the busiest
_COUNTED = Q(organization__shares_counts_since__lte=F("minute"))
PARTS = ("scope__component_id", "scope__country", "scope__carrier_id")


def shared_cells(since: datetime) -> dict[int, list[Cell]]:
    """Return {provider id: the narrowest scopes in which its shared messages were counted}, in a fixed order.

    Providers with fewer than FEWEST_SENDERS sharing organizations are left out: nothing may be said of them.
    """
    rows = (
        DeliveryCount.objects.filter(_COUNTED, minute__gte=since, scope__component__isnull=False)
        .order_by()
        .values_list("scope__provider_id", *PARTS)
    )
    senders = rows.values_list("scope__provider_id").annotate(n=Count("organization", distinct=True))
    watched = {provider for provider, n in senders if n >= FEWEST_SENDERS}
    found: dict[int, list[Cell]] = {}
    counted = rows.annotate(total=Sum("started")).filter(total__gte=FEWEST_COUNTED, scope__provider__in=watched)
    for provider, *cell, _ in counted.order_by("-total", *PARTS):
        if len(own := found.setdefault(provider, [])) < MOST_CELLS:
            own.append(cell_of(*cell))
    return {provider: sorted(own) for provider, own in found.items()}


def sharing() -> set[int]:
    """Return the ids of the organizations that share their counts."""
    return set(Organization.objects.filter(shares_counts_since__isnull=False).values_list("id", flat=True))


def first_shared(since: datetime) -> dict[int, datetime]:
    """Return {provider id: the first minute since then that has shared messages}."""
    rows = DeliveryCount.objects.filter(_COUNTED, minute__gte=since).order_by()
    return dict(rows.values_list("scope__provider_id").annotate(Min("minute")))


class SharedMessages(NamedTuple):
    """Messages of one organization that began, and ended, in the same minutes in the same way. Minutes since 1970, UTC.

    `ended` None: not yet. `outcome`: "delivered" or whose fault it is.
    """

    cell: Cell
    organization_id: int
    began: int
    ended: int | None
    outcome: str
    number: int


_SHARED_MESSAGES = """
    WITH scopes AS (SELECT id FROM monitors_scope WHERE provider_id = %(provider)s AND component_id IS NOT NULL)
    SELECT m.scope_id, s.organization_id, floor(extract(epoch FROM m.first_at) / 60)::int,
        CASE WHEN m.outcome <> '' THEN floor(extract(epoch FROM m.final_at) / 60)::int END, m.outcome, count(*)
    FROM monitors_message m
    JOIN monitors_receiptsource s ON s.id = m.source_id
    JOIN accounts_organization o ON o.id = s.organization_id AND o.shares_counts_since <= m.first_at
    WHERE (m.first_at >= %(since)s AND m.first_at < %(until)s OR m.final_at >= %(since)s AND m.final_at < %(until)s)
        AND s.provider_id = %(provider)s AND m.scope_id IN (TABLE scopes) AND m.status <> 'canceled'
    GROUP BY 1, 2, 3, 4, 5
"""


def shared_messages(provider_id: int, since: datetime, until: datetime) -> list[SharedMessages]:
    """Return the shared messages of a provider that began or ended in [since, until). What was never tried is none."""
    cells = _cells(provider_id)
    with connection.cursor() as cursor:
        cursor.execute(_SHARED_MESSAGES, {"provider": provider_id, "since": since, "until": until})
        return [
            SharedMessages(cells[scope], organization, began, ended, outcome, number)
            for scope, organization, began, ended, outcome, number in cursor.fetchall()
        ]


class PushedMessages(NamedTuple):
    """What one organization's own pipeline counted of a cell in a minute; minutes since 1970, UTC."""

    cell: Cell
    organization_id: int
    minute: int
    weighed: Weighed


_PUSHED = """
    SELECT p.scope_id, s.organization_id, floor(extract(epoch FROM p.minute) / 60)::int, p.said
    FROM monitors_pushedminute p
    JOIN monitors_receiptsource s ON s.id = p.source_id
    JOIN accounts_organization o ON o.id = s.organization_id AND o.shares_counts_since <= p.minute
    WHERE p.minute >= %s AND p.minute < %s AND s.provider_id = %s
    ORDER BY p.minute, p.id
"""


def pushed_messages(provider_id: int, since: datetime, until: datetime) -> list[PushedMessages]:
    """Return what sharing organizations pushed of a provider's minutes in [since, until), as they last said it."""
    cells = _cells(provider_id)
    with connection.cursor() as cursor:
        cursor.execute(_PUSHED, [since, until, provider_id])
        return [
            PushedMessages(cells[scope], organization, minute, weighed(json.loads(said)))
            for scope, organization, minute, said in cursor.fetchall()
        ]


def _cells(provider_id: int) -> dict[int, Cell]:
    parts = Scope.objects.filter(provider_id=provider_id).values_list("id", "component_id", "country", "carrier_id")
    return {id_: cell_of(component, country, carrier) for id_, component, country, carrier in parts}


def oldest_unapplied() -> datetime | None:
    """Return when the oldest receipt came in that is not counted yet."""
    return Receipt.objects.filter(applied_at=None).order_by("id").values_list("at", flat=True).first()


@dataclass(frozen=True, slots=True)
class SharedReport:
    cell: Cell
    network: str
    at: datetime


def counted_reports(provider_id: int, since: datetime, until: datetime) -> list[SharedReport]:
    """Return the reports that count about a provider, oldest first."""
    rows = Report.objects.filter(provider_id=provider_id, is_counted=True, at__gte=since, at__lt=until)
    return [
        SharedReport(cell_of(*cell), network, at)
        for *cell, network, at in rows.order_by("at").values_list(*PARTS, "network", "at")
    ]


@dataclass(frozen=True, slots=True)
class Posted:
    """A scope that a vendor's post put in trouble; `until` None: it still does."""

    cell: Cell
    since: datetime
    until: datetime | None


def posts_of(provider_id: int, since: datetime, until: datetime) -> list[Posted]:
    """Return what a provider's own incident posts said in [since, until), from when we had read them."""
    rows = OfficialPostScope.objects.filter(
        Q(post__resolved_at=None) | Q(post__resolved_at__gte=since),
        Q(post__gone_at=None) | Q(post__gone_at__gte=since),
        post__provider_id=provider_id,
        post__kind="incident",
        post__first_seen_at__lt=until,
        scope__component__isnull=False,
    )
    names = ("post__first_seen_at", "post__resolved_at", "post__gone_at")
    return [
        Posted(cell_of(*cell), seen, resolved or gone)
        for *cell, seen, resolved, gone in rows.values_list(*PARTS, *names)
    ]


@dataclass(frozen=True, slots=True)
class Shared:
    """The shared counts of one scope: how many organizations they are of, and the minutes that had any."""

    organizations: int
    messages: int
    minutes: Sequence[Minute]

    @property
    def may_be_told(self) -> bool:
        """Whether enough senders and messages are behind it that nothing is said of any one of them."""
        return self.organizations >= FEWEST_SENDERS and self.messages >= FEWEST_MESSAGES


_SHARED = """
    SELECT c.minute, sum(c.started), sum(c.prompt), sum(c.delivered), sum(c.outage + c.ambiguous), sum(c.sender),
        array_agg(DISTINCT c.organization_id)
    FROM monitors_deliverycount c
    JOIN monitors_scope scope ON scope.id = c.scope_id
    JOIN accounts_organization o ON o.id = c.organization_id AND o.shares_counts_since <= c.minute
    WHERE scope.provider_id = %s AND scope.component_id = %s AND %s IN ('', scope.country)
        AND (%s = 0 OR scope.carrier_id = %s) AND c.minute >= %s AND c.minute < %s
    GROUP BY c.minute ORDER BY c.minute
"""


def shared_counts(provider_id: int, cell: Cell, since: datetime, until: datetime) -> Shared:
    """Return what sharing organizations counted in a scope and all that it holds, in minutes of [since, until)."""
    with connection.cursor() as cursor:
        cursor.execute(
            _SHARED,
            [provider_id, cell.component_id, cell.country, cell.carrier_id, cell.carrier_id, since, until],
        )
        rows = cursor.fetchall()
    minutes = [Minute(at, *map(int, counts)) for at, *counts, _ in rows]
    organizations = {id_ for *_, ids in rows for id_ in ids}
    return Shared(len(organizations), sum(minute.started for minute in minutes), minutes)
