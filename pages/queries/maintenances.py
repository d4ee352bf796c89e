"""A provider's official maintenances as calendars want them: those ahead and those of the last 90 days."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import F, Q

from monitors.models import OfficialPost, Provider
from pages.core.calendar import Event
from pages.queries.record import scopes_of, with_scopes

KEPT = timedelta(days=90)
MOST = 300


def maintenance_events(provider: Provider, now: datetime) -> list[Event]:
    """Return the maintenances by their beginning, in a fixed number of queries.

    One that vanished from the vendor's page before it began is left out: it is not announced any more.
    """
    rows = OfficialPost.objects.filter(provider=provider, kind="maintenance", scheduled_for__gte=now - KEPT)
    announced = rows.filter(Q(gone_at=None) | Q(gone_at__gte=F("scheduled_for")))
    latest = with_scopes(announced).select_related("provider").order_by("-scheduled_for", "-id")[:MOST]
    return sorted((event for post in latest if (event := _event(post))), key=lambda event: event.begins_at)


def _event(post: OfficialPost) -> Event | None:
    if post.scheduled_for is None:
        return None
    scopes = scopes_of(post)
    parts = [f"Announced by {post.provider.name}."]
    parts += [f"Affects: {', '.join(scopes)}"] if scopes else []
    parts += [] if post.scheduled_until else ["No end was announced."]
    return Event(
        uid=f"maintenance-{post.id}@{settings.PUBLIC_HOST}",
        stamp=post.last_seen_at,
        begins_at=post.scheduled_for,
        ends_at=post.scheduled_until,
        title=f"{post.provider.name}: {post.title}",
        words="\n".join(parts),
        url=post.url,
    )
