"""A status page on this machine that answers what it is told, and feeds of it."""

import gzip
import json
import threading
import time
from contextlib import suppress

from kit.clock import clock
from monitors.models import Feed
from tests.factories import FeedFactory, ProviderFactory
from tests.http_server import Handler, HttpServer

PAGE = {"id": "abcdefghijkl", "name": "Example", "url": "https://status.example.com", "time_zone": "Etc/UTC"}
SUMMARY, INCIDENTS, PLANNED = "/api/v2/summary.json", "/api/v2/incidents.json", "/api/v2/scheduled-maintenances.json"


def summary(word="operational", incidents=()):
    component = {"id": "a", "name": "API", "status": word}
    status = {"indicator": "none"}
    lists = {"incidents": list(incidents), "scheduled_maintenances": []}
    return {"page": PAGE, "status": status, "components": [component], **lists}


class StatusPage:
    """A status page that answers what it is told, and remembers what it was asked."""

    def __init__(self):
        self.answers = {SUMMARY: summary(), INCIDENTS: {"page": PAGE, "incidents": []}, PLANNED: {"page": PAGE, "scheduled_maintenances": []}}  # fmt: skip
        self.headers = {}
        self.asked = []
        self.pause_s = self.drip_s = 0.0  # before an answer; between two bytes of its body
        self.now = self.most_at_once = 0  # requests
        self.lock = threading.Lock()
        self.is_stuck = False  # says "not modified" to whoever asks conditionally
        self.server = HttpServer(self._handler())
        self.place = self.server.place

    def _handler(page):
        class Told(Handler):
            def do_GET(self):
                with page.lock:
                    page.asked.append((self.path, dict(self.headers)))
                    page.now += 1
                    page.most_at_once = max(page.most_at_once, page.now)
                time.sleep(page.pause_s)
                with page.lock:
                    page.now -= 1
                self.answer_as_told()

            def answer_as_told(self):
                answer = page.answers.get(self.path, 404)
                status = answer if isinstance(answer, int) else 200
                body = b"" if status != 200 else answer if isinstance(answer, bytes) else json.dumps(answer).encode()
                etag = f'"{hash(body)}"'
                condition = self.headers.get("If-None-Match")
                if status == 200 and condition and (page.is_stuck or condition == etag):
                    status, body = 304, b""
                self.send_response(status)
                for name, value in page.headers.items():
                    self.send_header(name, value)
                packed = gzip.compress(body)
                if body:
                    self.send_header("ETag", etag)
                    self.send_header("Content-Encoding", "gzip")
                self.send_header("Content-Length", str(len(packed) if body else 0))
                self.end_headers()
                pieces = [packed] if not page.drip_s else [bytes([byte]) for byte in packed]
                with suppress(OSError):  # whoever asked had enough
                    for piece in pieces if body else ():
                        self.wfile.write(piece)
                        time.sleep(page.drip_s)

        return Told

    def paths(self):
        return sorted(path for path, _ in self.asked)

    def close(self):
        self.server.close()


def make_feed(page, **more):
    provider = ProviderFactory(name="Example")
    return FeedFactory(provider=provider, url=f"http://{page.place}{SUMMARY}", next_poll_at=clock(), **more)


def due(feed):
    """Let the feed be due again, and return it as it is."""
    feed.refresh_from_db()
    Feed.objects.filter(id=feed.id).update(next_poll_at=clock())
    return feed
