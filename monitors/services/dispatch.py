"""Claim the checks that fall due, each once, and keep them while they are made.

A claim is a lease, and raises the monitor's fence: only the result of the latest claim counts. Leases are
short and renewed while a check is under way, so that the checks of a worker that was killed are made
again at once, whatever their timeouts. A worker that stood still starts nothing that is more than
monitors.probes.engine.START_WITHIN_S late, which is less than a lease: what it finds unstarted when it
moves again is not made twice at the same time.

A monitor of several regions is checked by them in turn, by its fence: never by two at once. Where the one whose turn
it is does not take it, any other does.
"""

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

import psycopg
from django.db import connection, transaction
from psycopg.rows import tuple_row

from kit.clock import real
from monitors.core.schedule import MODULUS, MULTIPLIER
from monitors.models import HOME

AHEAD_S = 2  # checks are claimed up to this many real seconds before their slot, and start in time
LEASE_S = 4  # real seconds after the slot, or after the last renewal: then a check counts as lost
TURN_S = 4  # real seconds after the slot: then any region of the monitor may take the turn of one that does not
RENEW_WITHIN_S = 2.5  # a lease with no more than this left is renewed


@dataclass(frozen=True, slots=True)
class Check:
    """A check that this worker has claimed. `organization_id` is 0 where nobody's share is counted."""

    monitor_id: int
    fence: int
    slot: datetime
    kind: str
    target: str
    options: Mapping[str, object]
    timeout_s: int
    region: int = HOME
    organization_id: int = 0


# `origin` is slot 0 of a monitor; with it, date_bin gives the slots of monitors.core.schedule.
_CLAIM = """
    WITH due AS (
        SELECT id, next_check_at, interval_s * interval '1 second' AS every,
            'epoch'::timestamptz
                + id * %(multiplier)s %% %(modulus)s %% (interval_s * 1000) * interval '1 millisecond' AS origin
        FROM monitors_monitor
        WHERE NOT is_paused
          AND %(region)s = ANY(regions)
          AND (leased_until <= %(now)s OR leased_until IS NULL AND next_check_at <= %(horizon)s
               AND (regions[1 + fence %% cardinality(regions)] = ANY(%(turns)s) OR next_check_at <= %(now)s - %(turn)s))
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
        leased_until = greatest(slot, %(now)s) + %(lease)s,
        next_check_at = date_bin(every, greatest(slot, %(now)s), origin) + every
    FROM check_
    WHERE monitor.id = check_.id
    RETURNING monitor.id, fence, slot, kind, target, options::text, timeout_s, organization_id
"""

# The rows are locked in order of their ids, as everywhere: two workers cannot wait for each other.
_LEASE = """
    WITH ours AS (
        SELECT monitor.id FROM monitors_monitor AS monitor
        JOIN unnest(%(ids)s::bigint[], %(fences)s::int[]) AS claim (id, fence) USING (id, fence)
        WHERE leased_until IS NOT NULL ORDER BY monitor.id FOR NO KEY UPDATE OF monitor
    )
    UPDATE monitors_monitor AS monitor SET leased_until = %(until)s FROM ours WHERE monitor.id = ours.id
    RETURNING monitor.id
"""


def claim_due(*, now: datetime, region: int = HOME, limit: int = 1000, absent: Collection[int] = ()) -> list[Check]:
    """Claim at most `limit` checks of a region that fall due until AHEAD_S from now; the most overdue first.

    The turns of `absent` regions, which have no prober, are anybody's at once.
    """
    values = {
        "now": now,
        "horizon": now + real(AHEAD_S),
        "region": region,
        "turns": [region, *absent],
        "limit": limit,
        "lease": real(LEASE_S),
        "turn": real(TURN_S),
        "multiplier": MULTIPLIER,
        "modulus": MODULUS,
    }
    with transaction.atomic(), plain_cursor() as cursor:
        rows = cursor.execute(_CLAIM, values).fetchall()
    checks = [
        Check(id_, fence, slot, kind, target, _options(options), timeout_s, region, organization_id)
        for id_, fence, slot, kind, target, options, timeout_s, organization_id in rows
    ]
    return sorted(checks, key=lambda check: check.slot)


def renew(checks: Sequence[Check], *, now: datetime) -> set[int]:
    """Keep checks that are still under way; return the monitors whose checks are still ours."""
    return _lease(checks, now + real(LEASE_S))


def release(checks: Sequence[Check], *, now: datetime) -> set[int]:
    """Give up checks that were not made, so that another worker can claim them at once."""
    return _lease(checks, now)


@contextmanager
def plain_cursor() -> Iterator["psycopg.Cursor[tuple[Any, ...]]"]:
    """A cursor on Django's connection that binds values on the server, for a fraction of the client's work."""
    connection.ensure_connection()
    with connection.wrap_database_errors, psycopg.Cursor(connection.connection, row_factory=tuple_row) as cursor:
        yield cursor


def _lease(checks: Sequence[Check], until: datetime) -> set[int]:
    if not checks:
        return set()
    values = {
        "ids": [check.monitor_id for check in checks],
        "fences": [check.fence for check in checks],
        "until": until,
    }
    with transaction.atomic(), plain_cursor() as cursor:
        return {row[0] for row in cursor.execute(_LEASE, values).fetchall()}


@lru_cache(maxsize=10_000)  # most monitors share a few, and keep them from check to check
def _options(text: str) -> Mapping[str, object]:
    options: Mapping[str, object] = json.loads(text)
    return options
