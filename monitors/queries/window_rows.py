"""An organization's maintenance windows as its page lists them."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from monitors.core.windows import Span, next_span
from monitors.models import MaintenanceWindow, Monitor
from monitors.queries.windows import plan_of

_REPEATS = {
    "": "once",
    "FREQ=DAILY": "every day",
    "FREQ=WEEKLY": "every week",
    "FREQ=WEEKLY;INTERVAL=2": "every two weeks",
    "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR": "every weekday",
    "FREQ=MONTHLY": "every month, on that date",
}
MOST_PAST = 100
_DAYS_OF_ALL_MONTHS = 28
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
    monitors: Sequence[str]  # names of those that were chosen one by one
    is_for_all: bool
    tag: str
    tagged: int  # how many bear the tag now
    zone: str
    minutes: int
    rule: str
    day: int  # of the month, on which it opens first
    next: Span | None
    is_open: bool

    @property
    def whose(self) -> str:
        """Which monitors it is for, in words: "Login, Search, Shop and 497 more"."""
        if self.is_for_all:
            return "all monitors"
        more = len(self.monitors) - _NAMED
        named = ", ".join(self.monitors[:_NAMED])
        named = f"{named} and {more:,} more" if more > 0 else named
        if not self.tag:
            return named or "no monitor any more"
        tagged = f"whichever have the tag “{self.tag}” at the time ({self.tagged:,} now)"
        return f"{tagged}, and {named}" if named else tagged

    @property
    def repeats(self) -> str:
        """How it repeats, in words where we have some: "every week"."""
        if self.rule == "FREQ=MONTHLY" and self.day > _DAYS_OF_ALL_MONTHS:
            return f"every month that has a {self.day}{'st' if self.day == 31 else 'th'}"
        return _REPEATS.get(self.rule) or _day_of_month(self.rule) or self.rule

    @property
    def length(self) -> timedelta:
        return timedelta(minutes=self.minutes)


def _day_of_month(rule: str) -> str:
    """Return "every month, on the last Friday" for such a rule, else nothing."""
    match = _OF_MONTH.fullmatch(rule)
    return f"every month, on the {_NTH[match[1]]} {_WEEKDAYS[match[2]]}" if match else ""


def window_rows(organization_id: int, *, now: datetime) -> list[WindowRow]:
    """Return an organization's windows: open ones first, then by when they open, then the last MOST_PAST. Three queries."""
    windows = MaintenanceWindow.objects.filter(organization_id=organization_id).prefetch_related("monitors")
    tags = Monitor.objects.filter(organization_id=organization_id).values_list("tags", flat=True)
    tagged = Counter(tag for some in tags for tag in some)
    rows = [_row(window, tagged[window.tag], now) for window in windows.order_by("-created_at")]
    coming = sorted((row for row in rows if row.next), key=lambda row: row.next.start if row.next else now)
    return coming + [row for row in rows if not row.next][:MOST_PAST]


def _row(window: MaintenanceWindow, tagged: int, now: datetime) -> WindowRow:
    upcoming = next_span(plan_of(window), now=now)
    return WindowRow(
        id=window.id,
        name=window.name,
        monitors=sorted(monitor.name for monitor in window.monitors.all()),
        is_for_all=window.is_for_all,
        tag=window.tag,
        tagged=tagged,
        zone=window.time_zone,
        minutes=window.minutes,
        rule=window.rule,
        day=plan_of(window).first.day,
        next=upcoming,
        is_open=upcoming is not None and upcoming.start <= now,
    )
