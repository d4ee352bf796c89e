"""libcurl's multi interface on an asyncio loop: many transfers, one thread.

libcurl's sockets wait in an epoll set of their own, which the loop sees as one descriptor: asyncio's reader and
writer per socket and direction would cost more than the transfer itself. Where there is no epoll
(macOS) the loop watches each socket.
"""

import asyncio
import math
import select
from collections.abc import Callable, Iterable
from typing import Protocol

import pycurl

_IN, _OUT = pycurl.POLL_IN, pycurl.POLL_OUT
_Act = Callable[[Iterable[tuple[int, int]]], None]


class _Watch(Protocol):
    """Waits for what sockets are ready for, and says so as libcurl's CSELECT_* bits."""

    def change(self, event: int, descriptor: int) -> None: ...

    def close(self) -> None: ...


class Curls:
    """Runs transfers. All of it belongs to one loop and must be used from that loop only."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._multi = pycurl.CurlMulti()
        self._watch: _Watch = _Epoll(loop, self._act) if hasattr(select, "epoll") else _Readers(loop, self._act)
        self._multi.setopt(pycurl.M_SOCKETFUNCTION, self._change)
        self._multi.setopt(pycurl.M_TIMERFUNCTION, self._set_timer)
        self._waiting: dict[pycurl.Curl, asyncio.Future[tuple[int, str]]] = {}
        self._before_read: dict[int, Callable[[], None]] = {}
        self._timer: asyncio.TimerHandle | None = None
        self._fires = math.inf  # when the timer does; uvloop's do not tell
        self._due = math.inf  # the loop's time at which libcurl wants to be called

    async def perform(self, handle: pycurl.Curl) -> tuple[int, str]:
        """Run a transfer to its end; return libcurl's error code (0: none) and message."""
        done: asyncio.Future[tuple[int, str]] = self._loop.create_future()
        self._waiting[handle] = done
        try:
            # This sets the timer: the transfer starts in the loop's next turn, so none waits while others are prepared.
            self._multi.add_handle(handle)
            return await done
        finally:
            del self._waiting[handle]
            self._multi.remove_handle(handle)

    def before_read(self, descriptor: int, act: Callable[[], None]) -> None:
        """Call `act` when a descriptor of libcurl's can be read for the first time, before libcurl reads it."""
        self._before_read[descriptor] = act

    def close(self) -> None:
        if self._timer:
            self._timer.cancel()
        self._watch.close()
        self._multi.close()

    def _change(self, event: int, descriptor: int, _multi: object, _data: object) -> None:
        """libcurl asks to be told when a socket can be read or written, or no more."""
        if event == pycurl.POLL_REMOVE:
            self._before_read.pop(descriptor, None)
        self._watch.change(event, descriptor)

    def _set_timer(self, milliseconds: int) -> None:
        """libcurl changes its mind several times for each transfer, so a timer that fires too early is left alone."""
        self._due = math.inf if milliseconds < 0 else self._loop.time() + milliseconds / 1000
        if self._timer and self._due < self._fires:
            self._timer.cancel()
            self._timer = None
        if not self._timer and milliseconds >= 0:
            self._set_off()

    def _set_off(self) -> None:
        self._fires = self._due
        self._timer = self._loop.call_at(self._fires, self._on_timer)

    def _on_timer(self) -> None:
        self._timer = None
        if self._due <= self._loop.time():
            self._due = math.inf
            self._act([(pycurl.SOCKET_TIMEOUT, 0)])
        elif self._due < math.inf:
            self._set_off()

    def _act(self, ready: Iterable[tuple[int, int]]) -> None:
        for descriptor, event in ready:
            if event & pycurl.CSELECT_IN and descriptor in self._before_read:
                self._before_read.pop(descriptor)()
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


class _Epoll:
    """One descriptor for all sockets."""

    def __init__(self, loop: asyncio.AbstractEventLoop, act: _Act) -> None:
        self._loop, self._act = loop, act
        self._epoll = select.epoll()
        self._watched: set[int] = set()
        loop.add_reader(self._epoll.fileno(), self._look)

    def change(self, event: int, descriptor: int) -> None:
        if event == pycurl.POLL_REMOVE:
            if descriptor in self._watched:
                self._watched.remove(descriptor)
                self._epoll.unregister(descriptor)
            return
        mask = (select.EPOLLIN if event & _IN else 0) | (select.EPOLLOUT if event & _OUT else 0)
        if descriptor in self._watched:
            self._epoll.modify(descriptor, mask)
        else:
            self._watched.add(descriptor)
            self._epoll.register(descriptor, mask)

    def close(self) -> None:
        self._loop.remove_reader(self._epoll.fileno())
        self._epoll.close()

    def _look(self) -> None:
        # A socket whose transfer ended by another's event is no longer watched; libcurl ignores those it lacks.
        self._act((descriptor, _bits(mask)) for descriptor, mask in self._epoll.poll(0))


class _Readers:
    """The loop's own readers and writers."""

    def __init__(self, loop: asyncio.AbstractEventLoop, act: _Act) -> None:
        self._loop, self._act = loop, act
        self._watched: dict[int, int] = {}

    def change(self, event: int, descriptor: int) -> None:
        self._forget(descriptor)
        if event == pycurl.POLL_REMOVE:
            return
        self._watched[descriptor] = event
        if event & _IN:
            self._loop.add_reader(descriptor, self._act, [(descriptor, pycurl.CSELECT_IN)])
        if event & _OUT:
            self._loop.add_writer(descriptor, self._act, [(descriptor, pycurl.CSELECT_OUT)])

    def close(self) -> None:
        for descriptor in list(self._watched):
            self._forget(descriptor)

    def _forget(self, descriptor: int) -> None:
        event = self._watched.pop(descriptor, 0)
        if event & _IN:
            self._loop.remove_reader(descriptor)
        if event & _OUT:
            self._loop.remove_writer(descriptor)


def _bits(mask: int) -> int:
    """Return an epoll mask as libcurl's; an error or hang-up is for both to find out."""
    both = select.EPOLLERR | select.EPOLLHUP
    ready_in = pycurl.CSELECT_IN if mask & (select.EPOLLIN | both) else 0
    ready_out = pycurl.CSELECT_OUT if mask & (select.EPOLLOUT | both) else 0
    return ready_in | ready_out
