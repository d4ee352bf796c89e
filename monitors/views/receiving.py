"""The hooks of delivery providers as an ASGI application by itself, before Django's handler and its middleware.

A sender's bursts are thousands of small requests that need no session, no cookie and no page; what they need is an
answer within milliseconds. Django's view (monitors.views.hooks) answers the same where this is not in front of it.
"""

import asyncio

from django.conf import settings

from kit.intake import Application, Message, Receive, Send
from monitors.receipts import receipt_kinds
from monitors.receipts.base import HookRequest
from monitors.services.receiving import LATER, TOO_LARGE, UNKNOWN, Answer, Delivery, Receiver

LARGEST_BODY = 1_000_000  # bytes
MOST_HELD = 64_000_000  # bytes of all bodies that are being read or wait; beyond them senders are told to try again
SLOWEST_S = 10.0  # from a request's head to its last byte


class Hooks:
    """Answers /hooks/KIND/TOKEN; everything else is `django`'s. `most_held` are bytes."""

    def __init__(self, django: Application, most_held: int = MOST_HELD) -> None:
        self._django = django
        self.most_held = most_held
        self._receiver: Receiver | None = None
        self.held = 0  # bytes

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        parts = scope["path"].split("/")
        if len(parts) != 4 or parts[1] != "hooks":
            await self._django(scope, receive, send)
            return
        kind = receipt_kinds().get(parts[2])
        if kind is None:
            await _answer(send, UNKNOWN)
        elif scope["method"] not in kind.methods:
            allowed = ", ".join(sorted(kind.methods))
            await _answer(send, Answer(405, f"Use {allowed}."), [(b"allow", allowed.encode())])
        else:
            await _answer(send, await self._taken(parts[2], parts[3], scope, receive))

    def stop(self) -> None:
        """End what was begun to answer hooks; the next one begins it anew."""
        if self._receiver:
            self._receiver.stop()
            self._receiver = None

    async def _taken(self, kind: str, token: str, scope: Message, receive: Receive) -> Answer:
        headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}
        length = headers.get("content-length", "0")
        if not length.isdigit() or int(length) > LARGEST_BODY:
            return TOO_LARGE
        body = _Body(self)
        try:
            async with asyncio.timeout(SLOWEST_S):
                wrong = await body.read(receive)
            return wrong or await self._answer_of(kind, token, _request(scope, headers, body.content))
        except TimeoutError:
            return Answer(408, "The body came too slowly.")
        finally:
            self.held -= body.size

    async def _answer_of(self, kind: str, token: str, request: HookRequest) -> Answer:
        if self._receiver is None:  # threads are begun in the process that serves, not in one that it forks from
            self._receiver = Receiver()
            self._receiver.start()
        loop = asyncio.get_running_loop()
        answered: asyncio.Future[Answer] = loop.create_future()

        def reply(answer: Answer) -> None:
            loop.call_soon_threadsafe(_set, answered, answer)

        self._receiver.take(Delivery(kind, token, request, reply))
        return await answered


def _set(answered: asyncio.Future[Answer], answer: Answer) -> None:
    if not answered.done():  # whoever asked has not gone away
        answered.set_result(answer)


class _Body:
    """A request's body as it comes in. What it holds is counted in all that the hooks hold."""

    def __init__(self, hooks: Hooks) -> None:
        self._hooks, self._chunks, self.size = hooks, list[bytes](), 0

    @property
    def content(self) -> bytes:
        return b"".join(self._chunks)

    async def read(self, receive: Receive) -> Answer | None:
        """Read to the end; return what to answer at once where that may not be, whatever length was announced."""
        while True:
            message = await receive()
            if message["type"] == "http.disconnect":
                return Answer(400, "The body ended early.")
            chunk = message.get("body", b"")
            self.size += len(chunk)
            self._hooks.held += len(chunk)
            if self.size > LARGEST_BODY:
                return TOO_LARGE
            if self._hooks.held > self._hooks.most_held:
                return LATER
            self._chunks.append(chunk)
            if not message.get("more_body"):
                return None


def _request(scope: Message, headers: dict[str, str], body: bytes) -> HookRequest:
    """The request, under the address that the sender was given: what we see behind a proxy would not match what was
    signed."""
    raw = scope.get("raw_path") or scope["path"].encode()
    query = b"?" + scope["query_string"] if scope["query_string"] else b""
    url = settings.PUBLIC_URL + (raw.partition(b"?")[0] + query).decode("latin-1")
    return HookRequest(url, headers.get("content-type", ""), headers, body, scope["method"])


async def _answer(send: Send, answer: Answer, headers: list[tuple[bytes, bytes]] | None = None) -> None:
    body = answer.text.encode()
    said = (
        [(b"content-type", b"text/plain; charset=utf-8"), (b"content-length", str(len(body)).encode())] if body else []
    )
    more = [(b"x-content-type-options", b"nosniff"), (b"cache-control", b"no-store"), *(headers or [])]
    await send({"type": "http.response.start", "status": answer.status, "headers": said + more})
    await send({"type": "http.response.body", "body": body})
