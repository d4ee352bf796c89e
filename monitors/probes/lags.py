"""When a loop of ours stood still, so that its slowness is not taken for a target's."""

import asyncio
import time
from collections import deque

LAG_TICK_S = 0.05


class Lags:
    """When and for how long our own loop stood still."""

    def __init__(self) -> None:
        self._seen: deque[tuple[float, float]] = deque(maxlen=1000)  # (end, seconds)

    async def sleep(self) -> None:
        """Sleep for LAG_TICK_S, and note by how much longer it took."""
        before = time.monotonic()
        await asyncio.sleep(LAG_TICK_S)
        now = time.monotonic()
        if (lag := now - before - LAG_TICK_S) > LAG_TICK_S:
            self._seen.append((now, lag))

    def between(self, start: float, end: float) -> float:
        """Return the seconds that the loop stood still from `start` to `end`, as far as it has noticed."""
        return sum(min(lag, at - start) for at, lag in self._seen if start < at <= end)
