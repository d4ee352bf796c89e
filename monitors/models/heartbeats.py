"""Jobs that report to us: where they report, and what they have said."""

from django.db import models

from monitors.models.checks import Monitor

MAX_BODY = 10_000  # bytes that are read and kept of a report


class PingKey(models.Model):
    """What an organization's jobs may report with by their names, instead of an address of each. A secret."""

    organization = models.OneToOneField(
        "accounts.Organization", models.CASCADE, related_name="ping_key", primary_key=True
    )
    key = models.CharField(max_length=40, unique=True)

    def __str__(self) -> str:
        return f"ping key of organization {self.organization_id}"


class Heartbeat(models.Model):
    """Where one monitor's job reports, and what it last said. `token` is the address: who has it, may report.
    `slug` names it among its organization's, and stays when the monitor gets another name.

    `runs` are under way: by the id that the job gives each, or "" where it gives none, the ISO times of the first and
    of the last start that was reported since one ended. `duration_us` is of the last run that said both, in microseconds.
    `waits_from`: since it was resumed or its schedule changed; what was due before is not held against it.
    """

    monitor = models.OneToOneField(Monitor, models.CASCADE, related_name="heartbeat", primary_key=True)
    token = models.CharField(max_length=40, unique=True)
    slug = models.CharField(max_length=100)
    runs = models.JSONField(default=dict)
    succeeded_at = models.DateTimeField(null=True)
    failed_at = models.DateTimeField(null=True)
    exit_code = models.PositiveSmallIntegerField(null=True)
    duration_us = models.BigIntegerField(null=True)
    waits_from = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"heartbeat of monitor {self.monitor_id}"


class PingKind(models.TextChoices):
    SUCCESS = "success"
    START = "start"
    FAIL = "fail"
    LOG = "log"


class Ping(models.Model):
    """One report of a job, as it came. `body` is cut, printable and masked; `size` is what was sent, in bytes.

    `run` is the id that the job gives its run, if any.
    """

    heartbeat = models.ForeignKey(Heartbeat, models.CASCADE, related_name="pings")
    at = models.DateTimeField()
    kind = models.CharField(max_length=7, choices=PingKind)
    exit_code = models.PositiveSmallIntegerField(null=True)
    duration_us = models.BigIntegerField(null=True)
    run = models.CharField(max_length=64, blank=True)
    size = models.PositiveBigIntegerField(default=0)
    body = models.TextField(blank=True)
    address = models.GenericIPAddressField(null=True)

    class Meta:
        indexes = [models.Index(fields=["heartbeat", "-at"])]

    def __str__(self) -> str:
        return f"{self.kind} of monitor {self.heartbeat_id} at {self.at:%F %T}"
