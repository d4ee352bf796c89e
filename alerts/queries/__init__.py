"""Read what alerts knows."""

from alerts.queries.lists import (
    ChannelView,
    LogEntry,
    RouteView,
    TryView,
    channel_views,
    delivery_log,
    latest_notifications,
    notifications_about,
    route_views,
    verified_address,
)
from alerts.queries.routing import followings, is_muted, kept_back, oldest_waiting, scope_label, told, touched
from alerts.queries.stories import NothingToTell, message_of, waiting_of

__all__ = [
    "ChannelView",
    "LogEntry",
    "NothingToTell",
    "RouteView",
    "TryView",
    "channel_views",
    "delivery_log",
    "followings",
    "is_muted",
    "kept_back",
    "latest_notifications",
    "message_of",
    "notifications_about",
    "oldest_waiting",
    "route_views",
    "scope_label",
    "told",
    "touched",
    "verified_address",
    "waiting_of",
]
