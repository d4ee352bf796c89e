"""Take in what jobs report of themselves, and tell the checks what was heard."""

import secrets
from collections.abc import Collection
from datetime import datetime, timedelta

from django.db import transaction

from monitors.models import Heartbeat, Monitor, Ping, PingKind
from monitors.probes.evidence import masked, printable

MAX_BODY = 10_000  # bytes that are read of a report
MAX_SHOWN = 4_000  # characters that are kept
KEPT_PINGS = 100  # of each job
PRUNE_EVERY = 20
LONGEST_RUN = timedelta(days=30)


def open_heartbeat(monitor: Monitor) -> Heartbeat:
    """Give a monitor the address at which its job reports, if it has none."""
    found, _ = Heartbeat.objects.get_or_create(monitor=monitor, defaults={"token": secrets.token_urlsafe(24)})
    return found


def heartbeat_of(token: str) -> Heartbeat | None:
    return Heartbeat.objects.filter(token=token).first() if token.isprintable() else None


@transaction.atomic
def take_in(
    heartbeat_id: int, kind: PingKind, *, exit_code: int | None, body: bytes, address: str | None, now: datetime
) -> Ping:
    """Store one report, and have the monitor judged at once, unless it only adds to the log."""
    heartbeat = Heartbeat.objects.select_for_update().get(monitor_id=heartbeat_id)
    duration_us = _duration(heartbeat, kind, now)
    ping = Ping.objects.create(
        heartbeat=heartbeat,
        at=now,
        kind=kind,
        exit_code=exit_code,
        duration_us=duration_us,
        body=printable(masked(body.decode("utf-8", errors="replace")))[:MAX_SHOWN],
        address=address,
    )
    if kind != PingKind.LOG:
        _note(heartbeat, ping)
        Monitor.objects.filter(id=heartbeat.monitor_id, is_paused=False).update(next_check_at=now)
    if ping.id % PRUNE_EVERY == 0:
        newest = Ping.objects.filter(heartbeat=heartbeat).order_by("-at", "-id").values("id")[:KEPT_PINGS]
        Ping.objects.filter(heartbeat=heartbeat).exclude(id__in=list(newest.values_list("id", flat=True))).delete()
    return ping


def _duration(heartbeat: Heartbeat, kind: PingKind, now: datetime) -> int | None:
    """Return the microseconds of a run that ends, if its start was reported."""
    began = heartbeat.began_at
    ended = max(filter(None, (heartbeat.succeeded_at, heartbeat.failed_at)), default=None)
    if kind not in (PingKind.SUCCESS, PingKind.FAIL) or began is None or (ended and ended >= began):
        return None
    took = now - began
    return int(took / timedelta(microseconds=1)) if timedelta() <= took <= LONGEST_RUN else None


def _note(heartbeat: Heartbeat, ping: Ping) -> None:
    if ping.kind == PingKind.START:
        heartbeat.began_at = ping.at
    elif ping.kind == PingKind.SUCCESS:
        heartbeat.succeeded_at, heartbeat.exit_code, heartbeat.duration_us = ping.at, ping.exit_code, ping.duration_us
    else:
        heartbeat.failed_at, heartbeat.exit_code, heartbeat.duration_us = ping.at, ping.exit_code, ping.duration_us
    heartbeat.save(update_fields=["began_at", "succeeded_at", "failed_at", "exit_code", "duration_us"])


def heard(monitor_ids: Collection[int], *, now: datetime) -> dict[int, dict[str, object]]:
    """Return what jobs have said, by their monitors, as monitors.probes.heartbeat reads it. One query."""
    return {
        row.monitor_id: {
            "now": now.isoformat(),
            "began_at": row.began_at and row.began_at.isoformat(),
            "succeeded_at": row.succeeded_at and row.succeeded_at.isoformat(),
            "failed_at": row.failed_at and row.failed_at.isoformat(),
            "exit_code": row.exit_code,
            "duration_us": row.duration_us,
        }
        for row in Heartbeat.objects.filter(monitor__in=monitor_ids)
    }
