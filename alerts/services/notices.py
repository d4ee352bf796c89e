"""Notifications that are about no incident: tests, and the news that a channel is gone."""

from datetime import datetime
from functools import partial

from django.db import transaction

from alerts.models import Channel, Notification, NotificationState
from alerts.signals import notifications_queued


def send_test(channel: Channel, *, asked_by: str, now: datetime) -> Notification:
    """Queue a test message; it takes the same way as every alert, and at once."""
    with transaction.atomic():
        Channel.objects.filter(id=channel.id).update(retry_at=None)
        return _queue(channel, "test", f"{asked_by} pressed the test button.", now)


def tell_that_it_is_gone(channel: Channel, reason: str, now: datetime) -> None:
    """Tell the organization's other e-mail channels that `channel` no longer takes messages."""
    others = Channel.objects.filter(organization_id=channel.organization_id, kind="email", disabled_at=None)
    for other in others.exclude(id=channel.id):
        _queue(other, "gone", f"The channel {channel.name} is switched off: {reason}", now)


def resend(notification: Notification, *, now: datetime) -> bool:
    """Queue a notification that was rejected or given up once more, under its key; False if it is neither."""
    with transaction.atomic():
        again = Notification.objects.filter(
            id=notification.id, state__in=[NotificationState.REJECTED, NotificationState.EXPIRED]
        ).update(
            state=NotificationState.QUEUED,
            queued_at=now,
            next_attempt_at=now,
            finished_at=None,
            reason="",
            unanswered=0,
        )
        if again:
            Channel.objects.filter(id=notification.channel_id).update(retry_at=None)
            transaction.on_commit(partial(notifications_queued.send_robust, Notification))
    return bool(again)


def _queue(channel: Channel, transition: str, why: str, now: datetime) -> Notification:
    transaction.on_commit(partial(notifications_queued.send_robust, Notification))
    return Notification.objects.create(
        organization_id=channel.organization_id,
        channel=channel,
        transition=transition,
        why=why[:300],
        created_at=now,
        queued_at=now,
        next_attempt_at=now,
    )
