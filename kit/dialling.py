"""Connections of httpcore that lead only where kit.addresses lets them."""

import asyncio
from collections.abc import Collection, Iterable
from typing import Any

import httpcore

from kit.addresses import AddressRefused, Lookup, resolve_and_judge_async


class Dialler(httpcore.AsyncNetworkBackend):
    """Resolves once, judges every answer, dials the literal: there is no second look-up to lie to."""

    def __init__(self, *, allowed: Collection[str], lookup: Lookup, deadline_s: float) -> None:
        """`deadline_s` is how long a connection may take that httpcore gives no time of its own."""
        self._allowed, self._lookup, self._deadline_s = allowed, lookup, deadline_s
        self._network = httpcore.AnyIOBackend()
        self._streams: list[httpcore.AsyncNetworkStream] = []

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 - httpcore's signature
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        allow = timeout or self._deadline_s
        addresses = await resolve_and_judge_async(
            host, port, allowed=self._allowed, timeout_s=allow, lookup=self._lookup
        )
        for number, address in enumerate(addresses, 1):
            try:
                stream = await self._network.connect_tcp(address, port, timeout=allow / len(addresses))
            except (httpcore.ConnectError, httpcore.ConnectTimeout):
                if number == len(addresses):
                    raise
            else:
                self._streams.append(stream)
                return stream
        raise AssertionError("resolve_and_judge returns at least one address")

    async def connect_unix_socket(self, *args: Any, **kwargs: Any) -> httpcore.AsyncNetworkStream:
        raise AddressRefused("Sockets of this machine are not for requests.")

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)

    async def aclose(self) -> None:
        """Close what is still open: a handshake that the deadline cut off leaves its socket behind."""
        for stream in self._streams:
            await stream.aclose()
