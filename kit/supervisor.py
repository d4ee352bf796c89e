"""Run several processes as one: prefix their logs, start again what dies, stop all of them in order.

One thread, which also carries the logs, so that starting a child never forks a process with threads.
"""

import contextlib
import os
import selectors
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType, TracebackType
from typing import Self, TextIO

from kit.embedded import ServiceFailed
from kit.orphans import die_with_parent

TICK_S = 0.1
LONGEST_LINE = 1 << 16  # bytes; what has no end by then is cut
COLOURS = (36, 32, 33, 35, 34, 96, 92, 95)  # of a terminal, one per child in turn
STOPS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@dataclass(frozen=True, slots=True)
class Child:
    """One process to keep alive. Children of a higher stage stop before those of a lower one."""

    name: str
    start: Callable[[], subprocess.Popen[bytes]]
    stage: int = 1
    stop_signal: signal.Signals = signal.SIGTERM
    grace_s: float = 10  # how long it may take to stop; then it is killed


@dataclass(frozen=True, slots=True)
class Backoff:
    """How long a dead child waits: twice as long after each death, until it has run for `calm_s` seconds."""

    first_s: float = 1
    most_s: float = 30
    calm_s: float = 60

    def delay(self, deaths: int) -> float:
        """Return the wait in seconds after so many deaths in a row, 1 or more."""
        return float(min(self.most_s, self.first_s * 2.0 ** min(deaths - 1, 30)))


@dataclass(slots=True)
class _Kept:
    """A child and how it is doing. Without a process it waits for `due`."""

    child: Child
    colour: int
    process: subprocess.Popen[bytes] | None = None
    started: float = 0.0
    deaths: int = 0
    due: float = 0.0
    rest: bytes = field(default=b"", repr=False)  # of a line that has not ended


def command(
    name: str,
    arguments: Sequence[str],
    *,
    env: Mapping[str, str] | None = None,
    cwd: Path | None = None,
    stage: int = 1,
    grace_s: float = 10,
) -> Child:
    """Return a child that runs a command in a session of its own, with `env` on top of our environment.

    So Ctrl-C reaches only the supervisor, which stops its children in order; if the supervisor is
    killed, they are killed with it.
    """

    def start() -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            arguments,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            bufsize=0,
            cwd=cwd,
            env={**os.environ, "PYTHONUNBUFFERED": "1", **(env or {})},
            start_new_session=True,
            preexec_fn=die_with_parent(signal.SIGKILL),
        )

    return Child(name, start, stage, signal.SIGTERM, grace_s)


class Supervisor:
    """Keeps children alive from `start` until a signal asks to stop; a context that leaves nothing behind."""

    def __init__(self, out: TextIO | None = None, *, backoff: Backoff | None = None, name: str = "up") -> None:
        self.is_stopping = False
        self._out = out or sys.stdout
        self._has_colours = self._out.isatty() and "NO_COLOR" not in os.environ
        self._backoff = backoff or Backoff()
        self._name = name
        self._kept: list[_Kept] = []
        self._pipes = selectors.DefaultSelector()
        self._hurry = False
        self._handlers: dict[signal.Signals, object] = {}

    def __enter__(self) -> Self:
        self._handlers = {number: signal.signal(number, self._asked_to_stop) for number in STOPS}
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        try:
            self.stop()
        finally:
            for number, handler in self._handlers.items():
                signal.signal(number, handler)  # type: ignore[arg-type]
            self._pipes.close()

    def say(self, text: str) -> None:
        """Write lines of our own among the logs."""
        for line in text.splitlines():
            self._write(self._name, 1, line)

    def start(self, *children: Child) -> None:
        """Start children now, in this order. Raises what the first start of one raises."""
        for one in children:
            kept = _Kept(one, COLOURS[len(self._kept) % len(COLOURS)])
            self._launch(kept)
            self._kept.append(kept)

    def watch(self, each_tick: Callable[[], None] = lambda: None) -> None:
        """Carry logs and start again what dies, until a signal asks to stop."""
        while not self.is_stopping:
            self._carry_logs(TICK_S)
            for kept in self._kept:
                self._look_after(kept)
            each_tick()

    def stop(self) -> None:
        """Stop every child, the highest stage first, and whatever they have left in their sessions."""
        self.is_stopping = True
        for stage in sorted({kept.child.stage for kept in self._kept}, reverse=True):
            self._stop_all([kept for kept in self._kept if kept.child.stage == stage])

    # --- Starting ----------------------------------------------------------------------------------

    def _launch(self, kept: _Kept) -> None:
        kept.process = kept.child.start()
        kept.started = time.monotonic()
        if kept.process.stdout is not None:
            os.set_blocking(kept.process.stdout.fileno(), False)
            self._pipes.register(kept.process.stdout, selectors.EVENT_READ, kept)

    def _look_after(self, kept: _Kept) -> None:
        if kept.process is None:
            if time.monotonic() >= kept.due:
                self._launch_again(kept)
        elif kept.process.poll() is not None:
            ran_s, how = time.monotonic() - kept.started, _how_it_ended(kept.process.returncode)
            self._bury(kept)
            kept.deaths = 0 if ran_s >= self._backoff.calm_s else kept.deaths
            self._wait(kept, f"{how} after {ran_s:.0f} s")

    def _launch_again(self, kept: _Kept) -> None:
        try:
            self._launch(kept)
        except (OSError, ServiceFailed) as error:
            self._wait(kept, f"could not be started: {error}")

    def _wait(self, kept: _Kept, why: str) -> None:
        kept.deaths += 1
        delay = self._backoff.delay(kept.deaths)
        kept.due = time.monotonic() + delay
        self.say(f"{kept.child.name} {why}; it starts again in {delay:g} s")

    # --- Stopping ----------------------------------------------------------------------------------

    def _asked_to_stop(self, number: int, frame: FrameType | None) -> None:
        self._hurry = self.is_stopping  # who asks twice does not want to wait
        self.is_stopping = True

    def _stop_all(self, kept: Iterable[_Kept]) -> None:
        running = [(one, one.process) for one in kept if one.process is not None]
        for one, process in running:
            process.send_signal(one.child.stop_signal)
        asked = time.monotonic()
        for one, process in running:
            while process.poll() is None and not self._hurry and time.monotonic() - asked < one.child.grace_s:
                self._carry_logs(0.02)
            if process.poll() is None:
                self.say(f"{one.child.name} did not stop within {time.monotonic() - asked:.0f} s and is killed")
                process.kill()
                process.wait()
            self._bury(one)

    def _bury(self, kept: _Kept) -> None:
        """Close the books on a process that has ended, and end what it has left behind."""
        if kept.process is None:
            return
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(kept.process.pid, signal.SIGKILL)
        if kept.process.stdout is not None:
            while self._read(kept):
                pass
            if kept.rest:
                self._write(kept.child.name, kept.colour, kept.rest.decode(errors="replace"))
            self._pipes.unregister(kept.process.stdout)
            kept.process.stdout.close()
        kept.process, kept.rest = None, b""

    # --- Logs --------------------------------------------------------------------------------------

    def _carry_logs(self, timeout_s: float) -> None:
        if not self._pipes.get_map():
            time.sleep(timeout_s)
            return
        for key, _ in self._pipes.select(timeout_s):
            if not self._read(key.data):
                time.sleep(0.01)  # it has closed its output and is about to end

    def _read(self, kept: _Kept) -> bool:
        """Write the lines that a child has for us; return whether there was anything."""
        if kept.process is None or kept.process.stdout is None:
            return False
        got: bytes | None = kept.process.stdout.read(LONGEST_LINE)
        if not got:
            return False
        *lines, kept.rest = (kept.rest + got).split(b"\n")
        if len(kept.rest) > LONGEST_LINE:
            lines, kept.rest = [*lines, kept.rest], b""
        for line in lines:
            self._write(kept.child.name, kept.colour, line.decode(errors="replace").rstrip())
        return True

    def _write(self, name: str, colour: int, line: str) -> None:
        prefix = f"{name:<9}|"
        if self._has_colours:
            prefix = f"\x1b[{colour}m{prefix}\x1b[0m"
        with contextlib.suppress(OSError, ValueError):  # nobody reads us any more: that must not end the work
            self._out.write(f"{prefix} {line}\n")
            self._out.flush()


def _how_it_ended(code: int) -> str:
    return f"was ended by {signal.Signals(-code).name}" if code < 0 else f"ended with code {code}"
