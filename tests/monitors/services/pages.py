"""A host on this machine that plays status pages of several platforms."""

import json

from tests.http_server import Handler, HttpServer

ULID = "01JMDK9XYNY6RXSED6SDWW50WY"
COMPONENT = {"id": "c1", "name": "API", "status": "operational"}
INCIDENT = {
    "id": "i1", "name": "API is slow", "status": "investigating", "impact": "minor",
    "created_at": "2026-03-01T10:00:00Z", "incident_updates": [],
}  # fmt: skip
INSTATUS = {"page": {"name": "Acme", "url": "https://status.acme.example", "status": "UP"}}
INSTATUS_COMPONENTS = {"components": [{"id": "a", "name": "Web", "status": "OPERATIONAL"}]}
BETTERSTACK = {
    "data": {
        "id": "7",
        "type": "status_page",
        "attributes": {"company_name": "Acme", "aggregate_state": "operational"},
    },
    "included": [
        {"id": "1", "type": "status_page_resource", "attributes": {"public_name": "API", "status": "operational"}}
    ],
}
RSS = (
    b'<?xml version="1.0"?><rss version="2.0"><channel><title>Acme</title><item><title>API is slow</title><guid>1</guid>'
    b"<pubDate>Sun, 01 Mar 2026 10:00:00 +0000</pubDate><description>We are investigating.</description></item></channel></rss>"
)


def summary(page_id="kctbh9vrtdwd", **more):
    page = {"id": page_id, "name": "Acme", "url": "https://status.acme.example"}
    lists = {"components": [COMPONENT], "incidents": [INCIDENT], "scheduled_maintenances": []}
    return {"page": page, "status": {"indicator": "minor"}, **lists, **more}


def html(head="", body="Hello"):
    return f"<!doctype html><html><head>{head}</head><body>{body}</body></html>".encode()


class Site:
    """Answers each path with a body (bytes, or JSON), a status, or ("location", address); remembers what was asked."""

    def __init__(self, answers=None):
        self.answers = dict(answers or {})
        self.asked = []
        self.server = HttpServer(self._handler())
        self.place, self.url = self.server.place, self.server.url

    def _handler(site):
        class Page(Handler):
            def do_GET(self):
                site.asked.append(self.path)
                answer = site.answers.get(self.path, site.answers.get("*", 404))
                status, headers, body = 200, {}, b""
                if isinstance(answer, int):
                    status = answer
                elif isinstance(answer, tuple):
                    status, headers = 302, {"Location": answer[1]}
                else:
                    body = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
                self.answer(status, body, headers)

        return Page

    def close(self):
        self.server.close()
