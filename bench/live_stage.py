"""A throw-away installation for a labelled world: real services, its tenants and providers, and what came before."""

import os
import secrets
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from types import ModuleType
from typing import Any

from bench.live_world import CODES, STARTS, Hook, moment

ROOT = Path(__file__).parents[1]
PROCESSES = ("web", "worker", "poll", "watch", "beat")
POLL_EVERY_S = 60


@contextmanager
def services(port: int, outside: int, speed: float) -> Iterator[dict[str, str]]:
    """Start data services in a folder of their own and set up Django on them; yield the environment of processes."""
    from kit import embedded

    folder = Path(tempfile.mkdtemp(prefix="swl-"))
    folder.chmod(0o755)
    own = {"VAR_DIR": str(folder), "PORT": str(port), "TRUSTED_PROXIES": "1", "CLOCK_SPEED": str(speed)}
    os.environ.update(
        own | {"ALLOWED_PRIVATE_HOSTS": f"127.0.0.1:{outside}", "DJANGO_SETTINGS_MODULE": "config.settings"}
    )
    at = embedded.place(folder)
    started = [embedded.start_postgres(at, fast=True), embedded.start_valkey(at, fast=True)]
    try:
        import django

        django.setup()
        from config.preparing import prepare

        prepare(lambda _: None)
        yield dict(os.environ)
    finally:
        for process in started[::-1]:
            embedded.stop(process)
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def product(environment: dict[str, str], log: Path) -> Iterator[None]:
    """Run the product's own processes until the block ends."""
    with log.open("wb") as file:
        running = [
            subprocess.Popen(
                [sys.executable, "manage.py", "run", name], cwd=ROOT, env=environment, stdout=file, stderr=file
            )
            for name in PROCESSES
        ]
        try:
            yield
        finally:
            for process in running:
                process.terminate()
            for process in running:
                process.wait(30)


class Stage:
    """The rows of a world: providers with components and a page, tenants that share their counts, sources."""

    def __init__(self, simulate: ModuleType, world: Any, site: str, outside: str) -> None:
        from accounts.models import Organization
        from monitors.models import Feed, Provider

        self._simulate, self._world = simulate, world
        self.carriers = _carriers(simulate)
        Feed.objects.update(is_enabled=False)
        self.providers = [
            Provider.objects.create(slug=f"world-{n}", name=f"Provider {n}", category="comms")
            for n in range(world.cfg.providers)
        ]
        for n, provider in enumerate(self.providers):
            Feed.objects.create(
                provider=provider,
                format="statuspage_v2",
                url=f"{outside}/{n}/api/v2/summary.json",
                interval_s=POLL_EVERY_S,
                next_poll_at=STARTS,
                backfilled_at=STARTS,
            )
        tenants = [
            Organization.objects.create(name=f"Tenant {n}", slug=f"world-tenant-{n}", shares_counts_since=STARTS)
            for n in range(world.cfg.tenants)
        ]
        self.sources: dict[tuple[int, int], Any] = {}
        self.hooks: dict[tuple[int, int], Hook] = {}
        for p, provider in enumerate(self.providers):
            for t, tenant in enumerate(tenants):
                self._give_source(p, t, provider, tenant, site)

    def _give_source(self, p: int, t: int, provider: Any, tenant: Any, site: str) -> None:
        from monitors.services import receipts

        source = receipts.create_source(tenant, provider, "generic", now=STARTS)
        secret = secrets.token_hex(32)
        receipts.set_secrets(source, [secret])
        self.sources[p, t] = source
        self.hooks[p, t] = Hook(f"{site}/hooks/generic/{source.token}", secret)

    def load_past(self, until: int) -> int:
        """Store what the product would have stored of the world's messages before a minute; return how many.

        The past is loaded, not replayed: it only teaches what is usual.
        """
        from django.db import connection

        total = 0
        with connection.cursor() as cursor:
            cursor.execute("SET statement_timeout = 0")
            cursor.execute("SET session_replication_role = replica")  # the rows are right: no look at each key
            for p in range(len(self.providers)):
                scopes = [self._scope(p, cell) for cell in range(len(self._simulate.CELLS))]
                with cursor.copy(_COPY) as copy:
                    for row in self._past(p, scopes, until):
                        copy.write_row(row)
                        total += 1
            cursor.execute(_COUNT_PAST)
            cursor.execute("ANALYZE")
            cursor.execute("RESET session_replication_role")
        return total

    def _past(self, p: int, scopes: list[int], until: int) -> Iterator[tuple[Any, ...]]:
        messages = self._world.data[p]["msgs"]
        columns = (messages[name].tolist() for name in ("cell", "tenant", "t", "done", "cls"))
        for n, (cell, tenant, began, done, outcome) in enumerate(zip(*columns, strict=True)):
            if began >= until:
                continue
            ended = moment(done) if done < until else None
            status, fault = CODES.get(int(outcome), ("delivered", "")) if ended else ("sent", "")
            how = (status, 4, "", fault or "delivered") if ended else (status, 3, "", "")
            sent = moment(began)
            yield (self.sources[p, tenant].id, f"m{n}", scopes[cell], *how, sent, sent, ended)

    def _scope(self, p: int, cell: int) -> int:
        from monitors.models import Carrier
        from monitors.services.scopes import component_for, scope_of

        component, country, carrier, _ = self._simulate.CELLS[cell]
        provider = self.providers[p]
        known = Carrier.objects.get(name=self.carriers[country, carrier], country=country)
        return scope_of(provider, component=component_for(provider, component), country=country, carrier=known).id


def _carriers(simulate: ModuleType) -> dict[tuple[str, str], str]:
    """Return our own name of each carrier of the world."""
    from monitors.models import Carrier

    found = {}
    for country, (*_, carriers) in simulate.COUNTRIES.items():
        for name, _ in carriers:
            names = [c.name for c in Carrier.objects.filter(country=country, name__icontains=name)]
            found[country, name] = min(names, key=lambda own: (own != name, len(own)))
    return found


def begin_clock(environment: dict[str, str], start: datetime) -> Callable[[], datetime]:
    """Let the product's clock show `start` now, here and in every process that is started with the environment."""
    from kit import clock as clocks

    pace = clocks.Pace(datetime.now(UTC), start, float(environment["CLOCK_SPEED"]))
    environment |= {"CLOCK_ORIGIN": pace.origin.isoformat(), "CLOCK_START": start.isoformat()}
    clocks.configure(pace)
    return clocks.clock


_COPY = """
COPY monitors_message (source_id, message_id, scope_id, status, rank, error_code, outcome, first_at, sent_at, final_at)
FROM STDIN
"""
_COUNT_PAST = """
INSERT INTO monitors_deliverycount
    (organization_id, scope_id, minute, started, prompt, delivered, outage, ambiguous, sender, seconds, times)
SELECT source.organization_id, scope_id, date_trunc('minute', first_at), count(*),
    count(*) FILTER (WHERE final_at <= first_at + interval '3 minutes'), count(*) FILTER (WHERE outcome = 'delivered'),
    count(*) FILTER (WHERE outcome = 'outage'), count(*) FILTER (WHERE outcome = 'ambiguous'),
    count(*) FILTER (WHERE outcome = 'sender'), 0, '{}'
FROM monitors_message JOIN monitors_receiptsource AS source ON source.id = source_id GROUP BY 1, 2, 3
"""
