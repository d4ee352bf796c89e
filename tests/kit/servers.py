"""Hostile and friendly servers on this machine, one function per connection."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field


@dataclass
class Server:
    """A listening server; `requests` holds what came in, one entry per connection."""

    port: int
    requests: list[bytes] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def place(self) -> str:
        return f"127.0.0.1:{self.port}"


def answer(body: bytes = b"ok", *headers: str, status: str = "200 OK") -> bytes:
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *headers, "", ""]
    return "\r\n".join(lines).encode() + body


@contextmanager
def serving(handle: bytes | Callable[[socket.socket], None], *, wait_for: bytes = b"\r\n\r\n") -> Iterator[Server]:
    """Serve on a port from 8100 up; `handle` is the bytes to answer with, or gets the connection after its request."""
    listener = _listen()
    server = Server(listener.getsockname()[1])

    def one(connection: socket.socket) -> None:
        with connection:
            connection.settimeout(10)
            try:
                server.requests.append(_read_until(connection, wait_for))
                connection.sendall(handle) if isinstance(handle, bytes) else handle(connection)
            except OSError:
                return

    def loop() -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            threading.Thread(target=one, args=(connection,), daemon=True).start()

    thread = threading.Thread(target=loop, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join(5)


def _listen() -> socket.socket:
    # A port that the guard would let pass at a public address, so that only the address decides.
    for port in range(8100, 9000):
        listener = socket.socket()
        try:
            listener.bind(("127.0.0.1", port))
        except OSError:
            listener.close()
            continue
        listener.listen(64)
        return listener
    raise RuntimeError("no free port from 8100 to 8999")


def _read_until(connection: socket.socket, mark: bytes) -> bytes:
    data = b""
    while mark not in data:
        chunk = connection.recv(65536)
        if not chunk:
            break
        data += chunk
    return data
