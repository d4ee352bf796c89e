"""One file per kind of channel; each defines CHANNEL and is found by itself."""

from alerts.channels.base import Channel
from kit.plugins import plugins


def channel_kinds() -> dict[str, Channel]:
    """Return every kind of channel by its slug, which is its module's name."""
    return plugins("alerts.channels", "CHANNEL", Channel)
