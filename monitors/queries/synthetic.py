"""What is known of the messages that we send at an owner's cost."""

from collections.abc import Collection
from datetime import UTC, datetime
from decimal import Decimal

from django.db.models import Sum

from monitors.models import OPEN_FATES, SyntheticPlan, SyntheticSend


def month_of(now: datetime) -> datetime:
    """Return the start of the calendar month, UTC, whose money `now` is spent of."""
    return now.astimezone(UTC).replace(day=1, hour=0, minute=0, second=0, microsecond=0)


def spent_in_month(monitor_ids: Collection[int], *, now: datetime) -> dict[int, Decimal]:
    """Return what was spent or set aside this month, by monitor."""
    rows = SyntheticSend.objects.filter(monitor__in=monitor_ids, at__gte=month_of(now))
    return dict(rows.values_list("monitor_id").annotate(spent=Sum("price")).order_by())


def told(monitor_ids: Collection[int], *, now: datetime) -> dict[int, dict[str, object]]:
    """Return what became of monitors' messages, as monitors.probes.synthetic reads it. Four queries."""
    sends = SyntheticSend.objects.filter(monitor__in=monitor_ids)
    settled = sends.exclude(fate__in=OPEN_FATES).order_by("monitor_id", "-at").distinct("monitor_id")
    last = {send.monitor_id: send for send in settled}
    under_way = set(sends.filter(fate__in=OPEN_FATES).values_list("monitor_id", flat=True))
    spent = spent_in_month(monitor_ids, now=now)
    found: dict[int, dict[str, object]] = {}
    for plan in SyntheticPlan.objects.filter(monitor__in=monitor_ids):
        id_ = plan.monitor_id
        known: dict[str, object] = {
            "now": now.isoformat(),
            "is_under_way": id_ in under_way,
            "is_capped": plan.capped_at is not None,
            "spent": str(spent.get(id_, Decimal(0)).normalize()),
        }
        if send := last.get(id_):
            known |= {"fate": send.fate, "at": send.at.isoformat(), "words": send.words, "took_us": send.took_us}
        found[id_] = known
    return found
