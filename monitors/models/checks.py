"""Monitors and what their checks saw."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from kit.clock import clock
from monitors.models.fields import StateField
from monitors.models.providers import Scope

HOME = 0  # the number of the first region, where a monitor is checked unless it says otherwise


def only_home() -> list[int]:
    return [HOME]


class Monitor(models.Model):
    """An organization's configured watch of one address. `scope` is what its state is about.

    Checks run in slots: every `interval_s` seconds from a phase that is derived from the id.
    `fence` is raised at each claim, so that a result of an older claim is dropped. `leased_until` is
    when a claimed check counts as lost; None while none is under way. The `last_*` are of the last
    check, confirmed or not: what counts as the monitor's state is its SourceState.

    `confirmations` failures in a row make it down, `recovery_confirmations` good checks make it up, as many
    if None.
    `regions` are numbers of settings.PROBE_REGIONS, which check in turn; `quorum` of them must agree, None for more than
    half, and that stands in place of checks in a row.
    `baseline_us` is the p95 of its good checks of the last week, None while too few are known; a check
    that takes `slow_factor` times as long is slow, None never. `noisy_since` is set while it goes up and
    down so often that its recoveries wait. At `retargeted_at` it was given another target: what was usual
    before is no measure. `muted_until` keeps its alerts back and nothing else; `muted_at` and `muted_by` say
    when and by whom the last mute was set or lifted.
    """

    organization = models.ForeignKey("accounts.Organization", models.CASCADE, related_name="monitors")
    scope = models.ForeignKey(Scope, models.PROTECT, related_name="monitors")
    name = models.CharField(max_length=100)
    kind = models.CharField(max_length=20, default="http")  # a module of monitors.probes
    target = models.CharField(max_length=2048)
    options = models.JSONField(default=dict)
    interval_s = models.PositiveIntegerField(default=60)
    timeout_s = models.PositiveIntegerField(default=10)
    confirmations = models.PositiveSmallIntegerField(default=2)
    recovery_confirmations = models.PositiveSmallIntegerField(null=True)
    regions = ArrayField(models.PositiveSmallIntegerField(), default=only_home)
    quorum = models.PositiveSmallIntegerField(null=True)
    slow_factor = models.FloatField(null=True, default=2.0)
    baseline_us = models.PositiveIntegerField(null=True)
    retargeted_at = models.DateTimeField(null=True)
    noisy_since = models.DateTimeField(null=True)
    muted_until = models.DateTimeField(null=True)
    muted_at = models.DateTimeField(null=True)
    muted_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    tags = ArrayField(models.CharField(max_length=30), default=list)
    is_paused = models.BooleanField(default=False)
    created_at = models.DateTimeField(default=clock)
    next_check_at = models.DateTimeField(default=clock)
    fence = models.PositiveIntegerField(default=0)
    leased_until = models.DateTimeField(null=True)
    last_check_at = models.DateTimeField(null=True)
    last_state = StateField()
    last_total_us = models.PositiveIntegerField(null=True)
    last_reason = models.CharField(max_length=40, blank=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(interval_s__gte=10), name="monitor_interval_floor")]
        indexes = [
            models.Index(fields=["next_check_at"], name="monitor_due", condition=Q(is_paused=False)),
            models.Index(fields=["leased_until"], name="monitor_leased", condition=Q(leased_until__isnull=False)),
        ]

    def __str__(self) -> str:
        return self.name


class CheckResult(models.Model):
    """One check of one monitor from one region, keyed by its slot. Lives in daily partitions, written by COPY.

    Times are microseconds for the whole and tenths of a millisecond for the phases.
    """

    pk = models.CompositePrimaryKey("monitor_id", "slot", "region")
    monitor_id = models.IntegerField()
    slot = models.DateTimeField()
    state = StateField()
    reason = models.SmallIntegerField()  # monitors.probes.base.Reason
    total_us = models.IntegerField()
    dns = models.SmallIntegerField()
    connect = models.SmallIntegerField()
    tls = models.SmallIntegerField()
    first_byte = models.SmallIntegerField()
    transfer = models.SmallIntegerField()
    region = models.SmallIntegerField(default=HOME)

    class Meta:
        managed = False
        db_table = "monitors_checkresult"

    def __str__(self) -> str:
        return f"monitor {self.monitor_id} at {self.slot:%F %T}"


class CheckEvidence(models.Model):
    """What the first failure of a spell looked like: status, headers, a piece of the body, address, chain."""

    monitor = models.ForeignKey(Monitor, models.CASCADE, related_name="evidence")
    at = models.DateTimeField()
    reason = models.CharField(max_length=40)
    detail = models.JSONField(default=dict)

    class Meta:
        indexes = [models.Index(fields=["monitor", "-at"])]

    def __str__(self) -> str:
        return f"monitor {self.monitor_id}: {self.reason}"
