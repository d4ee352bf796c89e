"""Which maintenance windows there are, and when each monitor is in one."""

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Q

from monitors.core.windows import Plan, Span, covers, merged, next_span, spans
from monitors.models import MaintenanceWindow, Monitor

_REPEATS = {
    "": "once",
    "FREQ=DAILY": "every day",
    "FREQ=WEEKLY": "every week",
    "FREQ=WEEKLY;INTERVAL=2": "every two weeks",
    "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR": "every weekday",
    "FREQ=MONTHLY": "every month, on that date",
}
_NAMED = 3  # monitors of a window, by their names
_OF_MONTH = re.compile("FREQ=MONTHLY;BYDAY=(1|2|3|4|-1)(MO|TU|WE|TH|FR|SA|SU)")
_NTH = {"1": "first", "2": "second", "3": "third", "4": "fourth", "-1": "last"}
_WEEKDAYS = {
    "MO": "Monday", "TU": "Tuesday", "WE": "Wednesday", "TH": "Thursday", "FR": "Friday", "SA": "Saturday", "SU": "Sunday",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class WindowRow:
    """A window as a line. `next` is the one that is open or comes next; None when there will be none."""

    id: int
    name: str
    monitors: Sequence[str]  # names
    is_for_all: bool
    zone: str
    minutes: int
    rule: str
    next: Span | None
    is_open: bool

    @property
    def whose(self) -> str:
        """Which monitors it is for, in words: "Login, Search, Shop and 497 more"."""
        if self.is_for_all:
            return "all monitors"
        more = len(self.monitors) - _NAMED
        named = ", ".join(self.monitors[:_NAMED]) or "no monitor any more"
        return f"{named} and {more:,} more" if more > 0 else named

    @property
    def repeats(self) -> str:
        """How it repeats, in words where we have some: "every week"."""
        return _REPEATS.get(self.rule) or _day_of_month(self.rule) or self.rule

    @property
    def length(self) -> timedelta:
        return timedelta(minutes=self.minutes)


def _day_of_month(rule: str) -> str:
    """Return "every month, on the last Friday" for such a rule, else nothing."""
    match = _OF_MONTH.fullmatch(rule)
    return f"every month, on the {_NTH[match[1]]} {_WEEKDAYS[match[2]]}" if match else ""


def plan_of(window: MaintenanceWindow) -> Plan:
    return Plan(
        first=datetime.fromisoformat(window.starts_on_wall),
        zone=window.time_zone,
        minutes=window.minutes,
        rule=window.rule,
        made_at=window.created_at,
        ended_at=window.ended_at,
    )


def window_rows(organization_id: int, *, now: datetime) -> list[WindowRow]:
    """Return an organization's windows: open ones first, then by when they open, then the past. Two queries."""
    windows = MaintenanceWindow.objects.filter(organization_id=organization_id).prefetch_related("monitors")
    rows = [_row(window, now) for window in windows.order_by("-created_at")[:200]]
    return sorted(rows, key=lambda row: (row.next is None, row.next.start if row.next else now))


def planned_spans(
    start: datetime, end: datetime, *, monitor_ids: Collection[int] | None = None
) -> dict[int, list[Span]]:
    """Return when monitors are in a window between `start` and `end`: {monitor id: spans without overlap}.

    Of all monitors, or of those asked for. One query where nothing is planned, three at the most.
    """
    windows = _windows(start, end, monitor_ids)
    everybodys = {window.organization_id for window in windows if window.is_for_all}
    members: dict[int, list[int]] = {}
    if everybodys:
        rows = Monitor.objects.filter(organization__in=everybodys)
        for organization_id, id_ in rows.values_list("organization_id", "id"):
            members.setdefault(organization_id, []).append(id_)
    found: dict[int, list[Span]] = {}
    for window in windows:
        planned = spans(plan_of(window), start=start, end=end)
        own = [monitor.id for monitor in window.monitors.all()]
        ids = members.get(window.organization_id, []) if window.is_for_all else own
        for id_ in ids if planned else ():
            found.setdefault(id_, []).extend(planned)
    wanted = found.keys() if monitor_ids is None else found.keys() & set(monitor_ids)
    return {id_: merged(found[id_]) for id_ in wanted}


def in_window(monitor_ids: Collection[int], at: datetime) -> set[int]:
    """Return those of the monitors that are in a window at `at`."""
    planned = planned_spans(at, at + timedelta(seconds=1), monitor_ids=monitor_ids)
    return {id_ for id_, windows in planned.items() if covers(windows, at)}


def _windows(start: datetime, end: datetime, monitor_ids: Collection[int] | None) -> Iterable[MaintenanceWindow]:
    windows = MaintenanceWindow.objects.filter(Q(ended_at=None) | Q(ended_at__gt=start), created_at__lt=end)
    if monitor_ids is not None:
        windows = windows.filter(organization__in=Monitor.objects.filter(id__in=monitor_ids).values("organization"))
    return list(windows.prefetch_related("monitors"))


def _row(window: MaintenanceWindow, now: datetime) -> WindowRow:
    upcoming = next_span(plan_of(window), now=now)
    return WindowRow(
        id=window.id,
        name=window.name,
        monitors=sorted(monitor.name for monitor in window.monitors.all()),
        is_for_all=window.is_for_all,
        zone=window.time_zone,
        minutes=window.minutes,
        rule=window.rule,
        next=upcoming,
        is_open=upcoming is not None and upcoming.start <= now,
    )
