"""Claim the checks that fall due, each once, and take them over where they are run.

Two steps, both one statement, and each raises the monitor's fence: *claim* when a check is handed to
the queue, *take* when a worker starts it. So a message that arrives twice runs once, and the result
of a check that was given up and claimed anew is dropped.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from django.db import connection, transaction

from kit.clock import real
from monitors.core.schedule import MODULUS, MULTIPLIER
from monitors.models import HOME, Monitor

AHEAD_S = 2  # checks are claimed up to this many real seconds before their slot, and start in time
LEASE_MARGIN_S = 5  # beyond the check's own timeout: then it counts as lost, and is claimed again


class Claim(NamedTuple):
    """A check to make, as a message carries it."""

    monitor_id: int
    fence: int
    slot: datetime


@dataclass(frozen=True, slots=True)
class Check:
    """A check that this worker has taken."""

    monitor_id: int
    fence: int
    slot: datetime
    kind: str
    target: str
    options: Mapping[str, object]
    timeout_s: int
    region: int = HOME


# `origin` is slot 0 of a monitor; with it, date_bin gives the slots of monitors.core.schedule.
_CLAIM = """
    WITH due AS (
        SELECT id, next_check_at, interval_s * interval '1 second' AS every,
            'epoch'::timestamptz
                + id * %(multiplier)s %% %(modulus)s %% (interval_s * 1000) * interval '1 millisecond' AS origin
        FROM monitors_monitor
        WHERE NOT is_paused
          AND (leased_until IS NULL AND next_check_at <= %(horizon)s OR leased_until <= %(now)s)
        ORDER BY next_check_at
        LIMIT %(limit)s
        FOR NO KEY UPDATE SKIP LOCKED
    ), check_ AS (
        SELECT id, every, origin, CASE
            WHEN next_check_at <= %(horizon)s AND next_check_at > %(now)s - every THEN next_check_at
            ELSE date_bin(every, %(now)s, origin)  -- long overdue, or given up: once, not for each missed slot
        END AS slot
        FROM due
    )
    UPDATE monitors_monitor AS monitor
    SET fence = fence + 1,
        leased_until = greatest(slot, %(now)s) + (timeout_s + %(margin)s) * %(second_s)s * interval '1 second',
        next_check_at = date_bin(every, greatest(slot, %(now)s), origin) + every
    FROM check_
    WHERE monitor.id = check_.id
    RETURNING monitor.id, monitor.fence, slot
"""

# The rows are locked in order of their ids: two workers whose claims overlap, as one was given up, cannot wait
# for each other.
_TAKE = """
    WITH ours AS (
        SELECT monitor.id, slot
        FROM monitors_monitor AS monitor
        JOIN unnest(%(ids)s::bigint[], %(fences)s::int[], %(slots)s::timestamptz[]) AS claim (id, fence, slot)
            USING (id, fence)
        WHERE leased_until > %(now)s AND NOT is_paused
        ORDER BY monitor.id
        FOR NO KEY UPDATE OF monitor
    )
    UPDATE monitors_monitor AS monitor
    SET fence = fence + 1,
        leased_until = greatest(slot, %(now)s) + (timeout_s + %(margin)s) * %(second_s)s * interval '1 second'
    FROM ours
    WHERE monitor.id = ours.id
    RETURNING monitor.id, fence, slot
"""


def claim_due(*, now: datetime, limit: int = 1000) -> list[Claim]:
    """Claim at most `limit` checks that fall due until AHEAD_S from now; the most overdue first."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            _CLAIM,
            {
                "now": now,
                "horizon": now + real(AHEAD_S),
                "limit": limit,
                "margin": LEASE_MARGIN_S,
                "second_s": real(1).total_seconds(),
                "multiplier": MULTIPLIER,
                "modulus": MODULUS,
            },
        )
        return sorted((Claim(*row) for row in cursor.fetchall()), key=lambda claim: claim.slot)


def take(claims: Sequence[Claim], *, now: datetime) -> list[Check]:
    """Take over claimed checks to make them now; those that are no longer ours are left out."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            _TAKE,
            {
                "now": now,
                "margin": LEASE_MARGIN_S,
                "second_s": real(1).total_seconds(),
                "ids": [claim.monitor_id for claim in claims],
                "fences": [claim.fence for claim in claims],
                "slots": [claim.slot for claim in claims],
            },
        )
        taken = cursor.fetchall()
    monitors = Monitor.objects.only("kind", "target", "options", "timeout_s").in_bulk([row[0] for row in taken])
    return [
        Check(id_, fence, slot, monitor.kind, monitor.target, monitor.options, monitor.timeout_s)
        for id_, fence, slot in taken
        if (monitor := monitors.get(id_))
    ]
