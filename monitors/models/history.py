"""What is kept of checks once their hour is over: packed hours, and sums with histograms of hours and days.

All hours and days are UTC. A check that was our own fault (state unknown) is packed, and counted nowhere
else; one within a maintenance window is counted as `planned` only, so that it leaves the uptime alone.
"""

from django.db import models

from monitors.models.checks import HOME, Monitor


class CheckBlock(models.Model):
    """The checks of one monitor from one region in one hour, packed by monitors.core.blocks.

    `checks` are all that `packed` holds; `failed`, `sum_us` and `max_us` are of those that say something
    about the target. Without a foreign key: a block costs its bytes and one index entry.
    """

    pk = models.CompositePrimaryKey("monitor_id", "hour", "region")
    monitor_id = models.IntegerField()
    hour = models.DateTimeField()
    region = models.SmallIntegerField(default=HOME)
    checks = models.IntegerField()
    failed = models.IntegerField()
    sum_us = models.BigIntegerField()
    max_us = models.IntegerField()
    packed = models.BinaryField()

    def __str__(self) -> str:
        return f"monitor {self.monitor_id} in the hour of {self.hour:%F %H}"


class MonitorHour(models.Model):
    """An hour of one monitor, all its regions; `histogram` of its good checks is of monitors.core.histogram."""

    pk = models.CompositePrimaryKey("monitor_id", "hour")
    monitor_id = models.IntegerField()
    hour = models.DateTimeField()
    checks = models.IntegerField()
    failed = models.IntegerField()
    planned = models.IntegerField()
    sum_us = models.BigIntegerField()
    max_us = models.IntegerField()
    histogram = models.BinaryField()

    def __str__(self) -> str:
        return f"monitor {self.monitor_id} in the hour of {self.hour:%F %H}"


class MonitorDay(models.Model):
    """A day of one monitor's checks, kept for ever: the 90-day bars. Written again with each of its hours."""

    monitor = models.ForeignKey(Monitor, models.CASCADE, related_name="days")
    day = models.DateField()
    checks = models.PositiveIntegerField()
    failed = models.PositiveIntegerField()
    planned = models.PositiveIntegerField(default=0, db_default=0)
    sum_us = models.BigIntegerField()
    max_us = models.PositiveIntegerField()
    histogram = models.BinaryField(default=b"", db_default=b"")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["monitor", "day"], name="monitor_day_once")]

    def __str__(self) -> str:
        return f"monitor {self.monitor_id} on {self.day}"


class PackedHour(models.Model):
    """An hour whose results are packed. An hour that gets a late result loses its row, and is packed again."""

    hour = models.DateTimeField(primary_key=True)
    packed_at = models.DateTimeField()
    checks = models.IntegerField()

    def __str__(self) -> str:
        return f"{self.hour:%F %H}: {self.checks} checks"
