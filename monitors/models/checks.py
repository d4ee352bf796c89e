"""Monitors and what their checks saw."""

from django.db import models
from django.db.models import Q

from kit.clock import clock
from monitors.models.fields import StateField
from monitors.models.providers import Scope


class Monitor(models.Model):
    """An organization's configured watch of one address. `scope` is what its state is about.

    Checks run in slots: every `interval_s` seconds from a phase that is derived from the id.
    `fence` is raised at each claim, so that a result of an older claim is dropped. `leased_until` is
    when a claimed check counts as lost; None while none is under way. The `last_*` are of the last
    check, confirmed or not: what counts as the monitor's state is its SourceState.
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
    """One check of one monitor, keyed by its slot. Lives in daily partitions, written by COPY.

    Times are microseconds for the whole and tenths of a millisecond for the phases.
    """

    pk = models.CompositePrimaryKey("monitor_id", "slot")
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

    class Meta:
        managed = False
        db_table = "monitors_checkresult"

    def __str__(self) -> str:
        return f"monitor {self.monitor_id} at {self.slot:%F %T}"


class MonitorDay(models.Model):
    """A day of one monitor's checks, kept for the 90-day bars. Days are UTC."""

    monitor = models.ForeignKey(Monitor, models.CASCADE, related_name="days")
    day = models.DateField()
    checks = models.PositiveIntegerField()
    failed = models.PositiveIntegerField()
    sum_us = models.BigIntegerField()
    max_us = models.PositiveIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["monitor", "day"], name="monitor_day_once")]

    def __str__(self) -> str:
        return f"monitor {self.monitor_id} on {self.day}"


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
