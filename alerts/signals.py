"""What alerts tells itself, after commit: only that there is something to look at."""

from django.dispatch import Signal

# Notifications are waiting to be sent.
notifications_queued = Signal()
