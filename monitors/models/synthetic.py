"""Messages that we send at an owner's cost: when the next is due, what each cost, and what came of it."""

from django.db import models
from django.db.models import Q

from monitors.models.checks import Monitor


class SyntheticPlan(models.Model):
    """When one monitor's next message may be sent. `capped_at` is when the last was not, as the month's money is spent."""

    monitor = models.OneToOneField(Monitor, models.CASCADE, related_name="synthetic_plan", primary_key=True)
    next_send_at = models.DateTimeField(db_index=True)
    capped_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"messages of monitor {self.monitor_id}"


class Fate(models.TextChoices):
    """What became of a message; the first two are not settled yet.

    `reserved`: its money is set aside, and Twilio has not answered. `lost`: we do not know, and never will.
    """

    RESERVED = "reserved"
    TAKEN = "taken"
    DELIVERED = "delivered"
    NOT_DELIVERED = "not_delivered"
    REFUSED = "refused"
    LOST = "lost"


OPEN_FATES = (Fate.RESERVED, Fate.TAKEN)


class SyntheticSend(models.Model):
    """One message, written before it is sent: `price` counts against the cap from then on, and is 0 if it was refused."""

    monitor = models.ForeignKey(Monitor, models.CASCADE, related_name="synthetic_sends")
    at = models.DateTimeField()
    price = models.DecimalField(max_digits=12, decimal_places=6)
    fate = models.CharField(max_length=13, choices=Fate, default=Fate.RESERVED)
    sid = models.CharField(max_length=34, blank=True)
    words = models.CharField(max_length=300, blank=True)
    took_us = models.BigIntegerField(null=True)
    settled_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            # The wall behind the lock: two workers can never have one monitor's messages under way at once.
            models.UniqueConstraint(
                fields=["monitor"], name="synthetic_one_under_way", condition=Q(fate__in=[f.value for f in OPEN_FATES])
            ),
            models.CheckConstraint(condition=Q(price__gte=0), name="synthetic_price_is_no_income"),
        ]
        indexes = [
            models.Index(fields=["monitor", "-at"], name="synthetic_of_monitor"),
            models.Index(fields=["at"], name="synthetic_open", condition=Q(fate__in=[f.value for f in OPEN_FATES])),
        ]

    def __str__(self) -> str:
        return f"message of monitor {self.monitor_id} at {self.at:%F %T}: {self.fate}"
