"""Whether we see at all what is delivered: a hole in what comes in is judged by nobody."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import pairwise

from monitors.core.delivery import LOOK_BACK, MINUTE, Minute

LEAST_BLIND = timedelta(minutes=3)


def sees_since(minutes: Sequence[Minute], now: datetime) -> datetime | None:
    """Return since when receipts of a source have come in without a hole, or None if there is a hole now.

    A hole is a silence that its rate makes improbable (less than 1 in 10,000). It is ours or the
    provider's hook's, not the carriers': receipts that it swallowed never come, so what began before
    its end must not be waited for. `minutes` are those of all its scopes since LOOK_BACK.
    """
    active = sorted({m.at for m in minutes if m.started or m.delivered or m.failed or m.sender})
    receipts = sum(m.started + m.delivered + m.failed + m.sender for m in minutes)
    if not active:
        return None
    longest = max(LEAST_BLIND, 9.2 * LOOK_BACK / receipts)  # e^-9.2 is 1 in 10,000
    if now - (active[-1] + MINUTE) > longest:
        return None
    since = active[0]
    for before, after in pairwise(active):
        if after - (before + MINUTE) > longest:
            since = after
    return since
