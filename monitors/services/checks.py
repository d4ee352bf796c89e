"""Make checks: hand them to this process's probing engine."""

import atexit
import os
import threading
from collections.abc import Mapping, Sequence
from datetime import datetime

from django.conf import settings

from kit.clock import real
from kit.ranges import literal_of
from monitors.models import Monitor
from monitors.probes.base import ProbeResult, ProbeTask
from monitors.probes.engine import Engine, Settings
from monitors.probes.places import Caps
from monitors.services.dispatch import Check
from monitors.services.options import for_prober, is_same_place, opened, with_kept

_lock = threading.Lock()
_engines: dict[tuple[int, Settings], Engine] = {}


def engine() -> Engine:
    """Return the engine of this process, started at its first use (a thread does not survive a fork)."""
    caps = Caps(settings.PROBES_AT_ONCE, settings.PROBES_AT_ONCE_PER_HOST, settings.PROBES_AT_ONCE_PER_ORGANIZATION)
    wanted = Settings(
        user_agent=settings.USER_AGENT,
        mail_name=mail_name(settings.PUBLIC_HOST),
        allowed=tuple(settings.ALLOWED_PRIVATE_HOSTS),
        caps=caps,
    )
    with _lock:
        found = _engines.get((os.getpid(), wanted))
        if found is None:
            found = _engines[os.getpid(), wanted] = Engine(wanted)
            atexit.register(found.stop)
        return found


def mail_name(host: str) -> str:
    """Return how a host calls itself to a mail server (RFC 5321, 4.1.3), many of which look a name up."""
    address = literal_of(host)
    if address is None:
        return host.encode("idna").decode()
    return f"[{'IPv6:' if address.version == 6 else ''}{address}]"


def tasks_of(checks: Sequence[Check], *, now: datetime) -> list[ProbeTask]:
    """Return what the engine is to do for checks, each at its slot. `now` is when they are handed to it."""
    second, options = real(1), for_prober(checks, now=now)
    return [
        ProbeTask(
            check.kind,
            check.target,
            check_options,
            check.timeout_s,
            wait_s=(check.slot - now) / second,
            tenant=check.organization_id,
        )
        for check, check_options in zip(checks, options, strict=True)
    ]


def try_check(
    kind: str, target: str, options: Mapping[str, object], timeout_s: float, *, monitor: Monitor | None = None
) -> ProbeResult:
    """Make one check now and return everything that it saw. Stores nothing.

    `monitor` is the one whose stored secrets may be used, where it is at the same place. Raises SecretNeeded.
    """
    if monitor:
        kept = with_kept(kind, options, monitor.options, same_place=is_same_place(monitor.target, target))
        options = opened(kind, kept, monitor.id)
    return engine().run(ProbeTask(kind, target, options, timeout_s, in_full=True))


def try_monitor(monitor: Monitor, *, now: datetime) -> ProbeResult:
    """Make one check of a monitor now and return everything that it saw. Stores nothing."""
    check = Check(monitor.id, monitor.fence, now, monitor.kind, monitor.target, monitor.options, monitor.timeout_s)
    options = for_prober([check], now=now)[0]
    return engine().run(ProbeTask(monitor.kind, monitor.target, options, monitor.timeout_s, in_full=True))
