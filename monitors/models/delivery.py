"""What is counted of messages beyond the minute, the rules that organizations switched on, and what many found."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from kit.clock import clock
from monitors.models.providers import Scope


class DeliverySums(models.Model):
    """Messages of one organization to one scope in a stretch of time: those that started in it, and the outcomes
    that became known in it."""

    started = models.PositiveIntegerField(default=0)
    delivered = models.PositiveIntegerField(default=0)
    outage = models.PositiveIntegerField(default=0)  # failed by the provider's or carrier's fault
    ambiguous = models.PositiveIntegerField(default=0)
    sender = models.PositiveIntegerField(default=0)  # the sender's own doing: never evidence
    seconds = models.PositiveBigIntegerField(default=0)  # from first receipt to delivered, summed
    # Of those that started in this stretch, how many ended (whichever way) within monitors.core.receipts.PROMPT.
    prompt = models.PositiveIntegerField(default=0)
    # Of those delivered, how many took how long: monitors.core.delivery_times.STEPS; empty where none was delivered.
    times = ArrayField(models.PositiveIntegerField(), default=list)

    class Meta:
        abstract = True


class DeliveryHour(DeliverySums):
    """The sums of an hour's DeliveryCounts, counted at the same time: what pages read for a day or a week."""

    organization = models.ForeignKey("accounts.Organization", models.CASCADE, related_name="delivery_hours")
    scope = models.ForeignKey(Scope, models.CASCADE, related_name="delivery_hours")
    hour = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organization", "scope", "hour"], name="delivery_hour_once")]
        indexes = [models.Index(fields=["organization", "-hour"]), models.Index(fields=["hour"])]

    def __str__(self) -> str:
        return f"scope {self.scope_id} at {self.hour:%F %H}"


class DeliveryFailure(models.Model):
    """Messages that failed with one code, in the five minutes from `at` on in which that became known."""

    organization = models.ForeignKey("accounts.Organization", models.CASCADE, related_name="delivery_failures")
    scope = models.ForeignKey(Scope, models.CASCADE, related_name="delivery_failures")
    at = models.DateTimeField()
    code = models.CharField(max_length=10, blank=True)
    fault = models.CharField(max_length=10)  # monitors.receipts.base.Fault
    messages = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "scope", "at", "code", "fault"], name="delivery_failure_once"
            )
        ]
        indexes = [models.Index(fields=["organization", "-at"]), models.Index(fields=["at"])]

    def __str__(self) -> str:
        return f"{self.messages} with {self.code or 'no code'} at {self.at:%F %H:%M}"


class DeliveryRule(models.Model):
    """One of the simple rules, switched on by an organization: over all its messages of a provider together, or over
    each component, country and carrier by itself."""

    organization = models.ForeignKey("accounts.Organization", models.CASCADE, related_name="delivery_rules")
    rule = models.CharField(max_length=10)  # monitors.core.delivery_rules.Rule
    is_per_scope = models.BooleanField(default=False)
    created_at = models.DateTimeField(default=clock)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organization", "rule"], name="delivery_rule_once")]

    def __str__(self) -> str:
        return f"{self.rule} of organization {self.organization_id}"

    @property
    def ref(self) -> str:
        """How its observations name it."""
        return f"rule:{self.pk}"


class FilteringChange(models.Model):
    """A time in which many organizations' messages to a scope were refused with one code as their own doing: a
    carrier's new rule, and no outage."""

    scope = models.ForeignKey(Scope, models.CASCADE, related_name="filtering_changes")
    code = models.CharField(max_length=10, blank=True)
    began_at = models.DateTimeField()
    seen_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    may_be_told = models.BooleanField(default=False)  # to other organizations: enough of those it rests on agreed

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["scope", "code"], condition=Q(ended_at=None), name="filtering_once")
        ]

    def __str__(self) -> str:
        return f"{self.code} at scope {self.scope_id} since {self.began_at:%F %H:%M}"
