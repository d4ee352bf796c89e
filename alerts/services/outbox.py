"""Outbox 3: lease a notification, and record what came of it.

"Lease, send, mark" can repeat a message when its sender dies in between; "mark, then send" would lose
it. A repeated message carries the same key.
"""

import secrets
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db import connection, transaction

from alerts.channels.base import Delivered, Outcome, Rejected, Retry
from alerts.core.pacing import GIVE_UP_AFTER_S, MOST_UNANSWERED, retry_delay_s
from alerts.models import Attempt, Channel, Notification, NotificationState
from alerts.services.notices import tell_that_it_is_gone
from kit.clock import real

# More would let one slow channel take every sender; fewer would let one dead sender's lease block it.
SENDS_PER_CHANNEL = 2

# Within one incident a channel hears the events in order, so a later one waits while an earlier is queued.
CLAIM = """
    UPDATE alerts_notification
    SET lease = %(lease)s, next_attempt_at = %(until)s, attempts = attempts + 1, unanswered = unanswered + 1
    WHERE id = (
        SELECT n.id
        FROM alerts_notification n JOIN alerts_channel c ON c.id = n.channel_id
        WHERE n.state = 'queued' AND n.next_attempt_at <= %(now)s
          AND (c.retry_at IS NULL OR c.retry_at <= %(now)s)
          AND NOT EXISTS (
              SELECT FROM alerts_notification e
              WHERE e.channel_id = n.channel_id AND e.incident_id = n.incident_id AND e.state = 'queued' AND e.id < n.id
          )
          AND %(most)s > (
              SELECT count(*) FROM alerts_notification l
              WHERE l.channel_id = n.channel_id AND l.state = 'queued' AND l.lease <> '' AND l.next_attempt_at > %(now)s
          )
        ORDER BY n.next_attempt_at, n.id
        LIMIT 1
        FOR UPDATE OF n SKIP LOCKED
    )
    RETURNING id, channel_id, unanswered
"""


@dataclass(frozen=True, slots=True)
class Claimed:
    """A notification that this sender alone may send until its lease ends."""

    notification_id: int
    channel_id: int
    lease: str


@dataclass(frozen=True, slots=True)
class Superseded:
    """Not sent, because something later tells it better."""

    detail: str


def claim_next(*, now: datetime) -> Claimed | None:
    """Lease the notification that is due longest, for settings.ALERT_LEASE_S real seconds; None if none is due."""
    while True:
        lease = secrets.token_hex(16)
        until = now + real(settings.ALERT_LEASE_S)
        with connection.cursor() as cursor:
            cursor.execute(CLAIM, {"lease": lease, "now": now, "until": until, "most": SENDS_PER_CHANNEL})
            row = cursor.fetchone()
        if row is None:
            return None
        claimed = Claimed(row[0], row[1], lease)
        if row[2] <= MOST_UNANSWERED:
            return claimed
        record_outcome(claimed, Rejected("It kept failing before an outcome was known."), now=now)


def record_outcome(claimed: Claimed, outcome: Outcome | Superseded, *, now: datetime, took_ms: int = 0) -> bool:
    """Store what came of a try; False if the lease had ended and the notification is somebody else's."""
    with transaction.atomic():
        # The channel first, always: disabling one locks its notifications too.
        channel = Channel.objects.select_for_update(no_key=True).filter(id=claimed.channel_id).first()
        if channel is None:
            return False  # deleted meanwhile, and its notifications with it
        row = Notification.objects.select_for_update(no_key=True).get(id=claimed.notification_id)
        is_ours = row.lease == claimed.lease and row.state == NotificationState.QUEUED
        is_repeat = row.tries.filter(outcome="unclear").exists()
        if not isinstance(outcome, Superseded):
            _keep_attempt(row, outcome, now, took_ms)
        if is_ours:
            _apply(row, channel, outcome, now, is_repeat=is_repeat)
    return is_ours


def _apply(
    row: Notification, channel: Channel, outcome: Outcome | Superseded, now: datetime, *, is_repeat: bool
) -> None:
    match outcome:
        case Delivered(detail):
            _finish(row, NotificationState.DELIVERED, detail, now)
            _works_again(channel, now)
        case Superseded(detail):
            _finish(row, NotificationState.SUPERSEDED, detail, now)
        case Retry(maybe_arrived=True) if is_repeat:
            _finish(
                row, NotificationState.REJECTED, "Twice it may have arrived and nobody said so; not sent again.", now
            )
        case Retry(detail) if now - row.queued_at >= real(GIVE_UP_AFTER_S):
            _finish(row, NotificationState.EXPIRED, f"Given up after 24 hours. {detail}", now)
        case Retry(detail, after_s):
            _try_again(row, channel, now, after_s)
        case Rejected(detail, channel_gone):
            _finish(row, NotificationState.REJECTED, detail, now)
            if channel_gone:
                _disable(channel, detail, now)


def _keep_attempt(row: Notification, outcome: Outcome, now: datetime, took_ms: int) -> None:
    match outcome:
        case Retry():
            word = "unclear" if outcome.maybe_arrived else "retry"
        case Delivered():
            word = "delivered"
        case Rejected():
            word = "rejected"
    Attempt.objects.create(notification=row, at=now, outcome=word, detail=outcome.detail[:300], took_ms=took_ms)


def _finish(row: Notification, state: NotificationState, reason: str, now: datetime) -> None:
    Notification.objects.filter(id=row.id).update(
        state=state, reason=reason[:300], finished_at=now, lease="", unanswered=0
    )


def _try_again(row: Notification, channel: Channel, now: datetime, after_s: float | None) -> None:
    """Wait, and let the whole channel wait: the next message would meet the same trouble."""
    failures = channel.failures + 1
    at = now + real(retry_delay_s(max(failures, row.attempts), row.key, after_s))
    Notification.objects.filter(id=row.id).update(next_attempt_at=at, lease="", unanswered=0)
    Channel.objects.filter(id=channel.id).update(failures=failures, retry_at=at)


def _works_again(channel: Channel, now: datetime) -> None:
    if channel.failures == 0 and channel.retry_at is None:
        return
    Channel.objects.filter(id=channel.id).update(failures=0, retry_at=None)
    channel.notifications.filter(state=NotificationState.QUEUED, lease="", next_attempt_at__gt=now).update(
        next_attempt_at=now
    )


def _disable(channel: Channel, reason: str, now: datetime) -> None:
    Channel.objects.filter(id=channel.id).update(disabled_at=now, disabled_reason=reason[:300], retry_at=None)
    channel.notifications.filter(state=NotificationState.QUEUED).update(
        state=NotificationState.REJECTED, reason=f"The channel is gone: {reason}"[:300], finished_at=now, lease=""
    )
    tell_that_it_is_gone(channel, reason, now)
