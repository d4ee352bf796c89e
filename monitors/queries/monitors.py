"""What the pages of monitors show, in a fixed number of queries."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from urllib.parse import urlsplit

from django.db import connection
from django.db.models import Q, Sum

from monitors.core.latency_chart import Bucket, Chart, chart
from monitors.core.states import State
from monitors.models import CheckEvidence, CheckResult, Component, Follow, Monitor, MonitorDay, Provider, SourceState
from monitors.probes import probe_kinds
from monitors.probes.base import Reason

DAY = timedelta(days=1)
_TROUBLE_FIRST = {
    State.MAJOR_OUTAGE: 0,
    State.PARTIAL_OUTAGE: 1,
    State.DEGRADED: 2,
    State.UNKNOWN: 3,
    State.MAINTENANCE: 4,
    State.OPERATIONAL: 5,
}


@dataclass(frozen=True, slots=True)
class MonitorRow:
    """A monitor as a line. `state` is confirmed and fresh, else unknown; `why` is one sentence or empty.

    `since` is None while the state is unknown; `last_ms` while nothing was measured.
    """

    id: int
    name: str
    kind: str
    host: str
    watches: str
    state: State
    since: datetime | None
    is_paused: bool
    is_being_confirmed: bool
    why: str
    last_check_at: datetime | None
    next_check_at: datetime
    last_ms: int | None
    muted_until: datetime | None = None  # None also where that is over
    is_noisy: bool = False
    tags: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class UptimeTile:
    """`share` is 0.0 to 1.0 of the checks that did not fail, or None without a check."""

    label: str
    share: float | None
    checks: int
    failed: int
    down_minutes: int


@dataclass(frozen=True, slots=True)
class ResultLine:
    slot: datetime
    state: State
    reason: str
    total_ms: float
    dns_ms: float
    connect_ms: float
    tls_ms: float
    first_byte_ms: float
    transfer_ms: float


@dataclass(frozen=True, slots=True)
class MonitorPage:
    row: MonitorRow
    chart: Chart | None
    tiles: Sequence[UptimeTile]
    results: Sequence[ResultLine]  # newest first
    evidence: Sequence[CheckEvidence]  # newest first
    configuration: Sequence[tuple[str, str]]


def monitor_rows(organization_id: int, *, now: datetime) -> list[MonitorRow]:
    """Return an organization's monitors, trouble first, then by name. Two queries."""
    monitors = Monitor.objects.filter(organization_id=organization_id)
    rows = rows_of(monitors.select_related("scope__provider", "scope__component"), now)
    return sorted(rows, key=lambda row: (row.is_paused, _TROUBLE_FIRST[row.state], row.name.lower()))


def monitor_page(monitor: Monitor, *, now: datetime) -> MonitorPage:
    return MonitorPage(
        row=rows_of([monitor], now)[0],
        chart=_chart(monitor, now),
        tiles=_tiles(monitor, now),
        results=_results(monitor),
        evidence=list(CheckEvidence.objects.filter(monitor=monitor).order_by("-at", "-id")[:5]),
        configuration=configuration(monitor),
    )


def configuration(monitor: Monitor) -> list[tuple[str, str]]:
    """Return a monitor's settings as people read them."""
    kind = probe_kinds()[monitor.kind]
    options = [(field.label, option_text(monitor.options.get(field.name, ""))) for field in kind.fields]
    return [
        ("Kind", kind.label),
        (kind.target_label, monitor.target),
        ("Every", f"{monitor.interval_s} s"),
        ("Timeout", f"{monitor.timeout_s} s"),
        ("Confirmed after", f"{monitor.confirmations} checks in a row"),
        *((label, text) for label, text in options if text),
    ]


def option_text(value: object) -> str:
    """Return a stored option as a person writes it: pairs become lines "name: value"."""
    if isinstance(value, list):
        return "\n".join(": ".join(map(str, pair)) for pair in value)
    return str(value)


def watchable(organization_id: int) -> list[tuple[str, list[tuple[str, str]]]]:
    """Return what a monitor can be about, as (group, [(value, label)]): own systems, then providers.

    Of providers that the organization follows, each component is offered; of others the whole.
    """
    followed = set(Follow.objects.filter(organization=organization_id).values_list("scope__provider_id", flat=True))
    providers = list(Provider.objects.order_by("name").values_list("id", "name"))
    parts: dict[int, list[tuple[str, str]]] = {}
    rows = Component.objects.filter(provider__in=followed - {None}, is_group=False, gone_at=None)
    for row in rows.select_related("group").order_by("position", "name"):
        name = f"{row.group.name} / {row.name}" if row.group else row.name
        parts.setdefault(row.provider_id or 0, []).append((f"component:{row.id}", name))
    return [
        ("Yours", [("own", "A system of your own")]),
        *((name, [(f"provider:{id_}", f"{name} as a whole"), *parts[id_]]) for id_, name in providers if id_ in parts),
        ("Providers", [(f"provider:{id_}", name) for id_, name in providers if id_ not in parts]),
    ]


def rows_of(monitors: Iterable[Monitor], now: datetime) -> list[MonitorRow]:
    """Return monitors, loaded with their scope's provider and component, as lines in the same order. One query."""
    monitors = list(monitors)
    states = SourceState.objects.filter(ref__in=[f"monitor:{monitor.id}" for monitor in monitors])
    words = {(row.ref, row.scope_id): row for row in states}
    return [_row(monitor, words.get((f"monitor:{monitor.id}", monitor.scope_id)), now) for monitor in monitors]


def _row(monitor: Monitor, word: SourceState | None, now: datetime) -> MonitorRow:
    is_fresh = word is not None and now - word.observed_at <= timedelta(seconds=word.fresh_for_s)
    known = word if word and is_fresh and not monitor.is_paused and word.state != State.UNKNOWN else None
    return MonitorRow(
        id=monitor.id,
        name=monitor.name,
        kind=probe_kinds()[monitor.kind].label,
        host=urlsplit(monitor.target).netloc or monitor.target,
        watches=watched_text(monitor),
        state=known.state if known else State.UNKNOWN,
        since=known.since if known else None,
        is_paused=monitor.is_paused,
        is_being_confirmed=word is not None and word.pending is not None and not monitor.is_paused,
        why=_why(monitor, known),
        last_check_at=monitor.last_check_at,
        next_check_at=monitor.next_check_at,
        last_ms=None if monitor.last_total_us is None else round(monitor.last_total_us / 1000),
        muted_until=monitor.muted_until if monitor.muted_until and monitor.muted_until > now else None,
        is_noisy=monitor.noisy_since is not None,
        tags=monitor.tags,
    )


def _why(monitor: Monitor, known: SourceState | None) -> str:
    if monitor.is_paused:
        return "Paused: nobody is looking."
    if known and known.state.is_impaired:
        return known.reason.removeprefix(f"{monitor.name}: ")
    if monitor.last_reason and monitor.last_state == State.UNKNOWN:
        return f"The last check was not made: {monitor.last_reason.replace('_', ' ')}."
    if known is None:
        return "No check yet." if monitor.last_check_at is None else "No recent check."
    return ""


def watched_text(monitor: Monitor) -> str:
    """Return what a monitor is about: "Twilio — SMS", or the name of an own system."""
    scope = monitor.scope
    names = [scope.provider.name if scope.provider else "", scope.component.name if scope.component else ""]
    return " — ".join(filter(None, names))


_BUCKETS = """
    SELECT date_bin(%(width)s::interval, slot, %(start)s), count(*), count(*) FILTER (WHERE state >= 3),
        percentile_disc(0.5) WITHIN GROUP (ORDER BY total_us), percentile_disc(0.95) WITHIN GROUP (ORDER BY total_us)
    FROM monitors_checkresult
    WHERE monitor_id = %(monitor)s AND slot >= %(start)s AND slot < %(end)s AND state >= 0
    GROUP BY 1 ORDER BY 1
"""


def _chart(monitor: Monitor, now: datetime) -> Chart | None:
    # At least two checks fall into a bucket, so that an ordinary pause between checks is no gap.
    width = max(timedelta(minutes=10), 2 * timedelta(seconds=monitor.interval_s))
    end = now.replace(second=0, microsecond=0) + timedelta(minutes=1)
    start = end - DAY
    with connection.cursor() as cursor:
        cursor.execute(
            _BUCKETS,
            {"width": f"{width.total_seconds()} seconds", "start": start, "end": end, "monitor": monitor.id},
        )
        buckets = [Bucket(*row) for row in cursor.fetchall()]
    return chart(buckets, start=start, end=end, width=width)


def _tiles(monitor: Monitor, now: datetime) -> list[UptimeTile]:
    """Return uptime over 24 h from single checks, and over whole days from their sums."""
    # Yesterday is taken from its checks too: it may not be summed up yet.
    yesterday = datetime.combine(now.date() - DAY, time(), UTC)
    recent = _counts(monitor, yesterday, now)
    tiles = [_tile(monitor, "24 hours", *_counts(monitor, now - DAY, now))]
    for days in (7, 30, 90):
        summed = MonitorDay.objects.filter(
            Q(day__gt=now.date() - timedelta(days=days), day__lt=yesterday.date()), monitor=monitor
        ).aggregate(checks=Sum("checks", default=0), failed=Sum("failed", default=0))
        tiles.append(_tile(monitor, f"{days} days", summed["checks"] + recent[0], summed["failed"] + recent[1]))
    return tiles


def _counts(monitor: Monitor, start: datetime, end: datetime) -> tuple[int, int]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*), count(*) FILTER (WHERE state >= 3) FROM monitors_checkresult"
            " WHERE monitor_id = %s AND slot >= %s AND slot <= %s AND state >= 0",
            [monitor.id, start, end],
        )
        checks, failed = cursor.fetchone()
    return int(checks), int(failed)


def _tile(monitor: Monitor, label: str, checks: int, failed: int) -> UptimeTile:
    share = (checks - failed) / checks if checks else None
    return UptimeTile(label, share, checks, failed, round(failed * monitor.interval_s / 60))


def _results(monitor: Monitor) -> list[ResultLine]:
    rows = CheckResult.objects.filter(monitor_id=monitor.id).order_by("-slot")[:10]
    return [
        ResultLine(
            slot=row.slot,
            state=row.state,
            reason=Reason(row.reason).word.replace("_", " "),
            total_ms=row.total_us / 1000,
            dns_ms=row.dns / 10,
            connect_ms=row.connect / 10,
            tls_ms=row.tls / 10,
            first_byte_ms=row.first_byte / 10,
            transfer_ms=row.transfer / 10,
        )
        for row in rows
    ]
