"""What everybody's evidence says minute by minute, as the detector over all organizations takes it.

Of deliveries only those of organizations that agreed to share counts, from the moment they did. Nothing here names a
message, a number or a person.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import connection
from django.db.models import Count, F, Min, Q, Sum

from accounts.models import Organization
from monitors.core.cells import Cell
from monitors.core.delivery import Minute
from monitors.models import DeliveryCount, Message, OfficialPostScope, Receipt, Report
from monitors.queries.counts import cell_of
from monitors.receipts import receipt_kinds

FEWEST_SENDERS = 3  # organizations behind anything that the public is told
FEWEST_MESSAGES = 50
FEWEST_COUNTED = 20  # messages that make a scope worth watching
MOST_CELLS = 1000  # per provider; the busiest
_COUNTED = Q(organization__shares_counts_since__lte=F("minute"))
_SHARING = Q(source__organization__shares_counts_since__lte=F("first_at"))
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


@dataclass(frozen=True, slots=True)
class SharedMessage:
    """A message of an organization that shares its counts. `ended_at` None: not yet. `outcome`: "delivered" or whose fault."""

    cell: Cell
    organization_id: int
    began_at: datetime
    ended_at: datetime | None
    outcome: str


def shared_messages(provider_id: int, since: datetime, until: datetime) -> list[SharedMessage]:
    """Return the shared messages of a provider that began or ended in [since, until)."""
    during = Q(first_at__gte=since, first_at__lt=until) | Q(final_at__gte=since, final_at__lt=until)
    rows = Message.objects.filter(_SHARING, during, source__provider_id=provider_id, scope__component__isnull=False)
    rows = rows.exclude(status="canceled")  # never tried
    names = ("source__organization_id", "source__kind", "first_at", "final_at", "status", "error_code")
    kinds = receipt_kinds()
    return [
        SharedMessage(
            cell=cell_of(component, country, carrier),
            organization_id=organization,
            began_at=first_at,
            ended_at=final_at,
            outcome="delivered" if status in ("delivered", "read") else str(kinds[kind].fault(code)),
        )
        for component, country, carrier, organization, kind, first_at, final_at, status, code in rows.values_list(
            *PARTS, *names
        ).iterator(chunk_size=10_000)
    ]


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
