"""libcurl's multi interface on an asyncio loop: many transfers, one thread."""

import asyncio
from collections.abc import Callable

import pycurl

# libcurl's and asyncio's words for what a socket waits for.
_READ, _WRITE = pycurl.POLL_IN, pycurl.POLL_OUT


class Curls:
    """Runs transfers. All of it belongs to one loop and must be used from that loop only."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._multi = pycurl.CurlMulti()
        self._multi.setopt(pycurl.M_SOCKETFUNCTION, self._watch)
        self._multi.setopt(pycurl.M_TIMERFUNCTION, self._set_timer)
        self._waiting: dict[pycurl.Curl, asyncio.Future[tuple[int, str]]] = {}
        self._watched: dict[int, int] = {}
        self._timer: asyncio.TimerHandle | None = None

    async def perform(self, handle: pycurl.Curl) -> tuple[int, str]:
        """Run a transfer to its end; return libcurl's error code (0: none) and message."""
        done: asyncio.Future[tuple[int, str]] = self._loop.create_future()
        self._waiting[handle] = done
        try:
            self._multi.add_handle(handle)
            return await done
        finally:
            del self._waiting[handle]
            self._multi.remove_handle(handle)

    def close(self) -> None:
        for descriptor in list(self._watched):
            self._unwatch(descriptor)
        self._set_timer(-1)
        self._multi.close()

    def _watch(self, event: int, descriptor: int, _multi: object, _data: object) -> None:
        """libcurl asks to be told when a socket can be read or written, or no more."""
        self._unwatch(descriptor)
        if event == pycurl.POLL_REMOVE:
            return
        self._watched[descriptor] = event
        if event & _READ:
            self._loop.add_reader(descriptor, self._act, descriptor, pycurl.CSELECT_IN)
        if event & _WRITE:
            self._loop.add_writer(descriptor, self._act, descriptor, pycurl.CSELECT_OUT)

    def _unwatch(self, descriptor: int) -> None:
        event = self._watched.pop(descriptor, 0)
        forget: Callable[[int], bool]
        for wanted, forget in ((_READ, self._loop.remove_reader), (_WRITE, self._loop.remove_writer)):
            if event & wanted:
                forget(descriptor)

    def _set_timer(self, milliseconds: int) -> None:
        if self._timer:
            self._timer.cancel()
            self._timer = None
        if milliseconds >= 0:
            self._timer = self._loop.call_later(milliseconds / 1000, self._act, pycurl.SOCKET_TIMEOUT, 0)

    def _act(self, descriptor: int, event: int) -> None:
        self._multi.socket_action(descriptor, event)
        more = 1
        while more:
            more, finished, failures = self._multi.info_read()
            for handle in finished:
                self._tell(handle, 0, "")
            for handle, code, message in failures:
                self._tell(handle, code, message)

    def _tell(self, handle: pycurl.Curl, code: int, message: str) -> None:
        done = self._waiting.get(handle)
        if done and not done.done():
            done.set_result((code, message))
