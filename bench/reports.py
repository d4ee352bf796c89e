"""How fast people's reports are taken in, and whether what should count does: a true spike, then a flood from three networks.

    .venv/bin/python -m bench.reports [--seconds 20] [--rate 100] [--flood 10000] [--flood-seconds 30] [--json]

A report is a browser's: it asks for a challenge and sends the form with its proof, over HTTP, to one web process of its own.
Reports of the spike come at their times, whatever the answers take, each from another network; the flood comes as fast
as 30 connections carry it. The clients' own work is left out: their proofs are made beforehand, of small size, with the
keys of this installation. Nothing is sent after a phase's seconds are over: what was not sent by then is said. A machine
that is busy with other things makes these figures worse; the CPU time that the web process took for one report suffers least.
"""

import argparse
import asyncio
import json
import os
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PORT = 8797
SITE = f"http://127.0.0.1:{PORT}"
FORM = f"{SITE}/embed/bench/report"
AGENTS = [f"Mozilla/5.0 (bench; {n})" for n in range(40)]
CONNECTIONS = 30
LATE_S = 5  # seconds that the last of a spike may be late


def main():
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--seconds", type=float, default=20, help="how long the spike lasts")
    options.add_argument("--rate", type=float, default=100, help="reports a second in it")
    options.add_argument("--flood", type=int, default=10_000, help="reports from three networks")
    options.add_argument("--flood-seconds", type=float, default=30, help="how long the flood lasts at most")
    options.add_argument("--json", action="store_true")
    asked = options.parse_args()
    with tempfile.TemporaryDirectory(prefix="swc-") as folder:
        Path(folder).chmod(0o755)  # the services may run as another user
        for name in ("DATABASE_URL", "VALKEY_URL", "BROKER_URL", "CHANNEL_URL", "CACHE_URL", "EMAIL_URL"):
            os.environ.pop(name, None)
        os.environ |= {"VAR_DIR": folder, "PORT": str(PORT), "PUBLIC_URL": SITE, "TRUSTED_PROXIES": "1",
                       "DJANGO_SETTINGS_MODULE": "config.settings", "LOG_LEVEL": "ERROR"}  # fmt: skip
        from kit import embedded

        place = embedded.place(Path(folder))
        children = [embedded.start_postgres(place), embedded.start_valkey(place)]
        try:
            found = run(asked, children)
        finally:
            for child in reversed(children):
                embedded.stop(child)
    print(json.dumps(found) if asked.json else in_words(found))


def run(asked, children):
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    from bench.report_proofs import small_proof
    from kit.clock import clock
    from monitors.models import Provider, Report, SourceState
    from monitors.queries.counts import crowds
    from monitors.services.crowd import judge_provider

    Provider.objects.create(slug="bench", name="Bench", category="comms")
    Provider.objects.create(slug="bench-flood", name="Bench flood", category="comms")
    children.append(server := web())
    spike = round(asked.seconds * asked.rate)
    sent = [(f"{11 + n % 200}.{n // 200 % 250}.{n // 50_000}.7", AGENTS[n % len(AGENTS)]) for n in range(spike)]
    proofs = [small_proof("bench") for _ in range(spike)]
    spiked = asyncio.run(play("bench", sent, proofs, server, rate=asked.rate, seconds=asked.seconds + LATE_S))
    flooded = [(f"81.2.{n % 3}.{n // 3 % 250}", f"{AGENTS[n % 40]} {n}") for n in range(asked.flood)]
    proofs = [small_proof("bench-flood") for _ in range(min(2000, asked.flood))]
    flood = asyncio.run(play("bench-flood", flooded, proofs, server, seconds=asked.flood_seconds))
    now = clock()
    for provider_id, votes in crowds(now).items():
        judge_provider(provider_id, votes, now=now)
    flipped = set(SourceState.objects.values_list("scope__provider__slug", flat=True))
    for slug, figures in (("bench", spiked), ("bench-flood", flood)):
        figures["counted"] = Report.objects.filter(provider__slug=slug, is_counted=True).count()
        figures["stored"] = Report.objects.filter(provider__slug=slug).count()
        figures["flipped"] = slug in flipped
    return {"spike": spiked, "flood": flood}


async def play(slug, people, proofs_, server, *, seconds, rate=None):
    """Send a report of each of `people`; without a rate as fast as it goes. Returns figures in milliseconds."""
    import httpx

    gate, took, asked, statuses = asyncio.Semaphore(10_000 if rate else CONNECTIONS), [], [], {}
    limits = httpx.Limits(max_connections=200, max_keepalive_connections=200, keepalive_expiry=2)
    async with httpx.AsyncClient(timeout=10, limits=limits) as client:
        spent, began = cpu_s(server), time.perf_counter()

        async def one(n, address, agent):
            if rate:
                await asyncio.sleep(max(0.0, began + n / rate - time.perf_counter()))
            headers = {"X-Forwarded-For": address, "User-Agent": agent}
            fields = {"problem": "messages_delayed", "component": "service:sms", "country": "JP"}
            try:
                async with gate:
                    if time.perf_counter() > began + seconds:
                        return
                    if rate:
                        start = time.perf_counter()
                        await client.get(f"{SITE}/providers/{slug}/report/challenge", headers=headers)
                        asked.append(time.perf_counter() - start)
                    start = time.perf_counter()
                    fields["altcha"] = proofs_[n % len(proofs_)]
                    answer = await client.post(f"{SITE}/embed/{slug}/report", data=fields, headers=headers)
                took.append(time.perf_counter() - start)
                status = str(answer.status_code)
            except httpx.TransportError as error:
                status = type(error).__name__
            statuses[status] = statuses.get(status, 0) + 1

        await asyncio.gather(*(one(n, *person) for n, person in enumerate(people)))
        lasted, spent = time.perf_counter() - began, cpu_s(server) - spent
    sent = sum(statuses.values())
    figures = {"sent": sent, "unsent": len(people) - sent, "seconds": round(lasted, 1), "statuses": statuses}
    figures |= {"report_ms": quantiles(took), "web_cpu_ms": round(1000 * spent / max(1, sent), 1)}
    return figures | ({"challenge_ms": quantiles(asked)} if asked else {})


def cpu_s(process):
    """Return how many seconds of CPU a process has had."""
    fields = Path(f"/proc/{process.pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def quantiles(seconds):
    ordered = sorted(seconds) or [0.0]
    return {
        name: round(1000 * ordered[int(share * (len(ordered) - 1))], 1) for name, share in (("p50", 0.5), ("p99", 0.99))
    }


def in_words(found):
    return "\n".join(f"{name}: {'; '.join(_words(figures))}" for name, figures in found.items())


def _words(f):
    yield f"{f['sent']} sent in {f['seconds']} s, {f['unsent']} not in time, answers {f['statuses']}"
    yield f"{f['stored']} stored, {f['counted']} counted, state {'flipped' if f['flipped'] else 'unchanged'}"
    for name in ("report", "challenge"):
        if times := f.get(f"{name}_ms"):
            yield f"{name} p50 {times['p50']} ms, p99 {times['p99']} ms"
    yield f"{f['web_cpu_ms']} ms of the web process's CPU each"


def web():
    """Start a web process and wait until it answers."""
    import httpx

    child = subprocess.Popen([sys.executable, "manage.py", "run", "web"], cwd=ROOT, stdout=subprocess.DEVNULL)
    for _ in range(300):
        try:
            if httpx.get(FORM).status_code == 200:
                with ThreadPoolExecutor(20) as pool:  # so that its threads and connections are there
                    list(pool.map(httpx.get, [FORM] * 100))
                return child
        except httpx.TransportError:
            pass
        time.sleep(0.1)
    raise SystemExit("The web process does not answer.")


if __name__ == "__main__":
    main()
