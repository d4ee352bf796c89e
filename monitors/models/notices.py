"""What the people who run this installation should look at."""

from django.db import models
from django.db.models import Q


class OperatorNotice(models.Model):
    """One cause that an operator should look at, such as a source that stays unreadable; raised once, then counted.

    `kind` and `ref` name the cause ("unreadable", "feed:7"). `sample` is a stranger's text, cut and cleaned: show it
    as text. `tell_at` is when the operators are to be written to; None: nothing to write. `told_at` is when they were.
    """

    kind = models.CharField(max_length=40)
    ref = models.CharField(max_length=60)
    title = models.CharField(max_length=200)
    reason = models.TextField(blank=True)  # the latest one, and what to do
    sample = models.TextField(blank=True)
    raised_at = models.DateTimeField()
    seen_at = models.DateTimeField()
    count = models.PositiveIntegerField(default=1)  # times seen
    resolved_at = models.DateTimeField(null=True)
    tell_at = models.DateTimeField(null=True)
    told_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["kind", "ref"], condition=Q(resolved_at=None), name="notice_once")
        ]
        indexes = [
            models.Index(fields=["-raised_at"]),
            models.Index(fields=["tell_at"], name="notice_to_tell", condition=Q(tell_at__isnull=False)),
        ]

    def __str__(self) -> str:
        return self.title
