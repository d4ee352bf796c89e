"""Poke open pages: a group per provider, organization and status page, at most one poke in half a second each.

A poke carries nothing but its kind: a page asks again for what its reader may see. Pokes are coalesced per process
by their last time; one that comes too soon after another is sent by a timer, so the newest change is never the lost one.
"""

import logging
import threading
import time

from asgiref.sync import async_to_sync
from channels.layers import get_channel_layer

logger = logging.getLogger(__name__)
PAUSE_S = 0.5


def provider_group(provider_id: int) -> str:
    return f"provider.{provider_id}"


def organization_group(organization_id: int) -> str:
    return f"org.{organization_id}"


def page_group(page_id: int) -> str:
    return f"page.{page_id}"


class Poker:
    """Sends pokes; failures are logged once per spell and never reach whoever changed something."""

    def __init__(self, pause_s: float = PAUSE_S) -> None:
        self._pause_s = pause_s
        self._lock = threading.Lock()
        self._sent: dict[str, float] = {}  # group: monotonic time of its last poke
        self._waiting: set[str] = set()
        self._failing = False

    def poke(self, group: str) -> None:
        """Tell a group that something changed, now or when its pause is over."""
        now = time.monotonic()
        with self._lock:
            wait = self._sent.get(group, -self._pause_s) + self._pause_s - now
            if wait > 0:
                if group not in self._waiting:
                    self._waiting.add(group)
                    timer = threading.Timer(wait, self._later, [group])
                    timer.daemon = True
                    timer.start()
                return
            self._sent[group] = now
        self._send(group)

    def _later(self, group: str) -> None:
        with self._lock:
            self._waiting.discard(group)
            self._sent[group] = time.monotonic()
            if len(self._sent) > 10_000:  # pauses long over
                self._sent = {key: at for key, at in self._sent.items() if at > time.monotonic() - 60}
        self._send(group)

    def _send(self, group: str) -> None:
        layer = get_channel_layer()
        if layer is None:
            return
        try:
            async_to_sync(layer.group_send)(group, {"type": "page.changed"})
        except Exception as error:  # whatever the layer's driver raises: pages ask by themselves every 60 s
            if not self._failing:
                logger.warning("Open pages cannot be poked, they ask by themselves: %s", type(error).__name__)
            self._failing = True
            return
        self._failing = False


poker = Poker()
