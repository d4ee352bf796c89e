"""What probers are measured against: a server in a process of its own that notes who asks when, and never waits.

It speaks HTTP, and HTTPS with a certificate of an authority of its own.
"""

import asyncio
import multiprocessing
import os
import time
from collections import Counter
from functools import partial
from pathlib import Path

import certifi
import uvloop

from tests.monitors.probes.certificates import Authority

ANSWER = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok"


class _Exchange(asyncio.Protocol):
    """One connection. The path is /WHO/ID/MILLISECONDS: who asks, about which monitor, and how long to wait."""

    def __init__(self, book):
        self.book = book

    def connection_made(self, transport):
        self.transport = transport

    def data_received(self, data):
        _, self.who, self.id, pause, *_ = (data.split(b" ", 2)[1] + b"/0/0").split(b"/")
        self.book.begin(self.who, self.id)
        self.began = time.perf_counter()
        if float(pause):
            asyncio.get_running_loop().call_later(float(pause) / 1000, self.answer)
        else:
            self.answer()

    def answer(self):
        self.book.end(self.who, self.id, 1000 * (time.perf_counter() - self.began))
        if not self.transport.is_closing():  # who asked may have been killed
            self.transport.write(ANSWER)
            self.transport.close()


class _Book:
    def __init__(self):
        self.counts = Counter()
        self.arrivals, self.answered, self.overlaps = [], [], []
        self.under_way = set()

    def begin(self, who, id_):
        self.counts[who.decode()] += 1
        if id_ != b"0":
            self.arrivals.append((int(id_), time.time()))
            if (who, id_) in self.under_way:
                self.overlaps.append(int(id_))
            self.under_way.add((who, id_))

    def end(self, who, id_, took_ms):
        self.under_way.discard((who, id_))
        if id_ != b"0":
            self.answered.append((int(id_), took_ms))


def _serve(pipe, context):
    async def main():
        book, loop = _Book(), asyncio.get_running_loop()
        server = await loop.create_server(lambda: _Exchange(book), "127.0.0.1", 0, backlog=4096)
        secure = await loop.create_server(lambda: _Exchange(book), "127.0.0.1", 0, backlog=4096, ssl=context())
        loop.add_reader(pipe.fileno(), lambda: pipe.send(getattr(book, pipe.recv())))
        os.set_blocking(pipe.fileno(), True)  # uvloop made it otherwise; an answer may be longer than a pipe is
        pipe.send([each.sockets[0].getsockname()[1] for each in (server, secure)])
        await server.serve_forever()

    uvloop.run(main())


class Target:
    """The server, from the outside; `folder` is for its certificates, of which `authority` is the one to trust."""

    def __init__(self, folder):
        signer = Authority(folder)
        self.authority = folder / "trusted.pem"  # among as many others as a party usually has to load
        self.authority.write_bytes(Path(certifi.where()).read_bytes() + b"\n" + signer.file.read_bytes())
        self._pipe, theirs = multiprocessing.Pipe()
        context = partial(signer.context, "127.0.0.1")
        self._process = multiprocessing.Process(target=_serve, args=(theirs, context), daemon=True)
        self._process.start()
        self.place, self.secure_place = (f"127.0.0.1:{port}" for port in self._pipe.recv())

    def url(self, who, id_=0, pause_ms=0, *, secure=False):
        origin = f"https://{self.secure_place}" if secure else f"http://{self.place}"
        return f"{origin}/{who}/{id_}/{pause_ms}"

    def ask(self, what):
        """Return what the book has: counts by who asked, arrivals as (id, Unix time), answered as (id, milliseconds
        that we took), or overlaps, the ids that were asked about twice at once."""
        self._pipe.send(what)
        return self._pipe.recv()

    def stop(self):
        self._process.terminate()
        self._process.join()
