"""An engine that may go to this machine's test servers and nowhere else."""

import socket
import time
from collections.abc import Iterator

import pytest

from monitors.probes.base import ProbeResult, ProbeTask, Reason
from monitors.probes.engine import Engine, Settings
from monitors.probes.transfer import Transfer

TRIES = 5


class Prober:
    """Makes single checks; each with an engine of its own, as settings differ."""

    def __init__(self) -> None:
        self._engines: dict[Settings, Engine] = {}
        self.took_s = 0.0  # the last check, from the outside

    def look(self, url: str, *, timeout_s: float = 3, in_full: bool = False, options=None, **settings) -> ProbeResult:
        return self.check(ProbeTask("http", url, options or {}, timeout_s, in_full=in_full), **settings)

    def check(self, task: ProbeTask, **settings) -> ProbeResult:
        """Make one check; again where this machine was too busy for it, which says nothing about the target."""
        engine = self.engine(**settings)
        for _ in range(TRIES):
            began = time.monotonic()
            result = engine.run(task)
            self.took_s = time.monotonic() - began
            if result.reason != Reason.OVERLOADED:
                break
        return result

    def engine(self, **settings) -> Engine:
        wanted = Settings(user_agent="StatusWire-tests", **settings)
        if wanted not in self._engines:
            self._engines[wanted] = Engine(wanted)
        return self._engines[wanted]

    def stop(self) -> None:
        for engine in self._engines.values():
            engine.stop()


@pytest.fixture
def prober() -> Iterator[Prober]:
    prober = Prober()
    yield prober
    prober.stop()


@pytest.fixture
def tried(monkeypatch) -> set[str]:
    """Every address that anything here has tried to connect to, in Python or by libcurl."""
    seen = set()
    connect, open_socket = socket.socket.connect, Transfer._open_socket

    def watch(self, to):
        if self.family in (socket.AF_INET, socket.AF_INET6):
            seen.add(to[0])
        return connect(self, to)

    def watch_libcurl(self, purpose, to):
        seen.add(to[3][0])
        return open_socket(self, purpose, to)

    monkeypatch.setattr(socket.socket, "connect", watch)
    monkeypatch.setattr(Transfer, "_open_socket", watch_libcurl)
    return seen
