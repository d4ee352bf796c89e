"""What came in at a receipt source beside receipts: requests that were refused, and counts that senders made."""

from django.db import models
from django.db.models import Q

from monitors.models.providers import Scope
from monitors.models.receipts import ReceiptSource


class Problem(models.TextChoices):
    """Why something that came in was not counted."""

    SIGNATURE = "signature", "Wrong signature"
    UNREADABLE = "unreadable", "Could not be read"
    ITEM = "item", "Part of a batch could not be read"
    WORD = "word", "Status that we do not know"


class ReceiptProblem(models.Model):
    """How often a source was sent what could not be counted. `word` is the status that we do not know; `reason` what
    was wrong the last time."""

    source = models.ForeignKey(ReceiptSource, models.CASCADE, related_name="problems")
    kind = models.CharField(max_length=10, choices=Problem.choices)
    word = models.CharField(max_length=24, blank=True)
    reason = models.CharField(max_length=200, blank=True)
    number = models.PositiveBigIntegerField(default=0)
    last_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["source", "kind", "word"], name="receipt_problem_once")]

    def __str__(self) -> str:
        return f"{self.number} {self.kind} at source {self.source_id}"


class PushedMinute(models.Model):
    """What a sender last said it counted of one minute and scope.

    `said` and `counted` are as monitors.services.pushed_minutes makes them: the newest, and what the sums hold of it.
    `said_at` is the signed time of the push, so that an older one that arrives later replaces nothing.
    """

    source = models.ForeignKey(ReceiptSource, models.CASCADE, related_name="pushed_minutes")
    scope = models.ForeignKey(Scope, models.CASCADE, related_name="pushed_minutes")
    minute = models.DateTimeField()
    said = models.JSONField()
    said_at = models.DateTimeField()
    counted = models.JSONField(null=True)  # None: nothing of it yet
    is_waiting = models.BooleanField(default=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["source", "scope", "minute"], name="pushed_minute_once")]
        indexes = [
            models.Index(fields=["source", "minute"], name="pushed_minute_waiting", condition=Q(is_waiting=True)),
            models.Index(fields=["minute"], name="pushed_minute_by_time"),
        ]

    def __str__(self) -> str:
        return f"source {self.source_id} at {self.minute:%F %H:%M}"
