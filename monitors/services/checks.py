"""Make checks: hand them to this process's probing engine."""

import atexit
import os
import threading
from collections.abc import Iterator, Sequence
from datetime import datetime

from django.conf import settings

from kit.clock import real
from monitors.models import Monitor
from monitors.probes.base import ProbeResult, ProbeTask
from monitors.probes.engine import Engine, Settings
from monitors.services.dispatch import Check

_lock = threading.Lock()
_engines: dict[tuple[int, Settings], Engine] = {}


def engine() -> Engine:
    """Return the engine of this process, started at its first use (a thread does not survive a fork)."""
    wanted = Settings(user_agent=settings.USER_AGENT, allowed=tuple(settings.ALLOWED_PRIVATE_HOSTS))
    with _lock:
        found = _engines.get((os.getpid(), wanted))
        if found is None:
            found = _engines[os.getpid(), wanted] = Engine(wanted)
            atexit.register(found.stop)
        return found


def run(checks: Sequence[Check], *, now: datetime) -> Iterator[list[tuple[Check, ProbeResult]]]:
    """Make checks, each at its slot, and give results as they come in. `now` is when this is called."""
    second = real(1)
    tasks = [
        ProbeTask(check.kind, check.target, check.options, check.timeout_s, wait_s=(check.slot - now) / second)
        for check in checks
    ]
    for piece in engine().stream(tasks):
        yield [(checks[index], result) for index, result in piece]


def try_check(kind: str, target: str, options: dict[str, object], timeout_s: float) -> ProbeResult:
    """Make one check now and return everything that it saw. Stores nothing."""
    return engine().run(ProbeTask(kind, target, options, timeout_s, in_full=True))


def try_monitor(monitor: Monitor) -> ProbeResult:
    """Make one check of a monitor now and return everything that it saw. Stores nothing."""
    return try_check(monitor.kind, monitor.target, monitor.options, monitor.timeout_s)
