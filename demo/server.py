"""Run the outside world: `python -m demo.server`, with the settings that `manage.py up --demo` gives it.

Serves the vendor's status page (/api/v2/..., /history.json), its API (/2010-04-01/...), a Slack webhook (/slack/hook) and the
pages that show what was sent (/mail, /slack); takes mail by SMTP; plays the day's receipts and reports.
"""

import asyncio
import hashlib
import json
import logging
import os
from collections.abc import Awaitable, Callable
from datetime import datetime

import uvicorn
from aiosmtpd.smtp import SMTP

from demo import inboxes, status_page
from demo.actors import World
from demo.people import visits
from demo.script import api_is_down
from demo.traffic import callbacks
from kit import clock as clocks
from kit.clock import Pace, clock

Scope = dict[str, object]
Receive = Callable[[], Awaitable[dict[str, object]]]
Send = Callable[[dict[str, object]], Awaitable[None]]
Answer = tuple[int, str, bytes]

HOME = """<!doctype html><html lang=en><meta charset=utf-8><meta name=viewport content="width=device-width">
<meta http-equiv=refresh content=3><title>The outside world</title><style>{style}</style>
<h1>The outside world at {now:%d %b %Y %H:%M} UTC</h1>
<p>A stand-in for Twilio and everybody who depends on it, {speed:g} times as fast as life.</p>
<ul><li><a href="/api/v2/summary.json">The vendor's status page</a> (JSON)
<li><a href="/mail">Mailbox</a>: {letters} letters<li><a href="/slack">Slack</a>: {posts} messages</ul></html>"""


class Outside:
    """The ASGI application of the outside world."""

    def __init__(self, pace: Pace) -> None:
        self.pace = pace
        self.inboxes = inboxes.Inboxes()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        body = await _read(receive)
        headers = dict(scope["headers"])  # type: ignore[call-overload]
        status, kind, content = self.answer(str(scope["method"]), str(scope["path"]), body)
        etag = f'"{hashlib.sha256(content).hexdigest()[:20]}"'.encode()
        if status == 200 and headers.get(b"if-none-match") == etag:
            status, content = 304, b""
        fields = [(b"content-type", kind.encode()), (b"etag", etag)]
        await send({"type": "http.response.start", "status": status, "headers": fields})
        await send({"type": "http.response.body", "body": content})

    def answer(self, method: str, path: str, body: bytes) -> Answer:
        """Return (status, content type, body) of any request to the outside world."""
        now = clock()
        if path.startswith("/api/v2/") or path == "/history.json":
            return _json(status_page.document(path.rpartition("/")[2], now))
        if path.startswith("/2010-04-01/"):
            return _api(now)
        if path == "/slack/hook" and method == "POST":
            status, words = self.inboxes.take_slack(body)
            return status, "text/plain", words.encode()
        if path == "/sent.json":
            return _json(self.inboxes.as_json())
        return self._page(path, now)

    def _page(self, path: str, now: datetime) -> Answer:
        if path == "/mail":
            return _html(inboxes.page("Mailbox", [(m.at, m.subject, m.text) for m in self.inboxes.letters]))
        if path == "/slack":
            posts = [(m.at, m.text, "\n".join(m.blocks)) for m in self.inboxes.posts]
            return _html(inboxes.page("Slack", posts))
        if path == "/":
            counts = {"letters": len(self.inboxes.letters), "posts": len(self.inboxes.posts)}
            return _html(HOME.format(now=now, speed=self.pace.speed, style=inboxes.STYLE, **counts))
        return 404, "text/plain", b"Nothing here."


async def _read(receive: Receive) -> bytes:
    body = b""
    while True:
        message = await receive()
        body += message.get("body", b"")  # type: ignore[operator]
        if not message.get("more_body"):
            return body


def _json(document: dict[str, object] | None) -> Answer:
    if document is None:
        return 404, "application/json", b'{"error":"not found"}'
    return 200, "application/json", json.dumps(document).encode()


def _html(text: str) -> Answer:
    return 200, "text/html; charset=utf-8", text.encode()


def _api(now: datetime) -> Answer:
    """The vendor's API: it accepts messages all day, but for one outage that the status page never mentions."""
    if api_is_down(now):
        return 503, "application/json", b'{"code":20503,"message":"Service unavailable"}'
    return 200, "application/json", b'{"status":"active","type":"Full"}'


async def run() -> None:
    setting = os.environ.__getitem__
    pace = Pace(
        datetime.fromisoformat(setting("CLOCK_ORIGIN")),
        datetime.fromisoformat(setting("CLOCK_START")),
        float(setting("CLOCK_SPEED")),
    )
    clocks.configure(pace)
    outside = Outside(pace)
    server = uvicorn.Server(
        uvicorn.Config(outside, host="127.0.0.1", port=int(setting("DEMO_PORT")), log_level="warning", lifespan="off")
    )
    site = setting("PUBLIC_URL")
    world = World(site, f"{site}/hooks/twilio/{setting('DEMO_HOOK_TOKEN')}", setting("DEMO_AUTH_TOKEN"), pace)
    await asyncio.get_running_loop().create_server(
        lambda: SMTP(outside.inboxes), "127.0.0.1", int(setting("DEMO_SMTP_PORT"))
    )
    async with asyncio.TaskGroup() as group:
        group.create_task(server.serve())
        group.create_task(world.send_receipts(callbacks()))
        group.create_task(world.report(visits()))


if __name__ == "__main__":
    logging.basicConfig(level=logging.INFO, format="{levelname:<7} {name}: {message}", style="{")
    for chatty in ("httpx", "mail.log"):
        logging.getLogger(chatty).setLevel(logging.WARNING)
    try:
        asyncio.run(run())
    except KeyboardInterrupt:
        pass
