"""Who changed what about monitors."""

from django.conf import settings
from django.db import models

from monitors.models.checks import Monitor


class ChangeKind(models.TextChoices):
    MADE = "made", "Made"
    IMPORTED = "imported", "Imported"
    CHANGED = "changed", "Changed"


class MonitorChange(models.Model):
    """What a person did to a monitor: rows are only added, in the transaction of what they tell of.

    `by` is None for a command of the operators, and for somebody whose account is gone. `together` is how many
    monitors were changed at once. `edits` are [what, before, after] as people may read it (monitors.core.edits.Edit).
    """

    monitor = models.ForeignKey(Monitor, models.CASCADE, related_name="edits")
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    kind = models.CharField(max_length=10, choices=ChangeKind.choices, default=ChangeKind.CHANGED)
    together = models.PositiveIntegerField(default=1)
    edits = models.JSONField(default=list)

    class Meta:
        indexes = [models.Index(fields=["monitor", "-at", "-id"], name="change_of_monitor")]

    def __str__(self) -> str:
        return f"monitor {self.monitor_id} {self.kind} at {self.at:%F %T}"
