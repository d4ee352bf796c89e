"""Counts that senders made themselves, per minute and scope: kept as last said, and added to the sums once.

A later push of the same minute and scope replaces the earlier: what the sums hold of it is taken back, and what it
says now is added, in one transaction. The only writer of PushedMinute.
"""

import json
from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import connection

from monitors.core.delivery_times import SIZE, step_of
from monitors.core.pushed import ages_of
from monitors.models import PushedMinute, ReceiptSource
from monitors.receipts.base import Fault, MinuteReading
from monitors.services.counting import Counts, slot_of, store, take_back
from monitors.services.receipt_scopes import scope_of_minute

BATCH = 500
# A minute can be pushed again for a day (monitors.receipts.generic.OLDEST); a watch that begins weighs the last week.
KEEP = timedelta(days=8)
_KEEP_NEWEST = """
    INSERT INTO monitors_pushedminute AS t (source_id, scope_id, minute, said, said_at, is_waiting)
    VALUES (%s, %s, %s, %s, %s, true)
    ON CONFLICT (source_id, scope_id, minute) DO UPDATE
    SET said = excluded.said, said_at = excluded.said_at, is_waiting = true
    WHERE t.said_at <= excluded.said_at AND t.said <> excluded.said
"""

Said = dict[str, Any]


def take_in(source: ReceiptSource, minutes: Sequence[MinuteReading], said_at: datetime, now: datetime) -> None:
    """Keep what a push says; the last line of a push about one minute and scope counts."""
    rows = {(scope_of_minute(source.provider_id, one, now), one.minute): _said(one) for one in minutes}
    with connection.cursor() as cursor:
        cursor.executemany(
            _KEEP_NEWEST,
            [
                (source.id, *key, json.dumps(said), said_at)
                for key, said in sorted(rows.items(), key=lambda row: row[0])
            ],
        )


def _said(minute: MinuteReading) -> Said:
    times: Counter[int] = Counter()
    failures: Counter[tuple[str, str]] = Counter()
    for seconds, messages in minute.times:
        times[step_of(seconds)] += messages
    for failed in minute.failed:
        failures[failed.code, failed.fault.value] += failed.messages
    tells_time = bool(minute.times) or minute.in_time is not None
    return {
        "started": minute.started,
        "prompt": minute.started if minute.in_time is None else minute.in_time,
        "delivered": minute.delivered,
        "seconds": round(sum(seconds * messages for seconds, messages in minute.times)),
        "times": {str(step): number for step, number in sorted(times.items())},
        "ages": ages_of(minute.times, minute.delivered) if tells_time else None,
        "failures": [[code, fault, number] for (code, fault), number in sorted(failures.items())],
    }


def count_waiting(source: ReceiptSource) -> bool:
    """Add what waits of a source to the sums; return whether there was any. Call it with the source's row locked."""
    rows = list(
        PushedMinute.objects.select_for_update(of=("self",))
        .filter(source=source, is_waiting=True)
        .order_by("scope_id", "minute")[:BATCH]
    )
    if not rows:
        return False
    more, fewer = Counts(), Counts()
    for row in rows:
        _add(more, row, row.said)
        if row.counted:
            _add(fewer, row, row.counted)
        row.counted, row.is_waiting = row.said, False
    # All that will be taken back is locked by adding nothing to it first, in the order that everybody keeps.
    for key in fewer.failures:
        more.failures[key] += 0
    store(source.organization_id, more)
    take_back(source.organization_id, fewer)
    PushedMinute.objects.bulk_update(rows, ["counted", "is_waiting"])
    return True


def _add(counts: Counts, row: PushedMinute, said: Said) -> None:
    cell = (row.scope_id, row.minute)
    for name in ("started", "prompt", "delivered", "seconds"):
        counts.add(row.scope_id, row.minute, name, said[name])
    for step in range(SIZE):
        if said["times"].get(str(step)):
            counts.times[cell, step] += said["times"][str(step)]
    for code, fault, number in said["failures"]:
        if fault != Fault.SELF:
            counts.add(row.scope_id, row.minute, fault, number)
        counts.failures[(row.scope_id, slot_of(row.minute)), code, fault] += number


def prune(now: datetime) -> int:
    """Forget what was counted long ago; return how many rows went."""
    gone, _ = PushedMinute.objects.filter(minute__lt=now - KEEP, is_waiting=False).delete()
    return gone
