"""How quickly a hook answers under load, and whether all that it acknowledged is counted.

    .venv/bin/python -m bench.receipts [--seconds 20] [--rate 500] [--connections 60] [--web 1]
    .venv/bin/python -m bench.receipts --seconds 300

A process of its own posts signed Twilio callbacks to running web processes, which store them in a real PostgreSQL that
writes to the disk before it says so; a third applies and counts them every 5 s, as beat has it done. Each message has
three callbacks, queued, sent and delivered, in an order that is not always this one; one in twenty is sent twice.
The load is open: a callback is due at its time whether or not the ones before it are answered, and its time is
measured from when it was due. Lost are callbacks that were acknowledged and are not in the counts.
"""

import argparse
import asyncio
import base64
import hashlib
import hmac
import multiprocessing
import os
import random
import signal
import socket
import statistics
import subprocess
import tempfile
import time
from pathlib import Path
from urllib.parse import urlencode

SECRET, TOKEN = "the secret of a shared key", "bench-token"
SITE = "http://127.0.0.1:8000"  # what Twilio was told; the load goes to the processes themselves
STATUSES = ("queued", "sent", "delivered")
# Where numbers are, as (prefix, digits that follow): eight countries, some with carriers by prefix.
NUMBERS = (
    ("+8180", 8),
    ("+62812", 8),
    ("+4477", 8),
    ("+1415555", 4),
    ("+4917", 8),
    ("+336", 8),
    ("+9198", 8),
    ("+5511", 8),
)
SLICE_S = 10


def callbacks(total, seed=1):
    """Yield (message, status, request bytes) without end of line by line work: all is made before the clock runs."""
    chance = random.Random(seed)
    path = f"/hooks/twilio/{TOKEN}"
    made = []
    for number in range(total // len(STATUSES) + 1):
        message = "SM" + hashlib.md5(f"{seed}:{number}".encode()).hexdigest()
        prefix, digits = chance.choice(NUMBERS)
        to = prefix + "".join(chance.choices("0123456789", k=digits))
        for order, status in enumerate(STATUSES):
            # A later status comes some messages later, now and then before the earlier one.
            made.append((number + 40 * order + chance.uniform(0, 60), message, status, to))
    made.sort()
    for _, message, status, to in made[:total]:
        form = {
            "AccountSid": "AC" + "0" * 32, "ApiVersion": "2010-04-01", "From": "+15005550006", "MessageSid": message,
            "MessageStatus": status, "SmsSid": message, "SmsStatus": status, "To": to,
        }  # fmt: skip
        signed = (SITE + path + "".join(name + form[name] for name in sorted(form))).encode()
        signature = base64.b64encode(hmac.digest(SECRET.encode(), signed, "sha1")).decode()
        body = urlencode(form).encode()
        head = (
            f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1:8000\r\nContent-Type: application/x-www-form-urlencoded\r\n"
            f"X-Twilio-Signature: {signature}\r\nUser-Agent: TwilioProxy/1.1\r\nAccept: */*\r\n"
            f"I-Twilio-Idempotency-Token: {message}\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        yield message, status, head.encode() + body
        if chance.random() < 0.05:
            yield message, status, head.encode() + body


async def post_all(ports, sent, rate, connections, results):
    """Post each at its time over some kept connections; append (due, seconds, status code, message, status)."""
    waiting = asyncio.Queue()
    began = time.perf_counter()

    async def connection(port):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        while (item := await waiting.get()) is not None:
            due, message, status, request = item
            try:
                writer.write(request)
                head = await reader.readuntil(b"\r\n\r\n")
                code = int(head[9:12])
                length = next(
                    (int(line[15:]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:")), 0
                )
                await reader.readexactly(length)
            except (OSError, asyncio.IncompleteReadError):
                code = 0
                reader, writer = await asyncio.open_connection("127.0.0.1", port)
            results.append((due - began, time.perf_counter() - due, code, message, status))
        writer.close()

    workers = [asyncio.create_task(connection(ports[n % len(ports)])) for n in range(connections)]
    for number, (message, status, request) in enumerate(sent):
        due = began + number / rate
        if (ahead := due - time.perf_counter()) > 0:
            await asyncio.sleep(ahead)
        waiting.put_nowait((due, message, status, request))
    for _ in workers:
        waiting.put_nowait(None)
    await asyncio.gather(*workers)


def load(ports, asked, pipe):
    os.nice(-5) if os.geteuid() == 0 else None  # a generator that is late measures itself
    results = []
    sent = list(callbacks(int(asked.rate * asked.seconds)))
    asyncio.run(post_all(ports, sent, asked.rate, asked.connections, results))
    pipe.send(results)


def count_for_ever():
    import django

    django.setup()
    from monitors.tasks.receipts import apply_receipts

    while True:
        began = time.monotonic()
        apply_receipts()
        time.sleep(max(0.0, 5 - (time.monotonic() - began)))


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def start_web(port):
    from config import processes

    web = processes.web()
    arguments = [
        str(port) if before == "--port" else one
        for before, one in zip(["", *web.arguments], web.arguments, strict=False)
    ]
    child = subprocess.Popen(arguments, env={**os.environ, **web.defaults})
    for _ in range(150):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return child
        time.sleep(0.1)
    raise SystemExit("The web process does not answer.")


def main():
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--seconds", type=float, default=20)
    options.add_argument("--rate", type=float, default=500, help="callbacks a second")
    options.add_argument("--connections", type=int, default=60)
    options.add_argument("--web", type=int, default=1, help="web processes")
    asked = options.parse_args()
    with tempfile.TemporaryDirectory(prefix="swr-") as folder:
        Path(folder).chmod(0o755)  # the services may run as another user
        for name in ("DATABASE_URL", "VALKEY_URL", "BROKER_URL", "CHANNEL_URL", "CACHE_URL", "EMAIL_URL"):
            os.environ.pop(name, None)
        os.environ |= {
            "VAR_DIR": folder,
            "DJANGO_SETTINGS_MODULE": "config.settings",
            "PUBLIC_URL": SITE,
            "LOG_LEVEL": "WARNING",
        }
        from kit import embedded

        place = embedded.place(Path(folder))
        children = [embedded.start_postgres(place), embedded.start_valkey(place)]
        try:
            run(asked, children)
        finally:
            for child in reversed(children):
                embedded.stop(child)


def run(asked, children):
    import django

    django.setup()
    from django.core.management import call_command
    from django.db import connection

    call_command("migrate", verbosity=0)
    call_command("load_carriers", verbosity=0)
    from kit.clock import clock
    from monitors.services import receipts
    from tests.factories import OrganizationFactory, ProviderFactory

    provider = ProviderFactory(slug="twilio-of-the-bench", category="comms")
    source = receipts.create_source(OrganizationFactory(), provider, "twilio", now=clock(), token=TOKEN)
    receipts.set_secrets(source, [SECRET])
    connection.close()
    spawn = multiprocessing.get_context("spawn")
    counter = spawn.Process(target=count_for_ever, daemon=True)
    counter.start()
    ports = [free_port() for _ in range(asked.web)]
    webs = [start_web(port) for port in ports]
    children.extend(webs)
    warm_up(ports)
    ours, theirs = spawn.Pipe(duplex=False)
    loader = spawn.Process(target=load, args=(ports, asked, theirs))
    before = {child.pid: cpu_s(child.pid) for child in webs}
    began = time.monotonic()
    loader.start()
    results = ours.recv()
    loader.join()
    took_s = time.monotonic() - began
    used = sum(cpu_s(child.pid) - before[child.pid] for child in webs)
    os.kill(counter.pid, signal.SIGTERM)
    counter.join()
    report(asked, results, took_s, used)


def warm_up(ports):
    """The first request of a process loads the table of numbers; people start theirs before the load comes."""
    sent = [(message, status, request) for message, status, request in callbacks(60, seed=0)]
    for port in ports:
        asyncio.run(post_all([port], sent, 100, 4, []))


def cpu_s(pid):
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def report(asked, results, took_s, used_s):
    from django.db.models import Sum

    from monitors.models import DeliveryCount, Receipt
    from monitors.tasks.receipts import apply_receipts

    behind = Receipt.objects.filter(applied_at=None).count()
    apply_receipts()
    kept = set(Receipt.objects.values_list("message_id", "status"))
    acknowledged = {(message, status) for _, _, code, message, status in results if code == 204}
    counted = DeliveryCount.objects.aggregate(started=Sum("started"), delivered=Sum("delivered"))
    mine = {message for message, _, _ in callbacks(60, seed=0)}  # the warm-up's
    messages = len({message for message, _ in acknowledged} | mine)
    delivered = len({m for m, status in acknowledged if status == "delivered"}) + sum(
        1 for message, status in kept if message in mine and status == "delivered"
    )
    took = sorted(seconds for _, seconds, _, _, _ in results)
    slices = {}
    for due, seconds, _, _, _ in results:
        slices.setdefault(int(due // SLICE_S), []).append(seconds)
    print(
        f"{len(results):,} callbacks in {max(due for due, *_ in results):.0f} s, {asked.rate:g}/s, {asked.connections} connections, {asked.web} web process(es)"
    )
    print(
        f"  answered 204: {sum(code == 204 for _, _, code, _, _ in results):,}; otherwise: {sum(code != 204 for _, _, code, _, _ in results)}"
    )
    for name, share in (("p50", 0.5), ("p99", 0.99), ("p99.9", 0.999)):
        each = [1000 * at(sorted(one), share) for one in slices.values() if len(one) >= 100]
        print(
            f"  {name:<6}{1000 * at(took, share):8.1f} ms   of each {SLICE_S} s: {min(each):.1f} to {max(each):.1f}, median {statistics.median(each):.1f}"
        )
    print(
        f"  longest {1000 * took[-1]:.1f} ms; CPU of the web processes: {1e6 * used_s / len(results):.0f} us per callback"
    )
    print(f"  not yet counted when the last came: {behind:,} ({behind / asked.rate:.1f} s of them)")
    print(f"  lost: {len(acknowledged - kept)} of {len(acknowledged):,} acknowledged (not stored)")
    print(
        f"  counted: {counted['started']:,} started of {messages:,} messages, {counted['delivered']:,} delivered of {delivered:,}"
    )
    if acknowledged - kept or counted["started"] != messages or counted["delivered"] != delivered:
        raise SystemExit("Something that was acknowledged is not counted.")


def at(ordered, share):
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


if __name__ == "__main__":
    main()
