"""How much memory this process takes while something is done."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

MOST = 20_000_000  # bytes by which any hostile answer may let a worker grow
LOOK_EVERY_S = 0.002


@dataclass
class Growth:
    """By how many bytes the resident memory was above its start at the highest."""

    bytes: int = 0


@contextmanager
def watched() -> Iterator[Growth]:
    """Watch the memory from a thread, as what grows at once may shrink again before anybody looks."""
    growth, before, done = Growth(), _resident(), threading.Event()

    def watch() -> None:
        while not done.wait(LOOK_EVERY_S):
            growth.bytes = max(growth.bytes, _resident() - before)

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        yield growth
    finally:
        done.set()
        watcher.join()


def _resident() -> int:
    with open("/proc/self/statm") as statm:
        return int(statm.read().split()[1]) * 4096
