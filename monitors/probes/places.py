"""How many checks may be under way at once: in all, of one host, and of one tenant."""

from collections import Counter, deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import TypeVar
from urllib.parse import urlsplit

from monitors.probes.base import ProbeResult, ProbeTask

Key = TypeVar("Key")


@dataclass(frozen=True, slots=True)
class Caps:
    """The most checks under way. A target that never answers holds a place until its check's timeout."""

    in_all: int = 2000
    per_host: int = 50
    per_tenant: int = 500


@dataclass(frozen=True, slots=True)
class Start:
    """A check that is to start at `at`, a monotonic time, and who wants its result, as (index, result)."""

    task: ProbeTask
    at: float
    index: int
    put: Callable[[int, ProbeResult], None]


class Places:
    """Counts what is under way, and keeps what has to wait, first come first served within each cap."""

    def __init__(self, caps: Caps) -> None:
        self._caps = caps
        self._taken = 0
        self._by_host: Counter[str] = Counter()
        self._by_tenant: Counter[int] = Counter()
        self.waiting: deque[Start] = deque()

    def enter(self, task: ProbeTask) -> bool:
        """Take a place, if there is one."""
        if self.obstacle(task):
            return False
        self._taken += 1
        self._by_host[host_of(task.target)] += 1
        self._by_tenant[task.tenant] += 1
        return True

    def leave(self, task: ProbeTask) -> None:
        self._taken -= 1
        _decrease(self._by_host, host_of(task.target))
        _decrease(self._by_tenant, task.tenant)

    def obstacle(self, task: ProbeTask) -> str:
        """Return which cap keeps a check from starting, as a sentence for people, or nothing."""
        caps, host = self._caps, host_of(task.target)
        if self._by_host[host] >= caps.per_host:
            return f"{caps.per_host} checks of {host[:100]} wait for its answer already, and no more are made at once."
        if task.tenant and self._by_tenant[task.tenant] >= caps.per_tenant:
            return (
                f"{caps.per_tenant} checks of this organization wait for answers already, and no more are made at once."
            )
        if self._taken >= caps.in_all:
            return (
                f"{caps.in_all} checks are under way on this prober already. Run another one, or raise PROBES_AT_ONCE."
            )
        return ""

    def admit(self) -> Iterator[Start]:
        """Give the waiting checks that have a place now, and take it for them."""
        for _ in range(len(self.waiting)):
            start = self.waiting.popleft()
            if self.enter(start.task):
                yield start
            else:
                self.waiting.append(start)

    def give_up(self, before: float) -> Iterator[Start]:
        """Give the waiting checks that should have started before this monotonic time; they wait no more."""
        for _ in range(len(self.waiting)):
            start = self.waiting.popleft()
            if start.at < before:
                yield start
            else:
                self.waiting.append(start)


def _decrease(counter: Counter[Key], key: Key) -> None:
    """Take one away, and keep no zeros: hosts come and go."""
    counter[key] -= 1
    if not counter[key]:
        del counter[key]


@lru_cache(maxsize=20_000)
def host_of(target: str) -> str:
    """Return whose machine a target is, for counting alone: what is no address counts as its own."""
    try:
        return urlsplit(target).hostname or target
    except ValueError:
        return target
