"""What a monitor's page shows of a job that reports to us."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.urls import reverse

from monitors.models import Heartbeat, Monitor, Ping, PingKey, PingKind
from monitors.models.heartbeats import MAX_BODY
from monitors.probes import probe_kinds
from monitors.probes.job_schedule import Schedule

_MOST_IN_A_CELL = 100  # characters
_WORDS = {PingKind.SUCCESS: "Success", PingKind.START: "Start", PingKind.FAIL: "Failure", PingKind.LOG: "Log"}


@dataclass(frozen=True, slots=True)
class PingLine:
    """One report. `took_s` is seconds, or None where no start was reported; `size` is what was sent, in bytes."""

    id: int
    at: datetime
    what: str
    exit_code: int | None
    run: str
    took_s: float | None
    body: str
    size: int

    @property
    def is_cut(self) -> bool:
        return self.size > MAX_BODY

    @property
    def is_long(self) -> bool:
        """Whether it is too much for a cell of a table."""
        return len(self.body) > _MOST_IN_A_CELL or "\n" in self.body.strip()


@dataclass(frozen=True, slots=True)
class Awaited:
    """When a job should be heard of next: from `due_at` on, and not after `latest_at`. Of the end of a run if it runs."""

    due_at: datetime
    latest_at: datetime
    is_running: bool


@dataclass(frozen=True, slots=True)
class HeartbeatPage:
    """`address` is where the job reports; None for who may not report in its place. `awaited` is None before a ping."""

    address: str | None
    by_name: str | None  # the address by the organization's key and the job's name, likewise
    awaited: Awaited | None
    pings: Sequence[PingLine]  # newest first


def heartbeat_page(monitor: Monitor, *, with_address: bool) -> HeartbeatPage | None:
    """Return what a job has said, or None for a monitor that asks. Three queries."""
    if not probe_kinds()[monitor.kind].is_waiting:
        return None
    heartbeat = Heartbeat.objects.select_related("monitor").filter(monitor=monitor).first()
    if heartbeat is None:
        return None
    address = f"{settings.PUBLIC_URL}{reverse('ping', args=[heartbeat.token])}"
    rows = Ping.objects.filter(heartbeat=heartbeat).order_by("-at", "-id")[:20]
    awaited = None if monitor.is_paused else _awaited(heartbeat, Schedule.of(monitor.options))
    return HeartbeatPage(
        address=address if with_address else None,
        by_name=_by_name(heartbeat) if with_address else None,
        awaited=awaited,
        pings=[_line(row) for row in rows],
    )


def _by_name(heartbeat: Heartbeat) -> str | None:
    key = PingKey.objects.filter(organization=heartbeat.monitor.organization_id).first()
    return f"{settings.PUBLIC_URL}{reverse('ping_what', args=[key.key, heartbeat.slug])}" if key else None


def _awaited(heartbeat: Heartbeat, schedule: Schedule) -> Awaited | None:
    if heartbeat.runs:
        began_at = datetime.fromisoformat(min(first for first, _ in heartbeat.runs.values()))
        return Awaited(began_at, schedule.must_end_at(began_at, heartbeat.waits_from), is_running=True)
    ended_at = max(filter(None, (heartbeat.succeeded_at, heartbeat.failed_at)), default=None)
    if ended_at is None:
        return None
    due_at = schedule.next_due(ended_at, heartbeat.waits_from)
    return Awaited(due_at, due_at + timedelta(seconds=schedule.grace_s), is_running=False)


def _line(row: Ping) -> PingLine:
    return PingLine(
        id=row.id,
        at=row.at,
        what=_WORDS[PingKind(row.kind)],
        exit_code=row.exit_code,
        run=row.run,
        took_s=None if row.duration_us is None else row.duration_us / 1e6,
        body=row.body,
        size=row.size,
    )
