"""Delivery receipts: what messaging providers tell our organizations about their messages."""

from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.db.models import Q

from kit.clock import clock
from monitors.models.delivery import DeliverySums
from monitors.models.providers import Provider, Scope


class ReceiptSource(models.Model):
    """Where one organization's receipts of one provider come in, and how they are verified."""

    organization = models.ForeignKey("accounts.Organization", models.CASCADE, related_name="receipt_sources")
    provider = models.ForeignKey(Provider, models.PROTECT, related_name="receipt_sources")
    kind = models.CharField(max_length=20, default="twilio")  # a module of monitors.receipts
    token = models.CharField(max_length=64, unique=True)  # the secret part of the hook's address
    sealed_secrets = models.TextField(blank=True)  # JSON list, sealed; several are valid during a rotation
    created_at = models.DateTimeField(default=clock)
    last_receipt_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.kind} receipts of organization {self.organization_id}"


class Receipt(models.Model):
    """One delivery status as it came in; also the inbox that counting reads."""

    source = models.ForeignKey(ReceiptSource, models.CASCADE, related_name="receipts")
    message_id = models.CharField(max_length=64)
    status = models.CharField(max_length=24)
    error_code = models.CharField(max_length=10, blank=True)
    # monitors.receipts.base.Fault, where the sender says it
    fault = models.CharField(max_length=10, blank=True, default="")
    scope = models.ForeignKey(Scope, models.CASCADE, related_name="receipts")
    to_hash = models.CharField(max_length=64)
    at = models.DateTimeField()
    applied_at = models.DateTimeField(null=True)  # None: not yet counted

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["source", "message_id", "status", "error_code"], name="receipt_once")
        ]
        indexes = [models.Index(fields=["source", "id"], name="receipt_waiting", condition=Q(applied_at=None))]

    def __str__(self) -> str:
        return f"{self.message_id} {self.status}"


class Message(models.Model):
    """Where one message stands: the furthest status its receipts have reached, whatever their order."""

    source = models.ForeignKey(ReceiptSource, models.CASCADE, related_name="messages")
    message_id = models.CharField(max_length=64)
    scope = models.ForeignKey(Scope, models.CASCADE, related_name="messages")
    status = models.CharField(max_length=24)
    rank = models.PositiveSmallIntegerField()
    error_code = models.CharField(max_length=10, blank=True)
    outcome = models.CharField(
        max_length=10, blank=True, default=""
    )  # as its end counts: monitors.core.receipts.Outcome
    first_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)
    final_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["source", "message_id"], name="message_once")]
        indexes = [
            models.Index(fields=["scope", "first_at"], name="message_unfinished", condition=Q(final_at=None)),
            models.Index(fields=["scope", "first_at"], name="message_by_scope"),
            BrinIndex(fields=["first_at", "final_at"], name="message_by_time", pages_per_range=16, autosummarize=True),
        ]

    def __str__(self) -> str:
        return f"{self.message_id} {self.status}"


class DeliveryCount(DeliverySums):
    """Messages per organization, scope and minute: those that started in it, and the outcomes that became known in it."""

    organization = models.ForeignKey("accounts.Organization", models.CASCADE, related_name="delivery_counts")
    scope = models.ForeignKey(Scope, models.CASCADE, related_name="delivery_counts")
    minute = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organization", "scope", "minute"], name="delivery_count_once")]
        indexes = [models.Index(fields=["scope", "-minute"]), models.Index(fields=["minute", "organization"])]

    def __str__(self) -> str:
        return f"scope {self.scope_id} at {self.minute:%F %H:%M}"
