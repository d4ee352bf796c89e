"""The probing engine: one event loop on one thread per process, on which every check runs.

It owns the schedule and the deadline of each check; what to look at is the probe's business. A check
that starts late, or runs while our own loop stands still, says nothing about its target: such
results are marked OVERLOADED and never count as downtime.
"""

import asyncio
import logging
import threading
import time
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from operator import attrgetter

import certifi
import uvloop

from kit.addresses import AddressRefused, Lookup, NameUnresolved, resolve_and_judge_async, system_lookup
from monitors.probes import probe_kinds
from monitors.probes.base import Answer, Phases, ProbeResult, ProbeTask, Reason, Request, Secured, failed
from monitors.probes.batches import Batch
from monitors.probes.chains import Chains
from monitors.probes.curls import Curls
from monitors.probes.grouping import together
from monitors.probes.handles import Handles
from monitors.probes.lags import Lags
from monitors.probes.places import Caps, Places, Start
from monitors.probes.routes import routable
from monitors.probes.transfer import Transfer

logger = logging.getLogger(__name__)

BACKSTOP_S = 0.5  # beyond a check's own timeout, for a probe that does not keep it
PIECE_S = 0.25
LAG_SHARE = 0.2  # of a check's time that our loop may stand still before its slowness is ours
MAX_NAMES = 10_000
START_WITHIN_S = 3.0  # a check that cannot start within this of its time is not made
REFUSED = (Reason.TLS_EXPIRED, Reason.TLS_NAME, Reason.TLS_UNTRUSTED)  # for what the certificate says
_STOPPED = failed(Reason.PROBER_ERROR, "Our prober was stopped during this check.")


@dataclass(frozen=True, slots=True)
class Settings:
    """What an engine is told once. `allowed` are private hosts as kit.addresses takes them."""

    user_agent: str
    mail_name: str = "statuswire.invalid"
    allowed: tuple[str, ...] = ()
    caps: Caps = field(default_factory=Caps)
    ca_file: str = certifi.where()  # the same authorities on every machine, also where it has none of its own
    lookup: Lookup = system_lookup
    names_kept_s: float = 30.0
    start_within_s: float = START_WITHIN_S


class Engine:
    """Runs checks. Thread-safe: any thread may hand in a batch and wait for it."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._loop = uvloop.new_event_loop()  # with asyncio's own a plain HTTP check costs a sixth more
        self._curls = Curls(self._loop)
        self._handles = Handles(settings.user_agent, settings.ca_file)
        self._chains = Chains()
        self._places = Places(settings.caps)
        self._lags = Lags()
        self._names: dict[tuple[str, int], tuple[float, list[str]]] = {}
        self._running: dict[int, asyncio.Task[None]] = {}  # by their starts; the loop itself holds tasks weakly
        self._busy = asyncio.Event()  # set while a check is under way, or waits for a place
        self._thread = threading.Thread(target=self._run, name="prober", daemon=True)
        self._thread.start()

    def run_batch(self, tasks: Sequence[ProbeTask]) -> list[ProbeResult]:
        """Make checks, each at its time, and return their results in the order of `tasks`. Blocks."""
        found = {index: result for piece in self.stream(tasks) for index, result in piece}
        return [found[index] for index in range(len(tasks))]

    def stream(self, tasks: Sequence[ProbeTask]) -> Iterator[list[tuple[int, ProbeResult]]]:
        """Make checks and give what has come in every PIECE_S seconds, as (index in `tasks`, result).

        So one slow check does not keep the news of the others waiting. Raises RuntimeError if the
        loop has died, as all tasks have an end of their own.
        """
        start, inbox = time.monotonic(), Batch(len(tasks))
        longest_s = max((max(0.0, task.wait_s) + task.timeout_s for task in tasks), default=0.0)
        give_up_at = start + longest_s + 2 * self._settings.start_within_s + BACKSTOP_S
        self.submit(tasks, inbox.put)
        missing = len(tasks)
        while missing:
            inbox.is_full.wait(PIECE_S)
            if piece := inbox.empty():
                missing -= len(piece)
                yield piece
            elif time.monotonic() > give_up_at:
                raise RuntimeError(f"{missing} checks have not come back: the probing loop is dead or overloaded.")

    def submit(self, tasks: Sequence[ProbeTask], put: Callable[[int, ProbeResult], None]) -> None:
        """Make checks, each at its time. `put` is called on the loop's thread: (index in `tasks`, result)."""
        self._loop.call_soon_threadsafe(self._plan, tasks, time.monotonic(), put)

    def run(self, task: ProbeTask) -> ProbeResult:
        return self.run_batch([task])[0]

    def stop(self) -> None:
        """End the thread; checks that still run are given up."""
        if self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join()

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        watch = self._loop.create_task(self._watch())
        try:
            self._loop.run_forever()
        finally:
            self._finish(watch)

    def _finish(self, watch: asyncio.Task[None]) -> None:
        running = asyncio.all_tasks(self._loop) | {watch}
        for task in running:
            task.cancel()
        self._loop.run_until_complete(asyncio.gather(*running, return_exceptions=True))
        self._curls.close()
        self._handles.close()
        self._loop.close()

    # --- When a check starts ---------------------------------------------------------------------------

    def _plan(self, tasks: Sequence[ProbeTask], now: float, put: Callable[[int, ProbeResult], None]) -> None:
        """Set a timer for each moment at which checks start. Those that are due start at once."""
        starts = [Start(task, now + max(0.0, task.wait_s), index, put) for index, task in enumerate(tasks)]
        self._start([start for start in starts if start.at <= now])
        later = sorted((start for start in starts if start.at > now), key=attrgetter("at"))
        for group in together(later):
            self._loop.call_at(group[-1].at, self._start, group)

    def _start(self, starts: Iterable[Start]) -> None:
        for start in starts:
            if self._places.enter(start.task):
                self._enter(start)
            else:
                self._places.waiting.append(start)
                self._busy.set()

    def _enter(self, start: Start) -> None:
        self._running[id(start)] = self._loop.create_task(self._make(start))
        self._busy.set()

    async def _watch(self) -> None:
        """Note when the loop stands still, and look after the checks that wait for a place."""
        while True:
            if not (self._running or self._places.waiting):
                self._busy.clear()
                await self._busy.wait()
            await self._lags.sleep()
            for start in self._places.admit():
                self._enter(start)
            for start in self._places.give_up(time.monotonic() - self._settings.start_within_s):
                why = self._places.obstacle(start.task)
                start.put(start.index, failed(Reason.OVERLOADED, f"This check was not made. {why}".strip()))

    async def _make(self, start: Start) -> None:
        """Make one check and hand in its result, also when the engine is stopped meanwhile."""
        result = _STOPPED
        try:
            result = await self._in_time(start)
        finally:
            self._places.leave(start.task)
            del self._running[id(start)]
            start.put(start.index, result)

    async def _in_time(self, start: Start) -> ProbeResult:
        """Make one check, unless it is too late for it, and say so where our own slowness spoils its result."""
        began = time.monotonic()
        if (late_s := began - start.at) > self._settings.start_within_s:
            return failed(Reason.OVERLOADED, f"Our prober was {late_s:.1f} s late, so this check was not made.")
        result = await self._look(start.task)
        if _is_about_time(result, start.task):
            stood_s = self._lags.between(began, time.monotonic())
            if stood_s > LAG_SHARE * result.total_us / 1e6:
                return failed(Reason.OVERLOADED, f"Our prober stood still for {stood_s:.1f} s during this check.")
        return result

    async def _look(self, task: ProbeTask) -> ProbeResult:
        began = time.monotonic()
        try:
            async with asyncio.timeout(task.timeout_s + BACKSTOP_S):
                kind = probe_kinds()[task.kind]
                return await kind.probe(task.target, task.options, task.timeout_s, task.in_full, self)
        except AddressRefused as error:
            return failed(Reason.BLOCKED, str(error), total_us=_since(began))
        except NameUnresolved as error:
            return failed(Reason.DNS_ERROR, str(error), total_us=_since(began), phases=Phases(dns=_since(began)))
        except TimeoutError:
            return failed(Reason.TIMEOUT, f"No end after {task.timeout_s:g} s.", total_us=_since(began))
        except Exception:
            logger.exception("The %s probe failed at a target.", task.kind)
            return failed(Reason.PROBER_ERROR, "Our own prober failed; its operator's log says how.")

    # --- What a probe is given: monitors.probes.base.Net -----------------------------------------------

    @property
    def allowed(self) -> Collection[str]:
        return self._settings.allowed

    @property
    def ca_file(self) -> str:
        return self._settings.ca_file

    @property
    def user_agent(self) -> str:
        return self._settings.user_agent

    @property
    def mail_name(self) -> str:
        return self._settings.mail_name

    async def fetch(self, request: Request, timeout_s: float) -> Answer:
        """Send one request; where a name has several addresses, try the next one when none connects."""
        began = time.monotonic()
        addresses = await self.addresses(request.target.host, request.target.port, timeout_s)
        dns = _since(began)
        answer = Answer(Reason.TIMEOUT, "The name was looked up too late.", total_us=dns, phases=Phases(dns=dns))
        for index, address in enumerate(addresses):
            left_s = timeout_s - (time.monotonic() - began)
            if left_s <= 0:
                break
            is_last = index == len(addresses) - 1
            answer = await self._fetch_from(address, request, left_s if is_last else max(left_s / 2, 0.001), dns)
            if answer.reason not in (Reason.CONNECT_ERROR, Reason.CONNECT_REFUSED, Reason.CONNECT_TIMEOUT):
                break
        return answer

    async def _fetch_from(self, address: str, request: Request, timeout_s: float, dns_us: int) -> Answer:
        if request.target.scheme != "https":
            return await self._perform(address, request, timeout_s, dns_us)
        began, place = time.monotonic(), (request.target.host, request.target.port, address)
        known = None if request.closely else self._chains.recent(place, began)
        answer = await self._perform(address, request, timeout_s, dns_us, closely=known is None, remembered=known)
        left_s = timeout_s - (time.monotonic() - began)
        if answer.reason in REFUSED and known and left_s > 0:
            # What it showed this time is what its owner must see. Another one that is not refused proves nothing.
            again = await self._perform(address, request, left_s, dns_us, closely=True)
            answer = again if again.reason == answer.reason else answer
        self._chains.learn(place, answer, time.monotonic())
        return answer

    async def _perform(
        self,
        address: str,
        request: Request,
        timeout_s: float,
        dns_us: int,
        *,
        closely: bool = False,
        remembered: Secured | None = None,
    ) -> Answer:
        reader = self._curls.before_read
        transfer = Transfer(
            request, address, timeout_s, self._handles, reader, closely=closely, remembered=remembered
        )  # fmt: skip
        try:
            code, message = await self._curls.perform(transfer.handle)
        except BaseException:
            transfer.close()
            raise
        return transfer.finish(code, message, dns_us=dns_us)

    async def addresses(self, host: str, port: int, timeout_s: float) -> list[str]:
        """Return judged addresses of a host, from at most `names_kept_s` ago."""
        now = time.monotonic()
        kept_until, kept = self._names.get((host, port), (0.0, []))
        if now < kept_until:
            return kept
        settings = self._settings
        judged = await resolve_and_judge_async(
            host, port, allowed=settings.allowed, timeout_s=timeout_s, lookup=settings.lookup
        )
        found = routable(judged)
        if len(self._names) >= MAX_NAMES:
            self._names.clear()
        self._names[host, port] = (now + self._settings.names_kept_s, found)
        return found


def _is_about_time(result: ProbeResult, task: ProbeTask) -> bool:
    """Whether a result says that something took too long, which our own slowness can look like."""
    return result.reason == Reason.SLOW or (result.reason != Reason.OK and result.total_us > 0.9e6 * task.timeout_s)


def _since(began: float) -> int:
    """Return the microseconds since a monotonic time."""
    return int((time.monotonic() - began) * 1e6)
