"""Replay a labelled world's callbacks, reports and posts over HTTP into the running product, and score what it opened.

The product is started here: real data services and its own processes in a folder that goes away, on a clock that runs
`speed` times as fast. The days before the scorer's warm-up ends are loaded as history (but for its last hours); the rest comes in over HTTP in
the order and at the times of the world. Probes are not part of it: nothing of theirs comes in over HTTP.
"""

import asyncio
import json
import sys
import tempfile
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from types import ModuleType
from typing import Any

import httpx

from bench.live_stage import Stage, begin_clock, product, services
from bench.live_world import STARTS, Callbacks, StatusPage, moment, reports
from bench.report_proofs import small_proof

PORT = 8760
TICK_S = 0.25
CATCHES_UP = 3  # minutes of life before the warm-up ends, in which a watch that starts learns from the history
AFTERWARDS = 15  # minutes of the world in which the product may finish
MOST_AT_ONCE = 8
TOO_LATE = 2.0  # minutes of the world


def play(tools: Any, world: Any, speed: float) -> dict[int, list[Any]]:
    """Return {provider: the scorer's records} of what the product itself opened for the public."""
    since = int(tools.evaluate.WARM - CATCHES_UP * speed)  # what opens before the warm-up ends does not count
    site, outside = f"http://127.0.0.1:{PORT}", f"http://127.0.0.1:{PORT + 1}"
    with services(PORT, PORT + 1, speed) as environment:
        stage = Stage(tools.simulate, world, site, outside)
        loaded = stage.load_past(since)
        clock = begin_clock(environment, moment(since))
        log = Path(tempfile.gettempdir()) / "statuswire-live.log"
        say(f"{loaded} messages of {since // 1440} days are loaded. The product's log is {log}.")
        with product(environment, log):
            asyncio.run(_Outside(tools.simulate, world, stage, site, clock).play(since, speed))
            return _records(tools.system, stage, world)


class _Outside:
    """Everybody who speaks to the product, and the pages that it polls."""

    def __init__(
        self, simulate: ModuleType, world: Any, stage: Stage, site: str, clock: Callable[[], datetime]
    ) -> None:
        self._simulate, self._world, self._stage, self._site, self._clock = simulate, world, stage, site, clock
        countries = {code: _country(code) for code in simulate.COUNTRIES}
        self._pages = [StatusPage(n, world, countries) for n in range(world.cfg.providers)]
        self._at_once = asyncio.Semaphore(MOST_AT_ONCE)
        self.sent = self.refused = self.reported = 0
        self.latest = 0.0  # minutes of the world by which we were late with a receipt, at most

    @property
    def _minute(self) -> float:
        return (self._clock() - STARTS).total_seconds() / 60

    async def play(self, since: int, speed: float) -> None:
        server = await asyncio.start_server(self._answer, "127.0.0.1", PORT + 1)
        async with httpx.AsyncClient(timeout=30, trust_env=False) as client, server:
            await self._wait_for_web(client)
            async with asyncio.TaskGroup() as group:
                group.create_task(self._call_back(client, since))
                group.create_task(self._report(client, since, speed))
        say(f"{self.sent} receipts and {self.reported} reports were sent; {self.refused} requests were refused.")
        say(f"Receipts were late by up to {self.latest:.1f} minutes of the world.")
        if self.latest > TOO_LATE:
            say("That is this machine's doing and looks like delay to the product: play slower for figures of its own.")

    async def _wait_for_web(self, client: httpx.AsyncClient) -> None:
        for _ in range(240):
            try:
                await client.get(f"{self._site}/healthz")
            except httpx.TransportError:
                await asyncio.sleep(0.25)
            else:
                return
        raise SystemExit("The product did not answer within a minute: see its log.")

    async def _call_back(self, client: httpx.AsyncClient, since: int) -> None:
        callbacks = Callbacks(self._simulate, self._world, self._stage.carriers, since)
        told = since
        while self._minute < self._world.T + AFTERWARDS:
            began = self._minute
            due = callbacks.until(began)
            await asyncio.gather(*(self._post(client, self._stage.hooks[key], own) for key, own in due.items()))
            self.latest = max(self.latest, self._minute - began)
            if self._minute >= told + 360:
                told += 360
                say(f"minute {told} of {self._world.T}: {self.sent} receipts sent")
            await asyncio.sleep(TICK_S)

    async def _post(self, client: httpx.AsyncClient, hook: Any, receipts: list[dict[str, str]]) -> None:
        async with self._at_once:
            answer = await client.post(**hook.request(receipts, self._clock()))
        self.sent += len(receipts)
        if answer.status_code >= 300:
            self.refused += 1
            say(f"a hook answered {answer.status_code}: {answer.text[:200]}")

    async def _report(self, client: httpx.AsyncClient, since: int, speed: float) -> None:
        for at, provider, address, form in reports(self._simulate, self._world, self._stage.carriers, since):
            await asyncio.sleep(max(0.0, (at - self._minute) * 60 / speed))
            headers = {"X-Forwarded-For": address, "User-Agent": f"Mozilla/5.0 ({address})", "Origin": self._site}
            path = f"/embed/world-{provider}/report"
            form |= {"problem": "messages_delayed", "altcha": small_proof(f"world-{provider}")}
            answer = await client.post(self._site + path, data=form, headers=headers)
            self.reported += 1
            self.refused += answer.status_code >= 400

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One request for a status page's document: /0/api/v2/summary.json."""
        path = (await reader.readuntil(b"\r\n\r\n")).split(b" ")[1].decode()
        provider, _, name = path.strip("/").partition("/")
        document = self._pages[int(provider)].document(name.rpartition("/")[2], self._minute)
        status, body = ("200 OK", json.dumps(document)) if document else ("404 Not Found", "{}")
        head = f"HTTP/1.1 {status}\r\nContent-Type: application/json\r\nContent-Length: {len(body.encode())}\r\n"
        writer.write((head + "Connection: close\r\n\r\n" + body).encode())
        await writer.drain()
        writer.close()


def _records(system: ModuleType, stage: Stage, world: Any) -> dict[int, list[Any]]:
    """Turn the public's incidents into the scorer's records: minutes of the world, scopes in its words."""
    from incidents.models import Incident

    names = {(country, own): theirs for (country, theirs), own in stage.carriers.items()}
    found: dict[int, list[Any]] = {n: [] for n in range(world.cfg.providers)}
    for n, provider in enumerate(stage.providers):
        for incident in Incident.objects.filter(organization=None, provider=provider, merged_into=None).order_by(
            "opened_at"
        ):
            sightings = incident.sightings.select_related("scope__component", "scope__carrier").order_by("id")
            scope = _scope([sighting.scope for sighting in sightings], names)
            opened = _minute(incident.opened_at)
            closed = _minute(incident.resolved_at) if incident.resolved_at else None
            why = next((sighting.source for sighting in sightings), "")
            say(f"provider {n}: {scope} from minute {opened} to {closed}, first seen by {why}: {incident.title}")
            found[n].append(system.Record(n, scope, opened, closed, incident.confidence, why, [(opened, scope)]))
    return found


def _minute(at: datetime) -> int:
    return int((at - STARTS).total_seconds() // 60)


def _scope(scopes: list[Any], names: dict[tuple[str, str], str]) -> tuple[str | None, str | None, str | None]:
    """Return the narrowest of the scopes in the world's words."""
    if not scopes:
        return (None, None, None)
    scope = max(scopes, key=lambda one: (bool(one.component), bool(one.country), bool(one.carrier)))
    carrier = names.get((scope.country, scope.carrier.name)) if scope.carrier else None
    return (scope.component.service if scope.component else None, scope.country or None, carrier)


def _country(code: str) -> str:
    from kit.countries import NAMES

    return NAMES[code]


def say(words: str) -> None:
    print(words, file=sys.stderr, flush=True)
