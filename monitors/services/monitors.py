"""Make, change, pause and remove monitors."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from urllib.parse import urlsplit

from django.conf import settings
from django.db import transaction
from django.db.models import F

from kit.addresses import resolve_and_judge
from monitors.core.edits import edits
from monitors.core.observations import Observation
from monitors.core.states import Source, State
from monitors.models import (
    HOME,
    CheckBlock,
    CheckResult,
    Coverage,
    Monitor,
    MonitorHour,
    RegionWord,
    Scope,
    SourceState,
)
from monitors.probes import probe_kinds
from monitors.probes.job_schedule import is_other_schedule
from monitors.queries.configuration import settings_of
from monitors.services.changes import checks_edit, note, note_new
from monitors.services.heartbeats import open_heartbeat, wait_anew
from monitors.services.limits import judge_interval, judge_room
from monitors.services.options import is_same_place, sealed, with_kept
from monitors.services.states import observe
from monitors.services.synthetic import open_plan

LOOKUP_S = 5.0


@dataclass(frozen=True, slots=True)
class Settings:
    """What a person says about a monitor. `options` are as the probe's `clean` gives them; times in seconds."""

    name: str
    kind: str
    target: str
    options: Mapping[str, object]
    interval_s: int
    timeout_s: int
    confirmations: int
    recovery_confirmations: int | None = None
    slow_factor: float | None = 2.0
    regions: Sequence[int] = (HOME,)
    quorum: int | None = None


def judge_target(kind: str, target: str) -> None:
    """Refuse a target that we may not go to, by its text and by where its name leads now.

    Raises AddressRefused or NameUnresolved of kit.addresses, with the reason for people. It is judged
    again at each check.
    """
    allowed = settings.ALLOWED_PRIVATE_HOSTS
    place = probe_kinds()[kind].locate(target, allowed, [urlsplit(settings.PUBLIC_URL).netloc])
    if place:
        resolve_and_judge(place.host, place.port, allowed=allowed, timeout_s=LOOKUP_S)


def create(organization_id: int, scope: Scope, wanted: Settings, *, now: datetime, by: int | None = None) -> Monitor:
    """Make a monitor; its first check falls due at once. `by` is the id of the user who does it; None: a command.

    Raises as `judge_target`, SecretNeeded and BeyondPlan.
    """
    judge_target(wanted.kind, wanted.target)
    with transaction.atomic():
        monitor = create_judged(organization_id, scope, wanted, now=now)
        note_new([monitor.id], by=by, now=now)
    return monitor


def create_judged(organization_id: int, scope: Scope, wanted: Settings, *, now: datetime) -> Monitor:
    """Make a monitor whose target was judged a moment ago; the caller notes it. Raises SecretNeeded and BeyondPlan."""
    judge_interval(organization_id, wanted.kind, wanted.interval_s)
    options = with_kept(wanted.kind, wanted.options, {}, same_place=False)
    with transaction.atomic():
        judge_room(organization_id)
        bare = replace(wanted, options={})
        monitor = Monitor.objects.create(
            organization_id=organization_id, scope=scope, created_at=now, next_check_at=now, **_columns(bare)
        )
        # The seal of a secret is bound to the row's id, which only now exists.
        monitor.options = sealed(wanted.kind, options, monitor.id)
        monitor.save(update_fields=["options"])
        if probe_kinds()[wanted.kind].is_waiting:
            open_heartbeat(monitor)
        if probe_kinds()[wanted.kind].is_sending:
            open_plan(monitor, now=now)
    return monitor


def change(monitor: Monitor, scope: Scope, wanted: Settings, *, now: datetime, by: int | None = None) -> None:
    """Change a monitor; a check that is under way is dropped, and a new one falls due at once. `by` as in `create`.

    Raises as `judge_target`, SecretNeeded and BeyondPlan.
    """
    judge_target(wanted.kind, wanted.target)
    if wanted.interval_s != monitor.interval_s:  # what it had before the plan may stay
        judge_interval(monitor.organization_id, wanted.kind, wanted.interval_s)
    same_place = is_same_place(monitor.target, wanted.target)
    options = with_kept(wanted.kind, wanted.options, monitor.options, same_place=same_place)
    wanted = replace(wanted, options=sealed(wanted.kind, options, monitor.id))
    with transaction.atomic():
        before = settings_of(_locked(monitor.id))
        rows = Monitor.objects.filter(id=monitor.id)
        rows.update(scope=scope, fence=F("fence") + 1, leased_until=None, next_check_at=now, **_columns(wanted))
        after = settings_of(Monitor(id=monitor.id, scope=scope, **_columns(wanted)))
        note([(monitor.id, edits(before, after))], by=by, now=now)
        # Said of what it was before: it confirms nothing, and is no measure of what is usual.
        RegionWord.objects.filter(monitor=monitor).delete()
        SourceState.objects.filter(ref=_ref(monitor)).update(pending=None, pending_since=None, agreeing=0)
        if (wanted.kind, wanted.target) != (monitor.kind, monitor.target):
            rows.update(baseline_us=None, retargeted_at=now)
        if probe_kinds()[wanted.kind].is_waiting and is_other_schedule(monitor.options, wanted.options):
            wait_anew([monitor.id], now=now)
        if probe_kinds()[wanted.kind].is_sending:
            open_plan(monitor, now=now)
        if scope.id != monitor.scope_id:
            withdraw(monitor, "The monitor now watches something else.", now)
            SourceState.objects.filter(ref=_ref(monitor), scope=monitor.scope_id).delete()


def pause(monitor: Monitor, *, now: datetime, by: int | None = None) -> None:
    """Stop checking. What the monitor last said no longer counts: nobody is looking. `by` as in `create`."""
    with transaction.atomic():
        rows = Monitor.objects.filter(id=monitor.id, is_paused=False)
        if rows.update(is_paused=True, fence=F("fence") + 1, leased_until=None):
            RegionWord.objects.filter(monitor=monitor).delete()
            withdraw(monitor, "The monitor is paused.", now)
            note([(monitor.id, [checks_edit(paused=True)])], by=by, now=now)


def resume(monitor: Monitor, *, now: datetime, by: int | None = None) -> None:
    """Check again, at once. `by` as in `create`."""
    with transaction.atomic():
        if Monitor.objects.filter(id=monitor.id, is_paused=True).update(is_paused=False, next_check_at=now):
            wait_anew([monitor.id], now=now)
            note([(monitor.id, [checks_edit(paused=False)])], by=by, now=now)


def delete(monitor: Monitor, *, now: datetime) -> None:
    """Remove a monitor with everything that it has seen. Incidents keep their own record."""
    with transaction.atomic():
        withdraw(monitor, "The monitor was removed.", now)
        SourceState.objects.filter(ref=_ref(monitor)).delete()
        Coverage.objects.filter(ref=_ref(monitor)).delete()
        for history in (CheckResult, CheckBlock, MonitorHour):
            history.objects.filter(monitor_id=monitor.id).delete()
        Monitor.objects.filter(id=monitor.id).delete()


def _locked(monitor_id: int) -> Monitor:
    """Return a monitor as it is stored now: two who change it at once are told of one after the other."""
    rows = Monitor.objects.select_related("scope__provider", "scope__component")
    return rows.select_for_update(no_key=True, of=("self",)).get(id=monitor_id)


def _columns(wanted: Settings) -> dict[str, object]:
    return {
        "name": wanted.name,
        "kind": wanted.kind,
        "target": wanted.target,
        "options": dict(wanted.options),
        "interval_s": wanted.interval_s,
        "timeout_s": wanted.timeout_s,
        "confirmations": wanted.confirmations,
        "recovery_confirmations": wanted.recovery_confirmations,
        "slow_factor": wanted.slow_factor,
        "regions": list(wanted.regions),
        "quorum": wanted.quorum,
    }


def _ref(monitor: Monitor) -> str:
    return f"monitor:{monitor.id}"


def withdraw(monitor: Monitor, reason: str, now: datetime) -> None:
    """Let the monitor say that it no longer knows, where it has said something. Nor does it go up and down then."""
    Monitor.objects.filter(id=monitor.id, noisy_since__isnull=False).update(noisy_since=None)
    spoken = SourceState.objects.filter(ref=_ref(monitor)).values_list("scope_id", "fresh_for_s")
    observe(
        [
            Observation(
                source=Source.PROBE,
                ref=_ref(monitor),
                scope_id=scope_id,
                state=State.UNKNOWN,
                at=now,
                reason=f"{monitor.name}: {reason}",
                organization_id=monitor.organization_id,
                fresh_for_s=fresh_for_s,
            )
            for scope_id, fresh_for_s in spoken
        ],
        now=now,
    )
