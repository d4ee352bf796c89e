"""The processes that make a running StatusWire, each defined once: for `up`, `run`, systemd and containers."""

import sys
from collections.abc import Mapping
from dataclasses import dataclass, field

from django.conf import settings


@dataclass(frozen=True, slots=True)
class Process:
    """A command line, and what its environment has on top unless the operator says otherwise."""

    arguments: list[str]
    defaults: Mapping[str, str] = field(default_factory=dict)


def web() -> Process:
    """HTTP and websockets. Any number may run; a proxy in front shares the load."""
    return Process(
        [
            *[sys.executable, "-m", "uvicorn", "config.asgi:application"],
            *["--host", settings.HOST, "--port", str(settings.PORT), "--ws", "websockets-sansio"],
            # Whose X-Forwarded-For counts is TRUSTED_PROXIES' business alone.
            *["--no-proxy-headers", "--no-server-header", "--no-access-log", "--lifespan", "off"],
            *["--log-level", "warning", "--timeout-graceful-shutdown", "3"],
        ],
        # Django gives each request a thread; without a pool each thread would hold a connection of its own.
        {"DATABASE_POOL": "20"},
    )


def worker() -> Process:
    """Correlates, routes, sends. Any number may run."""
    return Process([*_celery("worker"), *_WORKER, "-Q", "default,alert", "-n", "worker@%h", "-c", "2"], _WORKER_ENV)


def poll() -> Process:
    """Reads official sources: threads, as a batch waits for its slowest page. Any number may run."""
    return Process(
        [*_celery("worker"), *_WORKER, "-Q", "poll", "-n", "poll@%h", "-P", "threads", "-c", "8"], _WORKER_ENV
    )


def probe() -> Process:
    """Makes the checks of the first region; elsewhere `manage.py probe --region NAME`. Any number may run."""
    return Process([sys.executable, str(settings.BASE_DIR / "manage.py"), "probe"])


def watch() -> Process:
    """Weighs what organizations share of their deliveries. One works; others stand by."""
    return Process([sys.executable, str(settings.BASE_DIR / "manage.py"), "watch"])


def beat() -> Process:
    """Wakes the rest. One is enough; two do no harm."""
    return Process([*_celery("beat"), "--pidfile", "", "--loglevel", "warning"])


PROCESSES = {"web": web, "worker": worker, "poll": poll, "probe": probe, "watch": watch, "beat": beat}

_WORKER = ["--loglevel", "info", "--without-gossip", "--without-mingle", "--without-heartbeat"]
_WORKER_ENV = {
    "REMAP_SIGTERM": "SIGQUIT",  # SIGTERM then stops within CELERY_WORKER_SOFT_SHUTDOWN_TIMEOUT, whatever runs
    # Celery warns root of pickled messages; ours are JSON alone.
    "PYTHONWARNINGS": "ignore:You're running the worker with superuser",
}


def _celery(command: str) -> list[str]:
    return [sys.executable, "-m", "celery", "-A", "config", "--quiet", command]
