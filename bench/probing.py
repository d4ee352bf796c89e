"""What a check costs all in: our batches against one httpx + ORM task per check, in turns, in one run.

    .venv/bin/python -m bench.probing [checks per round, default 2000] [rounds, default 5]

Both claim nothing over the broker (which would cost the task per check 1 ms more each and us 0.01) and
both store a result and the monitor's last words in a throw-away PostgreSQL. The target is an asyncio
server in a process of its own, whose CPU is not counted; PostgreSQL's is neither. What is counted is
the CPU time of this process, which differs less on a busy machine than time on the wall.

The second table is honesty about time: what ours says a target takes that answers after 50 ms.
"""

import asyncio
import multiprocessing
import resource
import statistics
import sys
import time
from datetime import UTC, datetime, timedelta

ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok"
DELAY_S = 0.05
NOON = datetime(2026, 3, 29, 12, tzinfo=UTC)


class Target(asyncio.Protocol):
    """Answers at once, or after DELAY_S at /slow."""

    def connection_made(self, transport):
        self.transport = transport

    def data_received(self, data):
        pause = DELAY_S if data.startswith(b"GET /slow") else 0
        asyncio.get_running_loop().call_later(pause, self.answer)

    def answer(self):
        self.transport.write(ANSWER)
        self.transport.close()


def serve(port):
    async def main():
        server = await asyncio.get_running_loop().create_server(Target, "127.0.0.1", 0, backlog=4096)
        port.value = server.sockets[0].getsockname()[1]
        await server.serve_forever()

    asyncio.run(main())


def cpu_s():
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


class Ours:
    name = "ours: batches of 100, libcurl, COPY"

    def __init__(self, monitors):
        from monitors.services import checks, dispatch, results

        self.checks, self.dispatch, self.results, self.monitors = checks, dispatch, results, monitors

    def run(self, round_):
        now = NOON + timedelta(minutes=round_)
        claims = self.dispatch.claim_due(now=now, limit=len(self.monitors))
        for start in range(0, len(claims), 100):
            taken = self.dispatch.take(claims[start : start + 100], now=now)
            # At once and not at their slots: what is measured is the cost, not the schedule.
            for piece in self.checks.run(taken, now=now + timedelta(hours=1)):
                self.results.record(piece, now=now)
        return len(claims)


class TaskPerCheck:
    name = "one task per check, httpx, ORM"

    def __init__(self, monitors):
        import httpx
        from celery import shared_task

        from monitors.models import CheckResult, Monitor

        client = httpx.Client(timeout=10)  # shared: a fresh one would cost 14 ms more each

        @shared_task(name="bench.check")
        def check(monitor_id, slot):
            monitor = Monitor.objects.get(id=monitor_id)
            began = time.perf_counter()
            state = 0 if client.get(monitor.target, headers={"Connection": "close"}).is_success else 4
            total_us = int((time.perf_counter() - began) * 1e6)
            CheckResult.objects.create(
                monitor_id=monitor_id, slot=slot, state=state, reason=0, total_us=total_us,
                dns=0, connect=0, tls=0, first_byte=0, transfer=0,
            )  # fmt: skip
            Monitor.objects.filter(id=monitor_id).update(last_check_at=slot, last_state=state, last_total_us=total_us)

        self.check, self.monitors = check, monitors

    def run(self, round_):
        slot = NOON - timedelta(minutes=1 + round_)
        for monitor in self.monitors:
            self.check.apply((monitor.id, slot))
        return len(self.monitors)


def cost(method, round_):
    """Return (CPU milliseconds per check, checks per second on the wall)."""
    before, began = cpu_s(), time.perf_counter()
    checks = method.run(round_)
    return 1000 * (cpu_s() - before) / checks, checks / (time.perf_counter() - began)


def accuracy(port, rate, seconds=4):
    """Return the errors in milliseconds of what we say that a target takes, at `rate` checks per second."""
    from monitors.probes.base import ProbeTask
    from monitors.services.checks import engine

    url = f"http://127.0.0.1:{port}/slow"
    tasks = [ProbeTask("http", url, {}, 10, wait_s=n / rate) for n in range(rate * seconds)]
    results = engine().run_batch(tasks)
    return sorted(result.total_us / 1000 - DELAY_S * 1000 for result in results)


def spread(values, digits=3):
    return f"{statistics.median(values):.{digits}f} ({min(values):.{digits}f} to {max(values):.{digits}f})"


def main(count=2000, rounds=5):
    import os

    import tests.services  # noqa: F401 - throw-away data services

    port = multiprocessing.Value("i", 0)
    target = multiprocessing.Process(target=serve, args=(port,), daemon=True)
    target.start()
    while not port.value:
        time.sleep(0.01)
    os.environ["ALLOWED_PRIVATE_HOSTS"] = f"127.0.0.1:{port.value}"
    os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    from tests.factories import MonitorFactory, OrganizationFactory, ScopeFactory

    organization, scope = OrganizationFactory(), ScopeFactory()
    made = {
        "organization": organization,
        "scope": scope,
        "target": f"http://127.0.0.1:{port.value}/",
        "next_check_at": NOON,
    }
    monitors = [MonitorFactory(**made) for _ in range(count)]
    methods = [Ours(monitors), TaskPerCheck(monitors)]
    found = {method.name: [] for method in methods}
    for method in methods:
        method.run(0)  # warm
    for round_ in range(1, rounds + 1):
        for method in methods:
            found[method.name].append(cost(method, round_))
    print(f"{count} checks x {rounds} rounds, taking turns; median (least to most)")
    for name, rows in found.items():
        print(
            f"  {name:<38} CPU ms/check {spread([c for c, _ in rows]):<26} checks/s {spread([r for _, r in rows], 0)}"
        )
    ratios = [theirs[0] / ours[0] for ours, theirs in zip(*found.values(), strict=True)]
    print(f"  {'ratio of CPU':<38} {spread(ratios, 1)}")
    for rate in (100, 500):
        errors = accuracy(port.value, rate)
        print(f"  at {rate} checks/s to a {DELAY_S * 1000:.0f} ms target we say too much by: "
              f"p50 {errors[len(errors) // 2]:.2f} ms, p99 {errors[len(errors) * 99 // 100]:.2f} ms")  # fmt: skip
    target.terminate()


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
