"""When monitors are in a maintenance window: the one question that verdicts, uptime and pages ask.

What was is not changed by what is changed later: a plan is ended and never edited, and a window for a tag covered
those that bore it at the time.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.db.models import Q

from monitors.core.tagging import Move, borne
from monitors.core.windows import Plan, Span, covers, merged, shared, spans
from monitors.models import MaintenanceWindow, Monitor, TagMove

LONGEST = timedelta(days=7)
MOST_TOLD = 3  # open windows of one monitor; those that end last
AHEAD = timedelta(days=30)  # in which the next window is told


@dataclass(frozen=True, slots=True)
class Reached:
    """A window reaches a monitor in `spans`, which do not overlap: `tag` says by which tag, if by any."""

    window: MaintenanceWindow
    monitor_id: int
    spans: Sequence[Span]
    tag: str = ""


def plan_of(window: MaintenanceWindow) -> Plan:
    return Plan(
        first=datetime.fromisoformat(window.starts_on_wall),
        zone=window.time_zone,
        minutes=window.minutes,
        rule=window.rule,
        made_at=window.created_at,
        ended_at=window.ended_at,
    )


def planned_spans(
    start: datetime, end: datetime, *, monitor_ids: Collection[int] | None = None
) -> dict[int, list[Span]]:
    """Return when monitors are in a window between `start` and `end`: {monitor id: spans without overlap}.

    Of all monitors, or of those asked for. One query where nothing is planned, four at the most.
    """
    found: dict[int, list[Span]] = {}
    for reached in reaching(start, end, monitor_ids=monitor_ids):
        found.setdefault(reached.monitor_id, []).extend(reached.spans)
    return {id_: merged(windows) for id_, windows in found.items()}


def in_window(moments: Mapping[int, datetime]) -> set[int]:
    """Return those of the monitors that are in a window, each at its own moment."""
    if not moments:
        return set()
    start, end = min(moments.values()), max(moments.values()) + timedelta(seconds=1)
    planned = planned_spans(start, end, monitor_ids=moments.keys())
    return {id_ for id_, windows in planned.items() if covers(windows, moments[id_])}


def reaching(start: datetime, end: datetime, *, monitor_ids: Collection[int] | None = None) -> Iterator[Reached]:
    """Give what is planned between `start` and `end`, window by window and monitor by monitor. Queries as above."""
    planned = {}
    for window in _windows(start, end, monitor_ids):
        if opened := merged(spans(plan_of(window), start=start, end=end)):
            planned[window] = opened
    members = _members(planned, monitor_ids)
    chosen = _chosen(planned, monitor_ids)
    moves = _moves(planned, members)
    for window, opened in planned.items():
        whole = members.get(window.organization_id, {}).keys() if window.is_for_all else chosen.get(window.id, ())
        for id_ in whole:
            yield Reached(window, id_, opened)
        for id_, tags in members.get(window.organization_id, {}).items() if window.tag else ():
            tagged = borne(moves.get((id_, window.tag), ()), bears_it_now=window.tag in tags, start=start, end=end)
            if id_ not in whole and (reached := shared(opened, tagged)):
                yield Reached(window, id_, reached, window.tag)


def in_words(reaching_one: Collection[Reached], *, now: datetime) -> list[str]:
    """Return as sentences which windows of those that reach a monitor are open, and which comes next.

    They have to be known until AHEAD and LONGEST from `now`.
    """
    opened = [(span, one) for one in reaching_one for span in one.spans if span.start <= now < span.end]
    coming = [(span, one) for one in reaching_one for span in one.spans if now < span.start <= now + AHEAD]
    lines = [
        f"{_named(one)} is open until {_clock(span.end)}: failures wake nobody and cost no uptime."
        for span, one in sorted(opened, key=lambda pair: (pair[0].end, pair[1].window.id), reverse=True)[:MOST_TOLD]
    ]
    if (more := len(opened) - MOST_TOLD) > 0:
        lines.append(f"Maintenance windows that are open besides, and end no later: {more}.")
    if coming:
        span, one = min(coming, key=lambda pair: (pair[0].start, pair[1].window.id))
        lines.append(f"{_named(one)} opens next, from {_clock(span.start)} to {_clock(span.end)}.")
    return lines


def _named(one: Reached) -> str:
    by = f", for monitors with the tag “{one.tag}”," if one.tag else ""
    return f"The maintenance window “{one.window.name}”{by}"


def _clock(at: datetime) -> str:
    return f"{at.astimezone(UTC):%-d %B, %H:%M} UTC"


def _windows(start: datetime, end: datetime, monitor_ids: Collection[int] | None) -> Iterable[MaintenanceWindow]:
    windows = MaintenanceWindow.objects.filter(Q(ended_at=None) | Q(ended_at__gt=start), created_at__lt=end)
    if monitor_ids is not None:
        windows = windows.filter(organization__in=Monitor.objects.filter(id__in=monitor_ids).values("organization"))
    return windows.order_by("id")


def _members(
    windows: Collection[MaintenanceWindow], monitor_ids: Collection[int] | None
) -> dict[int, dict[int, Sequence[str]]]:
    """Return {organization: {monitor: its tags}} where a window is for all, or for a tag."""
    asking = {window.organization_id for window in windows if window.is_for_all or window.tag}
    found: dict[int, dict[int, Sequence[str]]] = {}
    if asking:
        rows = Monitor.objects.filter(organization__in=asking, **_only("id", monitor_ids))
        for organization_id, id_, tags in rows.values_list("organization_id", "id", "tags"):
            found.setdefault(organization_id, {})[id_] = tags
    return found


def _chosen(windows: Collection[MaintenanceWindow], monitor_ids: Collection[int] | None) -> dict[int, set[int]]:
    """Return {window: the monitors that were chosen one by one}."""
    found: dict[int, set[int]] = {}
    if picky := [window.id for window in windows if not window.is_for_all]:
        rows = MaintenanceWindow.monitors.through.objects.filter(maintenancewindow_id__in=picky)
        rows = rows.filter(**_only("monitor_id", monitor_ids))
        for window_id, monitor_id in rows.values_list("maintenancewindow_id", "monitor_id"):
            found.setdefault(window_id, set()).add(monitor_id)
    return found


def _moves(
    windows: Collection[MaintenanceWindow], members: Mapping[int, Mapping[int, object]]
) -> dict[tuple[int, str], list[Move]]:
    """Return {(monitor, tag): what became of it, oldest first} for the tags of windows."""
    found: dict[tuple[int, str], list[Move]] = {}
    if tags := {window.tag for window in windows if window.tag}:
        ids = [id_ for monitors in members.values() for id_ in monitors]
        rows = TagMove.objects.filter(monitor__in=ids, name__in=tags).order_by("at", "id")
        for monitor_id, name, at, is_put_on in rows.values_list("monitor_id", "name", "at", "is_put_on"):
            found.setdefault((monitor_id, name), []).append(Move(at, is_put_on))
    return found


def _only(column: str, monitor_ids: Collection[int] | None) -> dict[str, list[int]]:
    return {} if monitor_ids is None else {f"{column}__in": list(monitor_ids)}
