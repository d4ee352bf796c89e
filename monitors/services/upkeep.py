"""Keep the table of check results small: a partition per day, hours packed, old days dropped.

Everything here may run twice, or on two machines at once: each step holds an advisory lock for its
transaction and gives up on a busy table after LOCK_TIMEOUT; the next run does what this one left.
"""

import logging
import re
from collections.abc import Callable
from datetime import date, datetime, timedelta
from functools import partial

from django.conf import settings
from django.db import OperationalError, connection, transaction
from psycopg import sql

from monitors.models import CheckEvidence, Coverage, MonitorHour, PackedHour
from monitors.services import storage
from monitors.services.storage import midnight

logger = logging.getLogger(__name__)

DAYS_AHEAD = 3  # partitions are made this far ahead, so that a few missed runs do no harm
LOCK_TIMEOUT = "2s"
EVIDENCE_KEPT = timedelta(days=90)
COVERAGE_KEPT = timedelta(days=400)
HOURS_KEPT = timedelta(days=731)
_LOCK = 0x5357_4350  # "SWCP": any number, as long as nobody else takes it
_PARENT, _DEFAULT = sql.Identifier("monitors_checkresult"), sql.Identifier("monitors_checkresult_default")
_NAME = re.compile(r"monitors_checkresult_(\d{4})(\d{2})(\d{2})")

_FORGET_BLOCKS = """
    DELETE FROM monitors_checkblock AS block USING monitors_monitor AS monitor
        JOIN accounts_organization AS organization ON organization.id = organization_id
        LEFT JOIN accounts_plan AS plan ON plan.id = plan_id
    WHERE monitor.id = block.monitor_id AND hour < %s - coalesce(checks_kept_days, %s) * interval '1 day'
"""


def keep_results(*, now: datetime) -> None:
    """Make the coming days' partitions, pack the hours that are over, and drop days that are old and packed."""
    today = now.date()
    wanted = {today + timedelta(days=offset) for offset in range(DAYS_AHEAD + 1)}
    for day in sorted(wanted - partitions()):
        _in_turn(partial(_make, day), f"make {day}")
    storage.pack_closed_hours(now=now)
    keep_from = today - timedelta(days=settings.CHECK_RESULTS_KEEP_DAYS)
    unpacked = {hour.date() for hour in storage.open_hours(now=now)}
    for day in sorted(day for day in partitions() if day < keep_from and day not in unpacked):
        _in_turn(partial(_drop, day), f"drop {day}")
    _in_turn(partial(_empty_default, keep_from), "empty the default partition")


def prune(*, now: datetime) -> None:
    """Forget what no page shows any more: evidence, coverage, packed checks beyond the plan, old hours."""
    CheckEvidence.objects.filter(at__lt=now - EVIDENCE_KEPT).delete()
    Coverage.objects.filter(ended_at__lt=now - COVERAGE_KEPT).delete()
    MonitorHour.objects.filter(hour__lt=now - HOURS_KEPT).delete()
    PackedHour.objects.filter(hour__lt=now - HOURS_KEPT).delete()
    with connection.cursor() as cursor:
        cursor.execute(_FORGET_BLOCKS, [now, settings.CHECKS_KEPT_DAYS])


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
        "start": sql.Literal(midnight(day)),
        "end": sql.Literal(midnight(day + timedelta(days=1))),
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
        "DELETE FROM {default} WHERE slot < {before}", {"default": _DEFAULT, "before": sql.Literal(midnight(before))}
    )


def _execute(statement: str, values: dict[str, sql.Composable]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql.SQL(statement).format(**values).as_string(cursor.connection))
