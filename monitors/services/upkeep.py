"""Keep the table of check results small: a partition per day, days rolled up, old days dropped.

Everything here may run twice, or on two machines at once: each step holds an advisory lock for its
transaction and gives up on a busy table after LOCK_TIMEOUT; the next run does what this one left.
"""

import logging
import re
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from functools import partial

from django.conf import settings
from django.db import OperationalError, connection, transaction
from psycopg import sql

from monitors.models import CheckEvidence, Coverage

logger = logging.getLogger(__name__)

DAYS_AHEAD = 3  # partitions are made this far ahead, so that a few missed runs do no harm
LOCK_TIMEOUT = "2s"
EVIDENCE_KEPT = timedelta(days=90)
COVERAGE_KEPT = timedelta(days=400)
_LOCK = 0x5357_4350  # "SWCP": any number, as long as nobody else takes it
_PARENT, _DEFAULT = sql.Identifier("monitors_checkresult"), sql.Identifier("monitors_checkresult_default")
_NAME = re.compile(r"monitors_checkresult_(\d{4})(\d{2})(\d{2})")

_ROLL_UP = """
    INSERT INTO monitors_monitorday (monitor_id, day, checks, failed, sum_us, max_us)
    SELECT monitor_id, (slot AT TIME ZONE 'UTC')::date, count(*), count(*) FILTER (WHERE state >= 3),
        sum(total_us), max(total_us)
    FROM monitors_checkresult
    WHERE slot >= %s AND slot < %s AND state >= 0
      AND EXISTS (SELECT FROM monitors_monitor WHERE id = monitor_id)
    GROUP BY 1, 2
    ON CONFLICT (monitor_id, day) DO UPDATE
    SET checks = excluded.checks, failed = excluded.failed, sum_us = excluded.sum_us, max_us = excluded.max_us
    WHERE excluded.checks >= monitors_monitorday.checks
"""


def keep_results(*, now: datetime) -> None:
    """Make the coming days' partitions, roll up the days that we still have, and drop what is older."""
    today = now.date()
    wanted = {today + timedelta(days=offset) for offset in range(DAYS_AHEAD + 1)}
    for day in sorted(wanted - partitions()):
        _in_turn(partial(_make, day), f"make {day}")
    keep_from = today - timedelta(days=settings.CHECK_RESULTS_KEEP_DAYS)
    # Before a day is dropped it is rolled up, however long ago the last run was.
    roll_up(min(partitions() | {keep_from - timedelta(days=7)}), today)
    for day in sorted(day for day in partitions() if day < keep_from):
        _in_turn(partial(_drop, day), f"drop {day}")
    _in_turn(partial(_empty_default, keep_from), "empty the default partition")


def roll_up(first: date, last: date) -> None:
    """Write the days from `first` to `last`, both included, from the results that there are.

    A check that was our own fault (state unknown) is not counted. A day of which results were lost
    since keeps the larger count.
    """
    with connection.cursor() as cursor:
        cursor.execute(_ROLL_UP, [_midnight(first), _midnight(last + timedelta(days=1))])


def prune(*, now: datetime) -> None:
    """Forget evidence and coverage that no page shows any more."""
    CheckEvidence.objects.filter(at__lt=now - EVIDENCE_KEPT).delete()
    Coverage.objects.filter(ended_at__lt=now - COVERAGE_KEPT).delete()


def partitions() -> set[date]:
    """Return the days that have a partition."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname FROM pg_inherits JOIN pg_class ON oid = inhrelid"
            " WHERE inhparent = 'monitors_checkresult'::regclass"
        )
        names = [_NAME.fullmatch(name) for (name,) in cursor.fetchall()]
    return {date(int(found[1]), int(found[2]), int(found[3])) for found in names if found}


def _in_turn(change: Callable[[], None], what: str) -> None:
    """Make one change to the table in its own transaction, unless another does or the table is busy."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [_LOCK])
            if cursor.fetchone() != (True,):
                return
            cursor.execute("SELECT set_config('lock_timeout', %s, true)", [LOCK_TIMEOUT])
            change()
    except OperationalError as error:  # lock_timeout
        logger.warning("Upkeep of check results could not %s, and will at the next run: %s", what, error)


def _make(day: date) -> None:
    """Make the partition of a day, with the day's results that the default partition has taken."""
    if day in partitions():
        return
    values = {
        "parent": _PARENT,
        "default": _DEFAULT,
        "partition": sql.Identifier(f"monitors_checkresult_{day:%Y%m%d}"),
        "start": sql.Literal(_midnight(day)),
        "end": sql.Literal(_midnight(day + timedelta(days=1))),
    }
    for statement in (
        "CREATE TABLE {partition} (LIKE {parent} INCLUDING ALL)",
        "WITH moved AS (DELETE FROM {default} WHERE slot >= {start} AND slot < {end} RETURNING *)"
        " INSERT INTO {partition} SELECT * FROM moved",
        "ALTER TABLE {parent} ATTACH PARTITION {partition} FOR VALUES FROM ({start}) TO ({end})",
    ):
        _execute(statement, values)


def _drop(day: date) -> None:
    _execute("DROP TABLE IF EXISTS {partition}", {"partition": sql.Identifier(f"monitors_checkresult_{day:%Y%m%d}")})


def _empty_default(before: date) -> None:
    _execute(
        "DELETE FROM {default} WHERE slot < {before}", {"default": _DEFAULT, "before": sql.Literal(_midnight(before))}
    )


def _execute(statement: str, values: dict[str, sql.Composable]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql.SQL(statement).format(**values).as_string(cursor.connection))


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)
