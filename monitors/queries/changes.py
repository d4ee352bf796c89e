"""Who changed what about a monitor, latest first."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.core.paginator import Page, Paginator
from django.db.models import QuerySet

from monitors.core.edits import Edit
from monitors.models import ChangeKind, MonitorChange

LATEST = 20  # on the monitor's own page
ON_A_PAGE = 50


@dataclass(frozen=True, slots=True)
class ChangeLine:
    """`by` is a member's name or address, "" where nobody of today did it; `others` were changed at once with it."""

    at: datetime
    by: str
    label: str
    edits: Sequence[Edit]
    others: int


@dataclass(frozen=True, slots=True)
class Latest:
    lines: Sequence[ChangeLine]
    has_more: bool


def latest_changes(monitor_id: int) -> Latest:
    """Return the last few changes of a monitor. One query."""
    rows = list(_rows(monitor_id)[: LATEST + 1])
    return Latest([_line(row) for row in rows[:LATEST]], has_more=len(rows) > LATEST)


def page_of_changes(monitor_id: int, number: str) -> tuple[list[ChangeLine], "Page[MonitorChange]"]:
    """Return one page of all the changes of a monitor, and the page object for its links. Two queries."""
    page = Paginator(_rows(monitor_id), ON_A_PAGE).get_page(number)
    return [_line(row) for row in page], page


def _rows(monitor_id: int) -> "QuerySet[MonitorChange]":
    return MonitorChange.objects.filter(monitor=monitor_id).select_related("by").order_by("-at", "-id")


def _line(row: MonitorChange) -> ChangeLine:
    return ChangeLine(
        at=row.at,
        by=(row.by.name or row.by.email) if row.by else "",
        label=ChangeKind(row.kind).label,
        edits=[Edit(*edit) for edit in row.edits],
        others=row.together - 1,
    )
