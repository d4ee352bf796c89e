"""Who hears of it: channels, routes, notifications and the attempts to send them."""

import secrets

from django.db import models
from django.db.models import Q

from incidents.models import Incident, IncidentEvent
from kit.clock import clock
from monitors.models import Follow


def new_token() -> str:
    return secrets.token_urlsafe(24)


class Channel(models.Model):
    """A place to send to. `sealed_config` holds its addresses and secrets, sealed for this row."""

    organization = models.ForeignKey("accounts.Organization", models.CASCADE, related_name="channels")
    kind = models.CharField(max_length=20)  # a module of alerts.channels
    name = models.CharField(max_length=100)
    sealed_config = models.TextField(blank=True)
    hint = models.CharField(max_length=100)  # enough to recognise it by: "o…@example.com"
    created_by = models.ForeignKey("accounts.User", models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(default=clock)
    disabled_at = models.DateTimeField(null=True)  # since when the far side says it is gone
    disabled_reason = models.CharField(max_length=300, blank=True)
    failures = models.PositiveIntegerField(default=0)  # attempts in a row that have to be repeated
    retry_at = models.DateTimeField(null=True)  # nothing is sent before: the far side asked for it, or keeps failing

    def __str__(self) -> str:
        return self.name


class Route(models.Model):
    """Sends the events of incidents that touch a followed scope to a channel."""

    organization = models.ForeignKey("accounts.Organization", models.CASCADE, related_name="routes")
    follow = models.ForeignKey(Follow, models.CASCADE, related_name="routes")
    channel = models.ForeignKey(Channel, models.CASCADE, related_name="routes")
    created_by = models.ForeignKey("accounts.User", models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(default=clock)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["follow", "channel"], name="route_once")]

    def __str__(self) -> str:
        return f"follow {self.follow_id} to channel {self.channel_id}"


class NotificationState(models.TextChoices):
    QUEUED = "queued", "Waiting"
    DELIVERED = "delivered", "Delivered"
    REJECTED = "rejected", "Rejected"
    EXPIRED = "expired", "Given up"
    SUPERSEDED = "superseded", "Overtaken"


class Notification(models.Model):
    """One message to one channel about one event; outbox 3. A test or a notice has no event.

    `next_attempt_at` is both the due time and, while a sender holds `lease`, the lease's end.
    `attempts` and `unanswered` are counted before a try, so that one which kills its sender counts.
    """

    organization = models.ForeignKey("accounts.Organization", models.CASCADE, related_name="notifications")
    channel = models.ForeignKey(Channel, models.CASCADE, related_name="notifications")
    incident = models.ForeignKey(Incident, models.CASCADE, null=True, related_name="notifications")
    event = models.ForeignKey(IncidentEvent, models.CASCADE, null=True, related_name="notifications")
    transition = models.CharField(max_length=12)  # opened, worse, better, resolved; test, gone
    key = models.CharField(max_length=48, unique=True, default=new_token)  # idempotency key for the far side
    why = models.CharField(max_length=300)  # why this channel gets it
    state = models.CharField(max_length=10, choices=NotificationState.choices, default=NotificationState.QUEUED)
    created_at = models.DateTimeField(default=clock)
    queued_at = models.DateTimeField(default=clock)  # a resend starts its time anew
    next_attempt_at = models.DateTimeField(default=clock)
    lease = models.CharField(max_length=32, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    unanswered = models.PositiveSmallIntegerField(default=0)  # claims since the last known outcome
    finished_at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=300, blank=True)  # why it ended as it did

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["channel", "event"], condition=Q(event__isnull=False), name="notification_once"
            ),
        ]
        indexes = [
            models.Index(fields=["next_attempt_at"], name="notification_due", condition=Q(state="queued")),
            models.Index(fields=["channel", "incident"], name="notification_waiting", condition=Q(state="queued")),
            models.Index(fields=["organization", "-created_at"]),
        ]

    def __str__(self) -> str:
        return f"{self.transition} to channel {self.channel_id}"


class Attempt(models.Model):
    """One try to send a notification, for the delivery log."""

    notification = models.ForeignKey(Notification, models.CASCADE, related_name="tries")
    at = models.DateTimeField()
    outcome = models.CharField(max_length=10)  # delivered, retry, unclear, rejected
    detail = models.CharField(max_length=300, blank=True)
    took_ms = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        return f"notification {self.notification_id}: {self.outcome}"
