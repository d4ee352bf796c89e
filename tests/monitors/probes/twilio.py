"""A stand-in for Twilio's message resource: takes messages, and says of them what a test wants said."""

import base64
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl

ACCOUNT = "AC" + "0a" * 16
KEY, SECRET = "SK" + "1b" * 16, "hush-hush-hush"
BEGAN = datetime(2026, 3, 1, 12, tzinfo=UTC)


@dataclass
class Twilio:
    """`status` and `error_code` are what it says of every message; `took_s` after how long that came about."""

    port: int = 0
    status: str = "queued"
    error_code: int | None = None
    took_s: int = 4
    refusal: tuple[int, dict[str, object]] | None = None
    messages: list[dict[str, str]] = field(default_factory=list)
    asked: int = 0
    keys: set[str] = field(default_factory=set)

    @property
    def place(self) -> str:
        return f"127.0.0.1:{self.port}"

    @property
    def account(self) -> str:
        return f"http://{self.place}/2010-04-01/Accounts/{ACCOUNT}"

    def post(self, form: dict[str, str]) -> tuple[int, dict[str, object]]:
        if self.refusal:
            return self.refusal
        self.messages.append(form)
        return 201, self._resource(len(self.messages), "queued")

    def get(self, path: str) -> tuple[int, dict[str, object]]:
        self.asked += 1
        sid = path.rpartition("/")[2].removesuffix(".json")
        return 200, self._resource(int(sid[2:], 16), self.status)

    def _resource(self, number: int, status: str) -> dict[str, object]:
        return {
            "sid": f"SM{number:032x}",
            "status": status,
            "error_code": self.error_code,
            "to": self.messages[number - 1]["To"],
            "date_created": format_datetime(BEGAN),
            "date_updated": format_datetime(BEGAN + timedelta(seconds=self.took_s)),
        }


@contextmanager
def twilio(**said) -> Iterator[Twilio]:
    stand_in = Twilio(**said)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            self._answer(*stand_in.post(dict(parse_qsl(body))))

        def do_GET(self) -> None:
            self._answer(*stand_in.get(self.path))

        def _answer(self, status: int, document: dict[str, object]) -> None:
            stand_in.keys.add(base64.b64decode(self.headers["Authorization"].removeprefix("Basic ")).decode())
            body = json.dumps(document).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    stand_in.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield stand_in
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)
