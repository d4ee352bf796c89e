"""Apply the receipts that came in to their messages, and count what became of them; forget them in time."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import partial

from django.db import connection, transaction

from monitors.core.receipts import Standing, apply
from monitors.models import Message, PushedMinute, Receipt, ReceiptSource
from monitors.receipts import receipt_kinds
from monitors.receipts.base import Fault
from monitors.services import pushed_minutes
from monitors.services.counting import Counts, store
from monitors.signals import readings_changed

BATCH = 500
KEEP_APPLIED = timedelta(days=7)
KEEP_MESSAGES = timedelta(days=30)


def newest_waiting() -> int | None:
    """Return the id of the newest receipt that waits; None: none does."""
    return Receipt.objects.filter(applied_at=None).order_by("-id").values_list("id", flat=True).first()


def apply_next(*, now: datetime, up_to: int | None = None) -> bool:
    """Apply the waiting receipts of one source, up to 500 of them; return whether there were any.

    The source's row is locked, so that one worker at a time counts it and its receipts keep their order.
    Receipts with an id above `up_to` are left for later: they never end while many come in.
    """
    with transaction.atomic():
        unapplied = Receipt.objects.filter(applied_at=None)
        if up_to is not None:
            unapplied = unapplied.filter(id__lte=up_to)
        waiting = unapplied.values("source")
        source = (
            ReceiptSource.objects.select_for_update(skip_locked=True, no_key=True).filter(id__in=waiting).order_by("id")
        ).first()
        if source is None:
            return False
        receipts = list(unapplied.filter(source=source).order_by("id")[:BATCH])
        if not receipts:
            return True
        _apply(source, receipts)
        ReceiptSource.objects.filter(id=source.id).update(last_receipt_at=max(receipt.at for receipt in receipts))
        Receipt.objects.filter(id__in=[receipt.id for receipt in receipts]).update(applied_at=now)
        _tell(source)
    return True


def _tell(source: ReceiptSource) -> None:
    transaction.on_commit(
        partial(
            readings_changed.send_robust,
            ReceiptSource,
            provider_id=source.provider_id,
            organization_id=source.organization_id,
        )
    )


def count_next_minutes(*, now: datetime) -> bool:
    """Count what waits of the minutes that one sender pushed; return whether there was any. As apply_next."""
    with transaction.atomic():
        waiting = PushedMinute.objects.filter(is_waiting=True).values("source")
        source = (
            ReceiptSource.objects.select_for_update(skip_locked=True, no_key=True).filter(id__in=waiting).order_by("id")
        ).first()
        if source is None:
            return False
        if pushed_minutes.count_waiting(source):
            ReceiptSource.objects.filter(id=source.id).update(last_receipt_at=now)
            _tell(source)
    return True


def _apply(source: ReceiptSource, receipts: Sequence[Receipt]) -> None:
    fault = receipt_kinds()[source.kind].fault
    ids = {receipt.message_id for receipt in receipts}
    messages = {m.message_id: m for m in Message.objects.filter(source=source, message_id__in=ids)}
    counts = Counts()
    fresh, moved = {}, {}
    for receipt in receipts:
        message = messages.get(receipt.message_id)
        if message is None:
            message = Message(
                source=source, message_id=receipt.message_id, scope_id=receipt.scope_id, rank=0, first_at=receipt.at
            )
            messages[receipt.message_id] = fresh[receipt.message_id] = message
            counts.add(receipt.scope_id, receipt.at, "started")
            before = Standing(receipt.at)
        else:
            before = Standing(
                message.first_at, message.status, message.rank, message.error_code, message.sent_at, message.final_at
            )
        whose = Fault(receipt.fault) if receipt.fault else fault(receipt.error_code)
        done = apply(before, receipt.status, receipt.error_code, receipt.at, whose)
        if not done.moved:
            continue
        after = done.standing
        message.status, message.rank, message.error_code = after.status, after.rank, after.error_code
        message.first_at, message.sent_at, message.final_at = after.first_at, after.sent_at, after.final_at
        moved[message.message_id] = message
        if done.is_prompt:
            counts.add(message.scope_id, after.first_at, "prompt")
        if done.outcome:
            message.outcome = done.outcome.kind
            counts.ended(message.scope_id, receipt.at, done.outcome, receipt.error_code)
    Message.objects.bulk_create(fresh.values())
    _move([message for key, message in moved.items() if key not in fresh])
    store(source.organization_id, counts)


_COLUMNS = {
    "status": "text",
    "rank": "smallint",
    "error_code": "text",
    "outcome": "text",
    "first_at": "timestamptz",
    "sent_at": "timestamptz",
    "final_at": "timestamptz",
}
_MOVE = f"""
UPDATE monitors_message AS message SET {", ".join(f"{name} = moved.{name}" for name in _COLUMNS)}
FROM unnest(%s::bigint[], {", ".join(f"%s::{kind}[]" for kind in _COLUMNS.values())}) AS moved (id, {", ".join(_COLUMNS)})
WHERE message.id = moved.id
"""  # noqa: S608 (made of the names above alone)


def _move(messages: Sequence[Message]) -> None:
    """Store where messages stand now: one statement, which Django's bulk_update is a slow spelling of."""
    if messages:
        columns = [[getattr(message, name) for message in messages] for name in ("id", *_COLUMNS)]
        with connection.cursor() as cursor:
            cursor.execute(_MOVE, columns)


def prune(now: datetime) -> int:
    """Delete receipts that were applied a week ago and messages that ended a month ago; return how many rows went."""
    receipts, _ = Receipt.objects.filter(applied_at__lt=now - KEEP_APPLIED).delete()
    messages, _ = Message.objects.filter(first_at__lt=now - KEEP_MESSAGES).delete()
    return receipts + messages + pushed_minutes.prune(now)
