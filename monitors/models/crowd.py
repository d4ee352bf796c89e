"""Crowd reports: people's statements that something is broken."""

from django.db import models
from django.db.models import Q

from kit.clock import clock
from monitors.models.providers import Provider, Scope


class Report(models.Model):
    """One person's statement. The person is a keyed hash that changes daily, never an address."""

    provider = models.ForeignKey(Provider, models.CASCADE, related_name="reports")
    scope = models.ForeignKey(Scope, models.CASCADE, related_name="reports")
    problem = models.CharField(max_length=40)
    country = models.CharField(max_length=2, blank=True)
    carrier_text = models.CharField(max_length=60, blank=True)  # as typed, where we do not know it
    voter = models.CharField(max_length=64)  # keyed hash of the address and browser
    network = models.CharField(max_length=64)  # keyed hash of the /24 or /64
    window = models.DateTimeField()  # start of the window in which this voter has one vote
    is_counted = models.BooleanField(default=True)  # the first of its network in this window: further ones do not count
    at = models.DateTimeField(default=clock)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["provider", "voter", "window"], name="one_vote_per_window"),
            models.UniqueConstraint(
                fields=["provider", "network", "window"], condition=Q(is_counted=True), name="one_network_per_window"
            ),
        ]
        indexes = [models.Index(fields=["provider", "-at"]), models.Index(fields=["scope", "-at"])]

    def __str__(self) -> str:
        return f"{self.problem} at provider {self.provider_id}"


class ReportCount(models.Model):
    """Reports that count, per scope and minute."""

    scope = models.ForeignKey(Scope, models.CASCADE, related_name="report_counts")
    minute = models.DateTimeField()
    reports = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["scope", "minute"], name="report_count_once")]

    def __str__(self) -> str:
        return f"{self.reports} reports about scope {self.scope_id} at {self.minute:%F %H:%M}"
