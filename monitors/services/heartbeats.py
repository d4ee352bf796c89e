"""Take in what jobs report of themselves, and tell the checks what was heard."""

import secrets
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from django.db import transaction
from django.utils.text import slugify

from monitors.core.edits import Edit
from monitors.models import Heartbeat, Monitor, Ping, PingKey, PingKind
from monitors.probes.evidence import masked, printable
from monitors.probes.job_schedule import Schedule
from monitors.services.changes import note

KEPT_PINGS = 100  # of each job
PRUNE_EVERY = 20
LONGEST_RUN = timedelta(days=30)
MOST_RUNS = 100  # under way at once, of each job
MOST_SLUG = 80  # characters
SAYINGS = ("start", "fail", "log")  # what may follow an address, besides an exit code
REPEATED_WITHIN = timedelta(minutes=1)  # a client that heard no answer says it again


def open_heartbeat(monitor: Monitor) -> Heartbeat:
    """Give a monitor the address at which its job reports, if it has none, and a name that no other has.

    The caller has its organization locked.
    """
    PingKey.objects.get_or_create(organization_id=monitor.organization_id, defaults={"key": _new_token()})
    defaults = {"token": _new_token, "slug": partial(_free_slug, monitor)}
    found, _ = Heartbeat.objects.get_or_create(monitor=monitor, defaults=defaults)
    return found


def _free_slug(monitor: Monitor) -> str:
    """Return the monitor's name as it may stand in an address, told apart from what can follow one and from others."""
    name = slugify(monitor.name)[:MOST_SLUG]
    name = f"job-{name}".rstrip("-") if name in SAYINGS or name.isdigit() or not name else name
    rows = Heartbeat.objects.filter(monitor__organization=monitor.organization_id, slug__startswith=name)
    taken = set(rows.values_list("slug", flat=True))
    return next(slug for slug in (name, *(f"{name}-{n}" for n in range(2, len(taken) + 3))) if slug not in taken)


def change_key(organization_id: int, *, now: datetime, by: int | None) -> None:
    """Give an organization another ping key; by the old one nobody can report any more. `by` is a user's id."""
    with transaction.atomic():
        PingKey.objects.filter(organization=organization_id).update(key=_new_token())
        jobs = Heartbeat.objects.filter(monitor__organization=organization_id).order_by("monitor")
        edit = Edit("Key to ping by name", None, None)
        note([(id_, [edit]) for id_ in jobs.values_list("monitor", flat=True)], by=by, now=now)


def move(monitor: Monitor, *, now: datetime, by: int | None) -> None:
    """Give a job another address to report at; at the old one nobody listens any more. `by` is a user's id."""
    with transaction.atomic():
        if Heartbeat.objects.filter(monitor=monitor).update(token=_new_token()):
            note([(monitor.id, [Edit("Address to ping", None, None)])], by=by, now=now)


def wait_anew(monitor_ids: Collection[int], *, now: datetime) -> None:
    """Hold nothing against these jobs that was due before now: nobody looked, or it was another schedule."""
    Heartbeat.objects.filter(monitor__in=monitor_ids).update(waits_from=now)


def heartbeat_named(key: str, slug: str) -> Heartbeat | None:
    """Return an organization's heartbeat of this name, its monitor with it, if there is one."""
    if not (key.isprintable() and slug.isprintable()):
        return None
    rows = Heartbeat.objects.select_related("monitor").filter(monitor__organization__ping_key__key=key, slug=slug)
    return rows.first()


def heartbeat_of(token: str) -> Heartbeat | None:
    """Return the heartbeat with this address, its monitor with it, if there is one."""
    return Heartbeat.objects.select_related("monitor").filter(token=token).first() if token.isprintable() else None


@dataclass(frozen=True, slots=True)
class Report:
    """What a job says. `run` is the id that it gives its run, `size` the bytes of its body before it was cut."""

    kind: PingKind
    exit_code: int | None = None
    run: str = ""
    body: bytes = b""
    size: int = 0
    address: str | None = None


@transaction.atomic
def take_in(heartbeat_id: int, report: Report, *, now: datetime) -> Ping:
    """Store one report, and have the monitor judged at once, unless it only adds to the log."""
    heartbeat = Heartbeat.objects.select_for_update(of=("self",)).select_related("monitor").get(monitor_id=heartbeat_id)
    ping = Ping.objects.create(
        heartbeat=heartbeat,
        at=now,
        kind=report.kind,
        exit_code=report.exit_code,
        duration_us=_note(heartbeat, report, now),
        run=report.run,
        size=report.size,
        body=printable(masked(report.body.decode("utf-8", errors="replace"))),
        address=report.address,
    )
    if report.kind != PingKind.LOG:
        heartbeat.save(update_fields=["runs", "succeeded_at", "failed_at", "exit_code", "duration_us"])
        Monitor.objects.filter(id=heartbeat.monitor_id, is_paused=False).update(next_check_at=now)
    if ping.id % PRUNE_EVERY == 0:
        newest = Ping.objects.filter(heartbeat=heartbeat).order_by("-at", "-id").values("id")[:KEPT_PINGS]
        Ping.objects.filter(heartbeat=heartbeat).exclude(id__in=list(newest.values_list("id", flat=True))).delete()
    return ping


def _note(heartbeat: Heartbeat, report: Report, now: datetime) -> int | None:
    """Bring the heartbeat up to date; return the microseconds of a run that ends, if its start was reported."""
    if report.kind == PingKind.START:
        if report.run in heartbeat.runs or len(heartbeat.runs) < MOST_RUNS:
            first, _ = heartbeat.runs.get(report.run, (now.isoformat(), ""))
            heartbeat.runs[report.run] = (first, now.isoformat())
        return None
    if report.kind == PingKind.LOG:
        return None
    _, began = heartbeat.runs.pop(report.run, (None, None))
    took = now - datetime.fromisoformat(began) if began else None
    duration_us = took // timedelta(microseconds=1) if took and timedelta() <= took <= LONGEST_RUN else None
    if report.kind == PingKind.SUCCESS:
        if heartbeat.succeeded_at is None or began or now - heartbeat.succeeded_at > REPEATED_WITHIN:
            heartbeat.duration_us = duration_us  # else the same is said twice
        heartbeat.succeeded_at = now
        _give_up_overdue(heartbeat, now)
    else:
        heartbeat.failed_at, heartbeat.duration_us = now, duration_us
    heartbeat.exit_code = report.exit_code
    return duration_us


def _give_up_overdue(heartbeat: Heartbeat, now: datetime) -> None:
    """Forget runs that should have ended: that was said, and now another run has ended well."""
    oldest = now - timedelta(seconds=Schedule.of(heartbeat.monitor.options).run_s)
    heartbeat.runs = {
        run: starts for run, starts in heartbeat.runs.items() if datetime.fromisoformat(starts[0]) >= oldest
    }


def _new_token() -> str:
    return secrets.token_urlsafe(24)


def heard(monitor_ids: Collection[int], *, now: datetime) -> dict[int, dict[str, object]]:
    """Return what jobs have said, by their monitors, as monitors.probes.heartbeat reads it. One query."""
    return {
        row.monitor_id: {
            "now": now.isoformat(),
            **_under_way(row.runs),
            "succeeded_at": row.succeeded_at and row.succeeded_at.isoformat(),
            "failed_at": row.failed_at and row.failed_at.isoformat(),
            "exit_code": row.exit_code,
            "duration_us": row.duration_us,
            "waits_from": row.waits_from and row.waits_from.isoformat(),
        }
        for row in Heartbeat.objects.filter(monitor__in=monitor_ids)
    }


def _under_way(runs: Mapping[str, Sequence[str]]) -> dict[str, str]:
    """Return the oldest run and the latest start; the ISO times are all in UTC, so their order is that of time."""
    if not runs:
        return {}
    began, run = min((first, run) for run, (first, _) in runs.items())
    return {"began_at": began, "run": run, "latest_at": max(last for _, last in runs.values())}
