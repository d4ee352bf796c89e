"""A page of an organization's monitors: trouble first, found by what the address asks for, in five queries."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.db import connection

from monitors.core.states import WORST_FIRST, State
from monitors.models import Monitor
from monitors.queries.monitors import MonitorRow, rows_of

PAGE = 50
FILTERS = {"trouble": "In trouble", "unknown": "No data", "up": "Up", "paused": "Paused", "muted": "Muted"}

# What a monitor shows is its confirmed and fresh state, else unknown; paused ones stand last.
_SEEN = """
    WITH seen AS (
        SELECT monitor.id, lower(monitor.name) AS name, tags, target, is_paused,
            coalesce(muted_until > %(now)s, false) AS is_muted,
            CASE WHEN is_paused THEN -2
                WHEN word.observed_at >= %(now)s - word.fresh_for_s * interval '1 second' THEN word.state
                ELSE -1 END AS shown
        FROM monitors_monitor AS monitor
        LEFT JOIN monitors_sourcestate AS word ON word.ref = 'monitor:' || monitor.id AND word.scope_id = monitor.scope_id
        WHERE monitor.organization_id = %(organization)s
    )
"""
_COUNTS = """
    SELECT count(*), count(*) FILTER (WHERE shown >= 2), count(*) FILTER (WHERE shown = -1),
        count(*) FILTER (WHERE shown IN (0, 1)), count(*) FILTER (WHERE is_paused), count(*) FILTER (WHERE is_muted)
    FROM seen
"""
_BY_STATE = "SELECT shown, count(*) FROM seen GROUP BY shown"
_PAUSED = -2  # what _SEEN calls it
_IDS = "SELECT id FROM seen"
_FOUND = "SELECT id, count(*) OVER () FROM seen"
_MATCHING = """
    WHERE (%(words)s = '' OR position(%(words)s in name) > 0 OR position(%(words)s in lower(target)) > 0)
      AND (%(tag)s = '' OR %(tag)s = ANY(tags))
      AND CASE %(show)s WHEN 'trouble' THEN shown >= 2 WHEN 'unknown' THEN shown = -1 WHEN 'up' THEN shown IN (0, 1)
          WHEN 'paused' THEN is_paused WHEN 'muted' THEN is_muted ELSE true END
"""
_PAGE = """
    ORDER BY CASE shown WHEN 4 THEN 0 WHEN 3 THEN 1 WHEN 2 THEN 2 WHEN -1 THEN 3 WHEN 1 THEN 4 WHEN 0 THEN 5 ELSE 6 END,
        name, id
    LIMIT %(limit)s OFFSET %(offset)s
"""


@dataclass(frozen=True, slots=True)
class Asked:
    """What the address asks for: words in name or address, one of FILTERS, a tag, and a page from 1 on."""

    words: str = ""
    show: str = ""
    tag: str = ""
    page: int = 1

    @classmethod
    def of(cls, values: Mapping[str, str]) -> "Asked":
        """Read an address; what makes no sense is left out."""
        show, page = values.get("show", ""), values.get("page", "1")
        return cls(
            words=values.get("q", "").strip()[:100],
            show=show if show in FILTERS else "",
            tag=values.get("tag", "")[:30],
            page=int(page) if page.isascii() and page.isdigit() and 0 < int(page) < 10_000 else 1,
        )

    def address(self, **changes: str | int) -> str:
        """Return the query of an address that asks for this with changes: "?show=trouble&page=2"."""
        values = {"q": self.words, "show": self.show, "tag": self.tag, "page": self.page} | changes
        asked = {name: value for name, value in values.items() if value and (name, value) != ("page", 1)}
        return "?" + urlencode(asked)


@dataclass(frozen=True, slots=True)
class Choice:
    """A way to see some of the monitors."""

    label: str
    count: int
    address: str
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class Listing:
    """`found` of `all` monitors match; `rows` are those of this page. `earlier` and `later` are addresses or empty."""

    rows: Sequence[MonitorRow]
    asked: Asked
    all: int
    found: int
    troubled: int
    choices: Sequence[Choice]
    tags: Sequence[Choice]
    earlier: str
    later: str

    @property
    def first(self) -> int:
        """The number of the first row, from 1 on."""
        return (self.asked.page - 1) * PAGE + 1

    @property
    def last(self) -> int:
        return self.first + len(self.rows) - 1


@dataclass(frozen=True, slots=True)
class Overview:
    """`counts` are of the monitors that are not paused, worst first; `troubled` the first few of those in trouble."""

    all: int
    paused: int
    counts: Sequence[tuple[State, int]]
    troubled: Sequence[MonitorRow]

    @property
    def more_troubled(self) -> int:
        """How many are in trouble and not among the few."""
        return sum(count for state, count in self.counts if state.is_impaired) - len(self.troubled)


def overview(organization_id: int, *, few: int, now: datetime) -> Overview:
    """Return how an organization's monitors do. Four queries, however many there are."""
    values = _values(organization_id, Asked(show="trouble"), now) | {"limit": few, "offset": 0}
    with connection.cursor() as cursor:
        cursor.execute(_SEEN + _BY_STATE, values)
        counts: dict[int, int] = dict(cursor.fetchall())
        cursor.execute(_SEEN + _FOUND + _MATCHING + _PAGE, values)
        ids = [id_ for id_, _ in cursor.fetchall()]
    paused = counts.pop(_PAUSED, 0)
    return Overview(
        all=paused + sum(counts.values()),
        paused=paused,
        counts=[(state, counts[state]) for state in WORST_FIRST if state in counts],
        troubled=_rows(ids, now),
    )


def _rows(ids: Sequence[int], now: datetime) -> list[MonitorRow]:
    monitors = Monitor.objects.select_related("scope__provider", "scope__component").in_bulk(ids)
    return rows_of([monitors[id_] for id_ in ids if id_ in monitors], now)


def listing(organization_id: int, asked: Asked, *, now: datetime) -> Listing:
    """Return a page of monitors. Five queries, however many there are."""
    values = _values(organization_id, asked, now) | {"limit": PAGE, "offset": (asked.page - 1) * PAGE}
    with connection.cursor() as cursor:
        cursor.execute(_SEEN + _COUNTS, values)
        total, *counts = cursor.fetchone()
        cursor.execute(_SEEN + _FOUND + _MATCHING + _PAGE, values)
        found = cursor.fetchall()
    rows = _rows([id_ for id_, _ in found], now)
    matching = found[0][1] if found else 0
    return Listing(
        rows=rows,
        asked=asked,
        all=total,
        found=matching,
        troubled=counts[0],
        choices=_choices(asked, total, counts),
        tags=_tags(organization_id, asked),
        earlier=asked.address(page=asked.page - 1) if asked.page > 1 else "",
        later=asked.address(page=asked.page + 1) if asked.page * PAGE < matching else "",
    )


def matching(organization_id: int, asked: Asked, *, now: datetime) -> set[int]:
    """Return the ids of all monitors that match, on whichever page they are. One query."""
    with connection.cursor() as cursor:
        cursor.execute(_SEEN + _IDS + _MATCHING, _values(organization_id, asked, now))
        return {id_ for (id_,) in cursor.fetchall()}


def _values(organization_id: int, asked: Asked, now: datetime) -> dict[str, Any]:
    return {
        "organization": organization_id,
        "now": now,
        "words": asked.words.lower(),
        "tag": asked.tag,
        "show": asked.show,
    }


def _choices(asked: Asked, total: int, counts: Sequence[int]) -> list[Choice]:
    every = Choice("All", total, asked.address(show="", page=1), not asked.show)
    some = (
        Choice(label, count, asked.address(show=name, page=1), asked.show == name)
        for (name, label), count in zip(FILTERS.items(), counts, strict=True)
        if count or asked.show == name
    )
    return [every, *some]


def _tags(organization_id: int, asked: Asked) -> list[Choice]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tag, count(*) FROM monitors_monitor, unnest(tags) AS tag WHERE organization_id = %s"
            " GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT 30",
            [organization_id],
        )
        return [
            Choice(tag, count, asked.address(tag="" if asked.tag == tag else tag, page=1), asked.tag == tag)
            for tag, count in cursor.fetchall()
        ]
