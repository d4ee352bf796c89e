"""Planned work: when a monitor's failures are expected."""

from django.db import models
from django.db.models import F, Q

from kit.clock import clock
from monitors.models.checks import Monitor


class MaintenanceWindow(models.Model):
    """A planned window, once or again and again; times on the wall of `time_zone`.

    `starts_on_wall` has no zone: with `time_zone` it says when the first window opens, and `rule` (RFC 5545,
    without DTSTART; empty: once) when the next ones do. Each lasts `minutes` of real time. `ended_at` is
    when a person ended the plan: the past stays as it was. It is for `monitors` and for those that bear `tag`
    at the time in question, or for all where `is_for_all`: removing the last monitor of a window must not
    silence the others.
    """

    organization = models.ForeignKey("accounts.Organization", models.CASCADE, related_name="maintenance_windows")
    name = models.CharField(max_length=100)
    starts_on_wall = models.CharField(max_length=16)  # 2026-10-25T02:30
    time_zone = models.CharField(max_length=64)
    minutes = models.PositiveIntegerField()
    rule = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField(default=clock)
    ended_at = models.DateTimeField(null=True)
    is_for_all = models.BooleanField(default=False)
    tag = models.CharField(max_length=30, blank=True, db_default="")
    monitors = models.ManyToManyField(Monitor, related_name="maintenance_windows", blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(minutes__gte=1, minutes__lte=7 * 24 * 60), name="window_length"),
            models.CheckConstraint(
                condition=Q(ended_at=None) | Q(ended_at__gte=F("created_at")), name="window_ends_after_it_was_made"
            ),
        ]
        indexes = [models.Index(fields=["organization", "created_at"])]

    def __str__(self) -> str:
        return self.name


class TagMove(models.Model):
    """A tag that was put on a monitor or taken off it later than it was made.

    With these, and with the tags that it bears now, it is known what it bore at any time (monitors.core.tagging):
    a window for a tag covered what bore it then, and a monitor's past does not change with its tags.
    """

    monitor = models.ForeignKey(Monitor, models.CASCADE, related_name="tag_moves")
    name = models.CharField(max_length=30)
    at = models.DateTimeField()
    is_put_on = models.BooleanField()

    class Meta:
        indexes = [models.Index(fields=["monitor", "name", "at"])]

    def __str__(self) -> str:
        return f"monitor {self.monitor_id}: {'+' if self.is_put_on else '-'}{self.name}"
