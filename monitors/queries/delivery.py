"""What receipts say of an organization's messages."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Sum

from kit.countries import NAMES
from monitors.models import DeliveryCount, Scope


@dataclass(frozen=True, slots=True)
class DeliveryRow:
    """Messages to one scope in a span of time. `mean_seconds` is from the first receipt to delivery, None without any."""

    words: str
    started: int
    delivered: int
    outage: int
    ambiguous: int
    sender: int
    mean_seconds: float | None

    @property
    def delivered_share(self) -> float | None:
        """Of the messages that ended, the sender's own failures left out: 0.0 to 1.0."""
        ended = self.delivered + self.outage + self.ambiguous
        return self.delivered / ended if ended else None

    @property
    def unfinished(self) -> int:
        return max(0, self.started - self.delivered - self.outage - self.ambiguous - self.sender)


def delivery_table(organization_id: int, since: datetime, now: datetime) -> list[DeliveryRow]:
    """Return what became of the messages of a span per scope, the worst first. Two queries."""
    rows = DeliveryCount.objects.filter(organization_id=organization_id, minute__gte=since, minute__lte=now)
    sums = (Sum("started"), Sum("delivered"), Sum("outage"), Sum("ambiguous"), Sum("sender"), Sum("seconds"))
    counts = list(rows.order_by().values_list("scope").annotate(*sums))
    scopes = Scope.objects.select_related("component", "carrier").in_bulk([scope_id for scope_id, *_ in counts])
    table = [_row(scopes[scope_id], *sums) for scope_id, *sums in counts]
    return sorted(table, key=_trouble)


def _row(
    scope: Scope, started: int, delivered: int, outage: int, ambiguous: int, sender: int, seconds: int
) -> DeliveryRow:
    mean_seconds = seconds / delivered if delivered else None
    return DeliveryRow(scope_words(scope), started, delivered, outage, ambiguous, sender, mean_seconds)


def _trouble(row: DeliveryRow) -> tuple[float, int]:
    """Of what was sent, how little arrived: a carrier that delays everything has hardly a message that ended."""
    return row.delivered / max(1, row.started - row.sender), -row.started


def scope_words(scope: Scope) -> str:
    """Return a scope as "SMS · NTT DOCOMO · Japan"; what it does not narrow is left out."""
    service = scope.component.name if scope.component else ""
    carrier = scope.carrier.name if scope.carrier else ""
    return " · ".join(part for part in (service, carrier, NAMES.get(scope.country, scope.country)) if part)
