"""An engine that may go to this machine's test servers and nowhere else."""

from collections.abc import Iterator

import pytest

from monitors.probes.base import ProbeResult, ProbeTask
from monitors.probes.engine import Engine, Settings


class Prober:
    """Makes single checks; each with an engine of its own, as settings differ."""

    def __init__(self) -> None:
        self._engines: dict[Settings, Engine] = {}

    def look(self, url: str, *, timeout_s: float = 3, in_full: bool = False, options=None, **settings) -> ProbeResult:
        return self.engine(**settings).run(ProbeTask("http", url, options or {}, timeout_s, in_full=in_full))

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
