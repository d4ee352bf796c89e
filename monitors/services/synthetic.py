"""Send messages at their owner's cost: never more often than they said, never beyond their cap, never one twice.

The order is what keeps the promise: the money is set aside by a row of its own, and committed, before anything is
sent. A process that dies in between has spent money on paper and sent nothing, and never the other way round.
"""

import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal

from django.db import transaction

from kit.clock import real
from monitors.models import OPEN_FATES, Fate, Monitor, SyntheticPlan, SyntheticSend
from monitors.probes.synthetic import Terms
from monitors.probes.synthetic_api import Progress
from monitors.queries.synthetic import spent_in_month
from monitors.services.options import opened

logger = logging.getLogger(__name__)

LOOK_AGAIN_S = 60.0  # at a plan that could not be followed just now
LOST_AFTER_S = 600.0  # real seconds beyond its time without a word: then nobody will know what became of it
AT_ONCE = 50
KEEP = timedelta(days=400)  # a year's bills can be compared with Twilio's


@dataclass(frozen=True, slots=True)
class Ours:
    """A message of ours, and what is needed to send it or to ask for it. The options hold its secret in the clear."""

    send_id: int
    at: datetime
    sid: str
    target: str
    terms: Terms
    options: Mapping[str, object] = field(repr=False)


def open_plan(monitor: Monitor, *, now: datetime) -> None:
    """Let a monitor's messages be planned; also after a change of its terms, which brings none forward."""
    SyntheticPlan.objects.update_or_create(monitor=monitor, defaults={"next_send_at": now, "capped_at": None})


def reserve_next(*, now: datetime) -> Ours | None:
    """Set aside the money for one message that is due, and return it to be sent at once; None if none is due.

    Each plan is looked at by one worker at a time. What may not be sent is looked at again later.
    """
    while True:
        with transaction.atomic():
            due = SyntheticPlan.objects.filter(next_send_at__lte=now, monitor__is_paused=False)
            locked = due.select_for_update(skip_locked=True, of=("self",)).select_related("monitor")
            plan = locked.order_by("next_send_at").first()
            if plan is None:
                return None
            send = _reserve(plan, Terms.of(plan.monitor.options), now)
            plan.save(update_fields=["next_send_at", "capped_at"])
        if send:
            return _ours(send, plan.monitor)


def _reserve(plan: SyntheticPlan, terms: Terms, now: datetime) -> SyntheticSend | None:
    """Move the plan on, and write the message that may be sent now, if any."""
    sends = SyntheticSend.objects.filter(monitor=plan.monitor_id)
    last = sends.order_by("-at").first()
    plan.next_send_at = now + real(LOOK_AGAIN_S)
    if not terms.is_on or (last and last.fate in OPEN_FATES):
        return None
    if last and last.at + terms.every > now:
        plan.next_send_at = last.at + terms.every
        return None
    spent = spent_in_month([plan.monitor_id], now=now).get(plan.monitor_id, Decimal(0))
    if spent + terms.price > terms.monthly_cap:
        plan.capped_at = plan.capped_at or now
        _judge_soon(plan.monitor_id, now)
        return None
    plan.capped_at, plan.next_send_at = None, now + terms.every
    return SyntheticSend.objects.create(monitor=plan.monitor, at=now, price=terms.price)


def under_way() -> list[Ours]:
    """Return messages that Twilio took, to be asked for; the oldest first."""
    rows = SyntheticSend.objects.filter(fate=Fate.TAKEN).select_related("monitor").order_by("at")[:AT_ONCE]
    return [_ours(row, row.monitor) for row in rows]


def record_refused(send_id: int, words: str, *, is_unsent: bool, now: datetime) -> None:
    """Note that a message was not taken. Its money is free again only if it surely was not sent (`is_unsent`)."""
    free = {"price": Decimal(0)} if is_unsent else {}
    _settle(send_id, Fate.REFUSED, words, now=now, **free)


def record_progress(ours: Ours, progress: Progress, *, now: datetime) -> None:
    """Note what Twilio says of a message. Late is not delivered, and a message is late only when it was asked for."""
    took_us = progress.took_us
    if took_us is None and progress.is_delivered:
        took_us = int((now - ours.at).total_seconds() * 1e6)
    within_us = int(ours.terms.within.total_seconds() * 1e6)
    if progress.is_delivered and took_us is not None and took_us <= within_us:
        _settle(ours.send_id, Fate.DELIVERED, progress.words, now=now, took_us=took_us)
    elif progress.is_delivered and took_us is not None:
        words = f"{progress.words} after {took_us / 1e6:.0f} s"
        _settle(ours.send_id, Fate.NOT_DELIVERED, words, now=now, took_us=took_us)
    elif progress.is_failed or (progress.sid and now > ours.at + ours.terms.within):
        _settle(ours.send_id, Fate.NOT_DELIVERED, progress.words, now=now)
    elif progress.is_taken:
        rows = SyntheticSend.objects.filter(id=ours.send_id, fate__in=OPEN_FATES)
        rows.update(fate=Fate.TAKEN, sid=progress.sid, words=progress.words)


def give_up_old(*, now: datetime) -> None:
    """Settle what nobody will ever know; after they were asked for, so that a pause of our own loses none."""
    rows = SyntheticSend.objects.filter(fate__in=OPEN_FATES, at__lt=now - real(LOST_AFTER_S))
    for send in rows.select_related("monitor"):
        within = Terms.of(send.monitor.options).within if send.fate == Fate.TAKEN else real(0)
        if send.at + within + real(LOST_AFTER_S) < now:
            logger.warning("The message %s of monitor %s is lost: %s", send.id, send.monitor_id, send.words)
            _settle(send.id, Fate.LOST, send.words, now=now)


def prune(now: datetime) -> int:
    """Forget messages whose way ended long ago; return how many rows went."""
    gone, _ = SyntheticSend.objects.filter(at__lt=now - KEEP).exclude(fate__in=OPEN_FATES).delete()
    return gone


def _settle(send_id: int, fate: Fate, words: str, *, now: datetime, **more: object) -> None:
    """End a message's way once, and have its monitor judged at once."""
    with transaction.atomic():
        send = SyntheticSend.objects.select_for_update().filter(id=send_id, fate__in=OPEN_FATES).first()
        if send is None:
            return
        SyntheticSend.objects.filter(id=send_id).update(fate=fate, words=words[:300], settled_at=now, **more)
        _judge_soon(send.monitor_id, now)


def _judge_soon(monitor_id: int, now: datetime) -> None:
    Monitor.objects.filter(id=monitor_id, is_paused=False).update(next_check_at=now)


def _ours(send: SyntheticSend, monitor: Monitor) -> Ours:
    options = opened(monitor.kind, monitor.options, monitor.id)
    return Ours(send.id, send.at, send.sid, monitor.target, Terms.of(options), options)
