"""How much of a request's body is taken in, whatever length it has or announces."""

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[Any, Any, Any], Awaitable[None]]


class Intake:
    """Hands on at most `most` bytes of a body to an ASGI application; the rest is read and dropped.

    Django keeps the whole body before any view is asked, on disk where it is long, and so for anybody. What was
    announced stays announced: forms are refused by it, and a job that sends its whole log is heard all the same.
    """

    def __init__(self, application: Application, *, most: int) -> None:
        self._application, self._most = application, most

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        room = self._most

        async def take() -> Message:
            nonlocal room
            while True:
                message = await receive()
                if message["type"] != "http.request":
                    return message
                body = message.get("body", b"")[:room]
                room -= len(body)
                if body or not message.get("more_body"):
                    return {**message, "body": body}

        await self._application(scope, take, send)
