"""Count what becomes of messages: per minute, per hour and per error code. The only writer of these sums."""

from collections import Counter
from datetime import datetime, timedelta

from django.db import connection

from monitors.core.delivery_times import SIZE, step_of
from monitors.core.receipts import Outcome

SLOT = timedelta(minutes=5)  # of failures by code
SUMMED = ("started", "prompt", "delivered", "outage", "ambiguous", "sender", "seconds")

Cell = tuple[int, datetime]  # a scope's id, and the beginning of a stretch of time


class Counts:
    """What a batch of receipts adds, until `store` writes it."""

    def __init__(self) -> None:
        self.sums: Counter[tuple[Cell, str]] = Counter()
        self.times: Counter[tuple[Cell, int]] = Counter()
        self.failures: Counter[tuple[Cell, str, str]] = Counter()

    def add(self, scope_id: int, at: datetime, name: str, number: int = 1) -> None:
        """Add to one of SUMMED in the minute of `at`."""
        self.sums[(scope_id, minute_of(at)), name] += number

    def ended(self, scope_id: int, at: datetime, outcome: Outcome, code: str) -> None:
        """A message's end became known at `at`. The sender's own webhook (fault "self") is no end that sums know."""
        if outcome.kind in SUMMED:
            self.add(scope_id, at, outcome.kind)
        if outcome.kind == "delivered":
            self.add(scope_id, at, "seconds", round(outcome.seconds))
            self.times[(scope_id, minute_of(at)), step_of(outcome.seconds)] += 1
        else:
            self.failures[(scope_id, slot_of(at)), code, outcome.kind] += 1


def minute_of(at: datetime) -> datetime:
    return at.replace(second=0, microsecond=0)


def slot_of(at: datetime) -> datetime:
    return minute_of(at) - timedelta(minutes=at.minute % (SLOT // timedelta(minutes=1)))


def _upsert(table: str, stretch: str) -> str:
    added = ", ".join(f"{name} = t.{name} + excluded.{name}" for name in SUMMED)
    steps = ", ".join(f"t.times[{n}] + excluded.times[{n}]" for n in range(1, SIZE + 1))
    return f"""
        INSERT INTO {table} AS t (organization_id, scope_id, {stretch}, {", ".join(SUMMED)}, times)
        VALUES (%s, %s, %s, {", ".join(["%s"] * len(SUMMED))}, %s)
        ON CONFLICT (organization_id, scope_id, {stretch}) DO UPDATE SET {added},
            times = CASE WHEN excluded.times = '{{}}' THEN t.times WHEN t.times = '{{}}' THEN excluded.times
                ELSE ARRAY[{steps}] END
    """  # noqa: S608 (made of the names above alone)


_MINUTES = _upsert("monitors_deliverycount", "minute")
_HOURS = _upsert("monitors_deliveryhour", "hour")
_FAILURES = """
    INSERT INTO monitors_deliveryfailure AS t (organization_id, scope_id, at, code, fault, messages)
    VALUES (%s, %s, %s, %s, %s, %s)
    ON CONFLICT (organization_id, scope_id, at, code, fault) DO UPDATE SET messages = t.messages + excluded.messages
"""


def store(organization_id: int, counts: Counts) -> None:
    """Add the counts to what is stored. Call it in a transaction; rows are locked in a fixed order."""
    hours = _by_hour(counts)
    failures = sorted((*cell, code, fault, number) for (cell, code, fault), number in counts.failures.items())
    with connection.cursor() as cursor:
        cursor.executemany(_MINUTES, _rows(organization_id, counts))
        cursor.executemany(_HOURS, _rows(organization_id, hours))
        if failures:
            cursor.executemany(_FAILURES, [(organization_id, *row) for row in failures])


def _decrease(table: str, stretch: str) -> str:
    fewer = ", ".join(f"{name} = greatest(0, t.{name} - %s)" for name in SUMMED)
    steps = ", ".join(f"greatest(0, t.times[{n}] - old.times[{n}])" for n in range(1, SIZE + 1))
    return f"""
        UPDATE {table} AS t SET {fewer},
            times = CASE WHEN old.times = '{{}}' OR t.times = '{{}}' THEN t.times ELSE ARRAY[{steps}] END
        FROM (SELECT %s::int[] AS times) AS old
        WHERE t.organization_id = %s AND t.scope_id = %s AND t.{stretch} = %s
    """  # noqa: S608 (made of the names above alone)


_FEWER_MINUTES = _decrease("monitors_deliverycount", "minute")
_FEWER_HOURS = _decrease("monitors_deliveryhour", "hour")
_FEWER_FAILURES = """
    UPDATE monitors_deliveryfailure AS t SET messages = greatest(0, t.messages - %s)
    WHERE organization_id = %s AND scope_id = %s AND at = %s AND code = %s AND fault = %s
"""


def take_back(organization_id: int, counts: Counts) -> None:
    """Subtract counts that were stored before. Call it in the transaction that stored what replaces them."""
    failures = [
        (number, organization_id, *cell, code, fault) for (cell, code, fault), number in counts.failures.items()
    ]
    with connection.cursor() as cursor:
        for statement, some in ((_FEWER_MINUTES, counts), (_FEWER_HOURS, _by_hour(counts))):
            rows = [
                (*sums, times, organization, scope_id, at)
                for organization, scope_id, at, *sums, times in _rows(organization_id, some)
            ]
            if rows:
                cursor.executemany(statement, rows)
        if failures:
            cursor.executemany(_FEWER_FAILURES, failures)


def _by_hour(counts: Counts) -> Counts:
    hours = Counts()
    for ((scope_id, at), name), number in counts.sums.items():
        hours.sums[(scope_id, at.replace(minute=0)), name] += number
    for ((scope_id, at), step), number in counts.times.items():
        hours.times[(scope_id, at.replace(minute=0)), step] += number
    return hours


def _rows(organization_id: int, counts: Counts) -> list[tuple[int | datetime | list[int], ...]]:
    timed = {cell for cell, _ in counts.times}
    return [
        (
            organization_id,
            *cell,
            *(counts.sums[cell, name] for name in SUMMED),
            [counts.times[cell, step] for step in range(SIZE)] if cell in timed else [],
        )
        for cell in sorted({cell for cell, _ in counts.sums} | timed)
    ]
