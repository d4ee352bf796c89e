"""The results of one batch, on their way between threads."""

import threading
from collections import deque

from monitors.probes.base import ProbeResult


class Batch:
    """Takes the results of one batch from the loop's thread to the one that waits for them."""

    def __init__(self, size: int) -> None:
        self.is_full = threading.Event()
        self._missing = size
        self._found: deque[tuple[int, ProbeResult]] = deque()  # appending and taking are atomic

    def put(self, index: int, result: ProbeResult) -> None:
        self._found.append((index, result))
        self._missing -= 1
        if not self._missing:
            self.is_full.set()

    def empty(self) -> list[tuple[int, ProbeResult]]:
        return [self._found.popleft() for _ in range(len(self._found))]
