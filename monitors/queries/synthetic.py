"""What is known of the messages that we send at an owner's cost."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal

from django.db.models import Sum

from monitors.models import OPEN_FATES, Fate, Monitor, SyntheticPlan, SyntheticSend
from monitors.probes import probe_kinds
from monitors.probes.synthetic import Terms

SHOWN = 20
_WORDS = {
    Fate.RESERVED: "Being sent",
    Fate.TAKEN: "Under way",
    Fate.DELIVERED: "Delivered",
    Fate.NOT_DELIVERED: "Not delivered in time",
    Fate.REFUSED: "Not taken",
    Fate.LOST: "Not known",
}


@dataclass(frozen=True, slots=True)
class MessageLine:
    """One message. `took_s` is seconds, or None where it was not delivered; `price` is in the owner's currency."""

    at: datetime
    what: str
    took_s: float | None
    price: Decimal
    words: str


@dataclass(frozen=True, slots=True)
class MessagesPage:
    """`next_at` is None where nothing is sent: because nobody said so, or because this month's money is spent."""

    is_on: bool
    is_capped: bool
    next_at: datetime | None
    spent: Decimal
    cap: Decimal
    messages: Sequence[MessageLine]  # newest first


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


def messages_page(monitor: Monitor, *, now: datetime) -> MessagesPage | None:
    """Return what a monitor has sent and spent, or None for one that sends nothing. Three queries."""
    plan = SyntheticPlan.objects.filter(monitor=monitor).first() if probe_kinds()[monitor.kind].is_sending else None
    if plan is None:
        return None
    terms, is_capped = Terms.of(monitor.options), plan.capped_at is not None
    rows = SyntheticSend.objects.filter(monitor=monitor).order_by("-at")[:SHOWN]
    will_send = terms.is_on and not is_capped and not monitor.is_paused
    return MessagesPage(
        is_on=terms.is_on,
        is_capped=is_capped,
        next_at=plan.next_send_at if will_send else None,
        spent=_plain(spent_in_month([monitor.id], now=now).get(monitor.id, Decimal(0))),
        cap=_plain(terms.monthly_cap),
        messages=[_line(row) for row in rows],
    )


def _line(row: SyntheticSend) -> MessageLine:
    took_s = None if row.took_us is None else row.took_us / 1e6
    return MessageLine(row.at, _WORDS[Fate(row.fate)], took_s, _plain(row.price), row.words)


def _plain(amount: Decimal) -> Decimal:
    """Return an amount without the zeros that the database adds, and with at least its cents."""
    short = amount.normalize()
    return short if -int(short.as_tuple().exponent) > 2 else short.quantize(Decimal("0.01"))
