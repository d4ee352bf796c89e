"""What a monitor's page shows of a job that reports to us."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.urls import reverse

from monitors.models import Heartbeat, Monitor, Ping, PingKind
from monitors.probes import probe_kinds

_WORDS = {PingKind.SUCCESS: "Success", PingKind.START: "Start", PingKind.FAIL: "Failure", PingKind.LOG: "Log"}


@dataclass(frozen=True, slots=True)
class PingLine:
    """One report. `took_s` is seconds, or None where no start was reported."""

    at: datetime
    what: str
    exit_code: int | None
    took_s: float | None
    body: str


@dataclass(frozen=True, slots=True)
class HeartbeatPage:
    """`address` is where the job reports; None for who may not report in its place."""

    address: str | None
    pings: Sequence[PingLine]  # newest first


def heartbeat_page(monitor: Monitor, *, with_address: bool) -> HeartbeatPage | None:
    """Return what a job has said, or None for a monitor that asks. Two queries."""
    if not probe_kinds()[monitor.kind].is_waiting:
        return None
    heartbeat = Heartbeat.objects.filter(monitor=monitor).first()
    if heartbeat is None:
        return None
    address = f"{settings.PUBLIC_URL}{reverse('ping', args=[heartbeat.token])}"
    rows = Ping.objects.filter(heartbeat=heartbeat).order_by("-at", "-id")[:20]
    return HeartbeatPage(address if with_address else None, [_line(row) for row in rows])


def _line(row: Ping) -> PingLine:
    took_s = None if row.duration_us is None else row.duration_us / 1e6
    return PingLine(row.at, _WORDS[PingKind(row.kind)], row.exit_code, took_s, row.body)
