"""What it costs to poll 435 sources every 60 s: our production path against a plain one, in turns, in one run.

    .venv/bin/python -m bench.polling [rounds, default 5] [sources, default 435] [share that changes, default 0.02]

A round is one minute: the sources fall due in twelve batches, as beat wakes them every 5 s. The pages are
played over TLS by a process of its own, in the catalogue's mix of formats, with bodies of real size: 60
components and 50 past incidents (40 KB and 200 KB) for the Statuspage kinds, and the real bodies of
../shared where it is there for the others. A tenth of the pages knows nothing of conditional requests. What
is counted is the CPU time of this process; PostgreSQL's and the pages' own is not.

The plain peer keeps one httpx client, asks for each document without conditions, parses JSON and saves each
component and incident as a row. It does less: no updates, no revisions, no states, no scopes.
"""

import asyncio
import csv
import gzip
import hashlib
import json
import multiprocessing
import os
import resource
import ssl
import statistics
import sys
import tempfile
import time
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PAYLOADS = ROOT.parent / "shared" / "data" / "payloads"
BATCHES = 12
REAL = {  # format: a real body of it
    "betterstack": "betterstack_json/huggingface_index_20260919_excerpt.json",
    "statusio": "statusio_v1/gitlab_status_2026.json",
    "google_incidents": "google_incidents/gcp_incidents_cia.json",
    "apple_js": "apple/apple_developer_one_ongoing_issue.json",
    "aws_health": "aws_health/aws_currentevents.utf16be.json",
    "aws_rss": "aws_rss/aws_rss_internetconnectivity_20211220.xml",
    "azure_rss": "azure_rss/azure_feed_20251029_front_door.xml",
    "firehydrant": "firehydrant/redis_payload.json",
    "slack_v2": "slack_v2/slack_current_multi_1.json",
}
BEGAN = datetime(2026, 3, 1, tzinfo=UTC)


def statuspage(number, version):
    """Return the documents of a page in Statuspage's words, by path; each version has another component in trouble."""
    page = {"id": f"page{number}", "name": f"Page {number}", "url": "https://x.example.com", "time_zone": "Etc/UTC"}
    page["updated_at"] = (BEGAN + timedelta(minutes=version)).isoformat()
    parts = [
        {
            "id": f"c{number}x{n}", "name": f"Component {n}", "position": n, "group": False, "group_id": None,
            "status": "degraded_performance" if version and n == version % 60 else "operational", "description": "A part of it. " * 8,
            "created_at": BEGAN.isoformat(), "updated_at": BEGAN.isoformat(), "page_id": page["id"], "showcase": True,
            "start_date": "2024-01-01", "only_show_if_degraded": False,
        } for n in range(60)
    ]  # fmt: skip
    incidents = [incident(number, n) for n in range(50)]
    status = {"indicator": "minor" if version else "none", "description": "As it is"}
    summary = {"page": page, "components": parts, "incidents": [], "scheduled_maintenances": [], "status": status}
    return {
        "/api/v2/summary.json": summary,
        "/api/v2/components.json": {"page": page, "components": parts},
        "/api/v2/incidents.json": {"page": page, "incidents": incidents},
        "/api/v2/scheduled-maintenances.json": {"page": page, "scheduled_maintenances": []},
    }


def incident(number, n):
    began = BEGAN - timedelta(hours=7 * n)
    words = "We have found what is the matter with our interface and go on to watch what our repair does to it. " * 6
    phases = ("resolved", "monitoring", "identified", "investigating")
    updates = [
        {
            "id": f"u{number}x{n}x{m}", "status": phase, "body": words, "created_at": (began + timedelta(minutes=40 - 10 * m)).isoformat(),
            "updated_at": (began + timedelta(minutes=40 - 10 * m)).isoformat(), "display_at": (began + timedelta(minutes=40 - 10 * m)).isoformat(),
            "incident_id": f"i{number}x{n}", "affected_components": None,
        } for m, phase in enumerate(phases)
    ]  # fmt: skip
    return {
        "id": f"i{number}x{n}", "name": f"Elevated errors of part {n}", "status": "resolved", "impact": "minor",
        "created_at": began.isoformat(), "started_at": began.isoformat(), "updated_at": updates[0]["created_at"],
        "resolved_at": updates[0]["created_at"], "monitoring_at": None, "shortlink": f"https://x.example.com/{n}",
        "page_id": f"page{number}", "incident_updates": updates, "components": [],
    }  # fmt: skip


class Pages:
    """All pages' documents, packed, with their validators. `bump` gives some of them new words."""

    def __init__(self, formats):
        self.formats, self.documents = formats, {}
        for number in range(len(formats)):
            self.play(number, 0)

    def play(self, number, version):
        name = self.formats[number]
        if name in REAL and (PAYLOADS / REAL[name]).exists():
            body = (PAYLOADS / REAL[name]).read_bytes()
            self.documents[number] = {"/feed": answer_of(body + b" " * version * (b"\x00" not in body), number)}
        else:
            paths = statuspage(number, version)
            packed = {path: answer_of(json.dumps(document).encode(), number) for path, document in paths.items()}
            self.documents[number] = packed

    def bump(self, round_, share):
        step = max(1, round(1 / share)) if share else len(self.formats) + 1
        for number in range(round_ % step, len(self.formats), step):
            self.play(number, round_ + 1)


def answer_of(body, number):
    etag = b'W/"%s"' % hashlib.md5(body).hexdigest().encode() if number % 10 else b""
    packed = gzip.compress(body, 6)
    head = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Encoding: gzip\r\nServer: bench\r\n"
    head += b"Cache-Control: max-age=0, private, must-revalidate\r\nX-Request-Id: 3f0a8c1e\r\nVary: Accept\r\n"
    if etag:
        head += b"ETag: " + etag + b"\r\n"
    return etag, head + b"Content-Length: %d\r\n" % len(packed), packed


class Answering(asyncio.Protocol):
    """One connection to a page; which one, its port's own address says (127.0.high.low)."""

    pages = None

    def connection_made(self, transport):
        self.transport, self.rest = transport, b""
        self.number = number_of(transport.get_extra_info("sockname")[0])

    def data_received(self, data):
        *asked, self.rest = (self.rest + data).split(b"\r\n\r\n")
        for request in asked:
            self.answer(request)

    def answer(self, request):
        lines = request.split(b"\r\n")
        headers = dict(line.lower().split(b": ", 1) for line in lines[1:])
        close = headers.get(b"connection") == b"close"
        tail = b"Connection: close\r\n\r\n" if close else b"\r\n"
        found = self.pages.documents[self.number].get(lines[0].split(b" ")[1].decode())
        if found is None:
            self.transport.write(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n" + tail)
        elif found[0] and headers.get(b"if-none-match") == found[0].lower():
            self.transport.write(b"HTTP/1.1 304 Not Modified\r\nETag: " + found[0] + b"\r\n" + tail)
        else:
            self.transport.write(found[1] + tail + found[2])
        if close:
            self.transport.close()


def address_of(number):
    return f"127.0.{number // 200 + 1}.{number % 200 + 1}"


def number_of(address):
    *_, high, low = map(int, address.split("."))
    return (high - 1) * 200 + low - 1


def serve(names, certificate, port, rounds, share):
    """Play the pages; each number that comes over `rounds` gives a share of them new words."""

    async def main():
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(certificate)
        Answering.pages = Pages(names)
        loop = asyncio.get_running_loop()
        server = await loop.create_server(Answering, "0.0.0.0", 0, backlog=4096, ssl=context)
        loop.add_reader(rounds.fileno(), lambda: rounds.send(Answering.pages.bump(rounds.recv(), share)))
        port.value = server.sockets[0].getsockname()[1]
        await server.serve_forever()

    asyncio.run(main())


def cpu_s():
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


class Ours:
    name = "ours"

    def __init__(self, feeds):
        from monitors.tasks.official import poll_due_feeds

        self.feeds, self.poll = feeds, poll_due_feeds

    def run(self):
        from kit.clock import clock
        from monitors.models import Feed

        for start in range(BATCHES):
            Feed.objects.filter(id__in=[feed.id for feed in self.feeds[start::BATCHES]]).update(next_poll_at=clock())
            self.poll()
            if start == 0:
                Feed.objects.exclude(id__in=[feed.id for feed in self.feeds[::BATCHES]]).update(next_poll_at=None)
        Feed.objects.update(next_poll_at=None)
        failing = Feed.objects.filter(failures__gt=0)
        assert not failing, list(failing.values_list("format", "error")[:5])


class Plain:
    name = "plain: one httpx GET per document, every row saved"

    def __init__(self, feeds, context):
        import httpx

        from monitors.formats import formats
        from monitors.services.polling import document_url

        self.client = httpx.Client(verify=context, timeout=15)
        self.wanted = [
            (feed, document_url(feed, document.path))
            for feed in feeds
            for document in (formats()[feed.format].documents)
        ]

    def run(self):
        for feed, url in self.wanted:
            self.store(feed, self.client.get(url, headers={"Connection": "close"}))

    def store(self, feed, answer):
        from monitors.models import Component

        if feed.format not in ("statuspage_v2", "incidentio"):
            return  # it has no reader for the others: fetching alone
        document = answer.json() if answer.is_success else {}
        for part in document.get("components", ()):
            values = {"name": part["name"], "word": part["status"], "position": part["position"]}
            Component.objects.update_or_create(provider_id=feed.provider_id, external_id=part["id"], defaults=values)


def measured(method):
    """Return the CPU seconds of one minute's polls."""
    before = cpu_s()
    method.run()
    return cpu_s() - before


def catalogue(count):
    """Return the formats of `count` sources, in the catalogue's mix; what we have no real body of is a Statuspage."""
    with (ROOT / "monitors" / "catalogue" / "providers.csv").open() as file:
        names = [row["format"] for row in csv.DictReader(file)]
    known = [name if name in REAL or name == "incidentio" else "statuspage_v2" for name in names]
    return [known[n % len(known)] for n in range(count)]


def spread(values, digits=2):
    return f"{statistics.median(values):.{digits}f} ({min(values):.{digits}f} to {max(values):.{digits}f})"


def prepare(names, port):
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    from tests.factories import FeedFactory

    made = []
    for number, name in enumerate(names):
        path = "/feed" if name in REAL and (PAYLOADS / REAL[name]).exists() else "/api/v2/summary.json"
        made.append(FeedFactory(format=name, url=f"https://{address_of(number)}:{port}{path}", interval_s=60))
    return made


def main(rounds=5, count=435, share=0.02):
    import tests.services  # noqa: F401 - throw-away data services
    from tests.monitors.probes.certificates import Authority

    names = catalogue(count)
    with tempfile.TemporaryDirectory() as folder:
        authority = Authority(Path(folder))
        authority.context("pages.example.com")
        port, (ours, theirs) = multiprocessing.Value("i", 0), multiprocessing.Pipe()
        played = (names, f"{folder}/pages.example.com-20.pem", port, theirs, share)
        pages = multiprocessing.Process(target=serve, args=played, daemon=True)
        pages.start()
        while not port.value:
            time.sleep(0.05)
        context = ssl.create_default_context(cafile=authority.file)
        context.check_hostname = False  # one certificate for all; its chain is verified, as it costs
        compare(names, port.value, context, ours, rounds)
        pages.terminate()


def compare(names, port, context, changes, rounds):
    os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings_test"
    os.environ["ALLOWED_PRIVATE_HOSTS"] = " ".join(f"{address_of(n)}:{port}" for n in range(len(names)))
    import django

    django.setup()
    from kit import guarded_http

    guarded_http._trust = lambda: context
    feeds = prepare(names, port)
    methods = [Ours(feeds), Plain(feeds, context)]
    first = [measured(method) for method in methods]
    found = [[] for _ in methods]
    for round_ in range(rounds):
        changes.send(round_)
        changes.recv()
        for method, values in zip(methods, found, strict=True):
            values.append(measured(method))
    print(
        f"{len(names)} sources at 60 s, {dict(Counter(names).most_common(4))} and others; {rounds} rounds, taking turns"
    )
    for method, values, cold in zip(methods, found, first, strict=True):
        share = spread([100 * value / 60 for value in values])
        print(f"  {method.name:<52} CPU s/min {spread(values):<24} % of a core {share:<24} first {cold:.1f} s")
    print(f"  {'ratio':<52} {spread([plain / our for our, plain in zip(*found, strict=True)], 1)}")


if __name__ == "__main__":
    main(*(kind(word) for kind, word in zip((int, int, float), sys.argv[1:], strict=False)))
