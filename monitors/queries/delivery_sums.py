"""The sums behind an organization's delivery page: by scope, by scope and stretch of time, by error code.

An hour is read by the minute, a day and a week by the hour, so that a week of a busy organization costs as little as
an hour. Times are aligned to UTC.
"""

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Any

from django.db import connection

from monitors.core.delivery_cells import Sums
from monitors.core.delivery_times import SIZE
from monitors.core.receipts import PROMPT

HABIT = timedelta(days=7)  # before a span: what happens in it must not pass for usual
_EPOCH = datetime(2001, 1, 1, tzinfo=UTC)


class Window(StrEnum):
    """How far back a page looks."""

    HOUR = "1h"
    DAY = "24h"
    WEEK = "7d"


@dataclass(frozen=True, slots=True)
class Span:
    """The time from `since` to `until`, in `fields` stretches of `width`; the last one is not over yet."""

    since: datetime
    until: datetime
    width: timedelta
    by_hour: bool

    @property
    def fields(self) -> list[datetime]:
        number = -(-(self.until - self.since) // self.width)
        return [self.since + n * self.width for n in range(max(1, number))]


_WIDTHS = {
    Window.HOUR: (timedelta(minutes=5), 12),
    Window.DAY: (timedelta(hours=1), 24),
    Window.WEEK: (timedelta(hours=6), 28),
}


def span_of(window: Window, now: datetime) -> Span:
    """Return the span of a window that ends now, begun at a full stretch: at most one stretch shorter than its name."""
    width, number = _WIDTHS[window]
    last = now - (now - _EPOCH) % width
    return Span(last - (number - 1) * width, now, width, by_hour=window is not Window.HOUR)


@dataclass(frozen=True, slots=True)
class Timed:
    """The sums of a scope in a span, and how long its deliveries took: monitors.core.delivery_times.STEPS."""

    sums: Sums
    times: tuple[int, ...]

    def __add__(self, other: "Timed") -> "Timed":
        times = tuple(mine + theirs for mine, theirs in zip(self.times, other.times, strict=True))
        return Timed(self.sums + other.sums, times)


NOTHING = Timed(Sums(), (0,) * SIZE)

_NAMES = ("started", "prompt", "delivered", "outage", "ambiguous", "sender")
_SUMS = ", ".join(f"sum({name})" for name in _NAMES)
_STEPS = ", ".join(f"coalesce(sum(times[{n}]), 0)" for n in range(1, SIZE + 1))
_TABLES = {False: ("monitors_deliverycount", "minute"), True: ("monitors_deliveryhour", "hour")}


def sums_by_scope(organization_id: int, span: Span) -> dict[int, Timed]:
    """Return what became of an organization's messages in a span, by scope. Two queries."""
    table, stretch = _TABLES[span.by_hour]
    rows = _rows(
        f"SELECT scope_id, {_SUMS}, {_STEPS} FROM {table} "  # noqa: S608 (made of the names above alone)
        f"WHERE organization_id = %(organization)s AND {stretch} >= %(since)s AND {stretch} <= %(until)s GROUP BY 1",
        {"organization": organization_id, "since": span.since, "until": span.until},
    )
    young: Counter[int] = Counter()
    for (scope_id, _), messages in _young(organization_id, span).items():
        young[scope_id] += messages
    return {
        scope_id: Timed(Sums(*sums[: len(_NAMES)]) + Sums(prompt=young[scope_id]), tuple(sums[len(_NAMES) :]))
        for scope_id, *sums in rows
    }


def sums_by_field(organization_id: int, span: Span, scope_ids: Collection[int]) -> dict[tuple[int, datetime], Sums]:
    """Return what became of messages by scope and beginning of each stretch that had any. Two queries."""
    table, stretch = _TABLES[span.by_hour]
    rows = _rows(
        f"SELECT scope_id, date_bin(%(width)s, {stretch}, %(since)s), {_SUMS} FROM {table} "  # noqa: S608
        f"WHERE organization_id = %(organization)s AND {stretch} >= %(since)s AND {stretch} <= %(until)s "
        "AND scope_id = ANY(%(scopes)s) GROUP BY 1, 2",
        {
            "organization": organization_id,
            "since": span.since,
            "until": span.until,
            "width": span.width,
            "scopes": list(scope_ids),
        },
    )
    young = _young(organization_id, span)
    return {(scope_id, at): Sums(*sums) + Sums(prompt=young.get((scope_id, at), 0)) for scope_id, at, *sums in rows}


def _young(organization_id: int, span: Span) -> Mapping[tuple[int, datetime], int]:
    """Return how many messages are too young to be late, by scope and stretch: they count as prompt."""
    rows = _rows(
        "SELECT scope_id, date_bin(%(width)s, minute, %(since)s), sum(greatest(0, started - prompt)) "
        "FROM monitors_deliverycount WHERE organization_id = %(organization)s "
        "AND minute > %(young)s AND minute >= %(since)s AND minute <= %(until)s GROUP BY 1, 2",
        {
            "organization": organization_id,
            "since": span.since,
            "until": span.until,
            "width": span.width,
            "young": span.until - PROMPT - timedelta(minutes=1),
        },
    )
    return {(scope_id, at): messages for scope_id, at, messages in rows}


def sums_before(organization_id: int, span: Span) -> dict[int, Sums]:
    """Return the sums of the week before a span by scope: what is usual there. One query."""
    rows = _rows(
        f"SELECT scope_id, {_SUMS} FROM monitors_deliveryhour "  # noqa: S608
        "WHERE organization_id = %(organization)s AND hour >= %(since)s AND hour < %(until)s GROUP BY 1",
        {"organization": organization_id, "since": span.since - HABIT, "until": span.since.replace(minute=0)},
    )
    return {scope_id: Sums(*sums) for scope_id, *sums in rows}


@dataclass(frozen=True, slots=True)
class Failed:
    """How many messages to a scope failed with a code in a span, and by whose fault."""

    scope_id: int
    code: str
    fault: str
    messages: int


def failures(organization_id: int, span: Span) -> list[Failed]:
    """Return what failed in a span, the most frequent first. One query."""
    rows = _rows(
        "SELECT scope_id, code, fault, sum(messages) FROM monitors_deliveryfailure "
        "WHERE organization_id = %(organization)s AND at >= %(since)s AND at <= %(until)s "
        "GROUP BY 1, 2, 3 ORDER BY 4 DESC, 2, 1",
        {"organization": organization_id, "since": span.since, "until": span.until},
    )
    return [Failed(*row) for row in rows]


def _rows(query: str, values: dict[str, Any]) -> list[tuple[Any, ...]]:
    """Sums come as Decimal; they are whole numbers."""
    with connection.cursor() as cursor:
        cursor.execute(query, values)
        return [tuple(int(v) if isinstance(v, Decimal) else v for v in row) for row in cursor.fetchall()]
