"""A TCP connection for probes that speak no HTTP: to a judged address, timed, bounded, with TLS where it is asked for."""

import asyncio
import socket
import ssl
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from functools import lru_cache

from kit.addresses import Target
from monitors.core.states import State
from monitors.probes.base import Net, Phases, ProbeResult, Reason, failed
from monitors.probes.broken import NO_END, SILENCE, Broken, of_connecting, of_tls

MAX_ANSWER = 16_000  # bytes that are read of one answer


class Wire:
    """An open connection. `phases` grow as it is used, in microseconds.

    Nothing is read before it is used: what a server says in the clear to whom begins with TLS is for TLS to refuse.
    """

    def __init__(self, host: str, address: str, ca_file: str, opened: socket.socket, phases: Phases) -> None:
        self.host, self.address, self.phases = host, address, phases
        self._ca_file, self._socket = ca_file, opened
        self._writer: asyncio.StreamWriter | None = None
        self.is_securing = self.has_read = False
        self.reader: asyncio.StreamReader

    async def secure(self, *, verified: bool = True) -> ssl.SSLObject:
        """Turn to TLS. Unless `verified`, any certificate is taken, to be looked at. Raises Broken."""
        began, self.is_securing = time.monotonic(), True
        context = trusting(self._ca_file, verified)
        try:
            if self._writer:
                await self._writer.start_tls(context, server_hostname=self.host)
            writer = self._writer or await self._speak(context)
        except (OSError, EOFError) as error:  # ssl.SSLError is an OSError
            raise of_tls(error) from error
        finally:
            self.phases = replace(self.phases, tls=self.phases.tls + since(began))
        self.is_securing = False
        found = writer.get_extra_info("ssl_object")
        assert isinstance(found, ssl.SSLObject)
        return found

    async def _speak(self, context: ssl.SSLContext | None = None) -> asyncio.StreamWriter:
        """Begin to send and to read, in the clear or with TLS."""
        if self._writer is None:
            name = self.host if context else None
            self.reader, self._writer = await asyncio.open_connection(
                sock=self._socket, limit=MAX_ANSWER, ssl=context, server_hostname=name
            )
        return self._writer

    def close(self) -> None:
        """Break off: a polite close would wait for the other side."""
        if self._writer:
            self._writer.transport.abort()
        else:
            self._socket.close()

    async def send(self, data: bytes) -> None:
        """Send bytes. Raises Broken."""
        try:
            writer = await self._speak()
            writer.write(data)
            await writer.drain()
        except OSError as error:
            raise Broken(Reason.PROTOCOL_ERROR, "The server closed the connection.") from error

    async def read_line(self) -> bytes:
        """Return one line without its end. Raises Broken where none comes or it is endless."""
        began = time.monotonic()
        try:
            await self._speak()
            line = await self.reader.readuntil(b"\n")
            self.has_read = True
        except asyncio.IncompleteReadError as error:
            raise Broken(Reason.PROTOCOL_ERROR, "The server closed the connection without an answer.") from error
        except ssl.SSLError as error:  # under TLS 1.3 a server refuses us after the handshake
            raise of_tls(error) from error
        except asyncio.LimitOverrunError as error:
            raise Broken(Reason.PROTOCOL_ERROR, "The answer was no line of text.") from error
        except OSError as error:
            raise Broken(Reason.PROTOCOL_ERROR, "The connection broke off.") from error
        finally:
            self.phases = replace(self.phases, first_byte=self.phases.first_byte + since(began))
        return line.rstrip(b"\r\n")

    async def read_until(self, wanted: bytes, timeout_s: float) -> bytes:
        """Return what comes until `wanted` is in it, the end, MAX_ANSWER or the time. Raises Broken where nothing comes."""
        began, data = time.monotonic(), b""
        try:
            async with asyncio.timeout(timeout_s):
                await self._speak()
                while (not data or wanted not in data) and len(data) < MAX_ANSWER:
                    piece = await self.reader.read(4096)
                    if not piece:
                        break
                    data += piece
        except TimeoutError as error:
            if not data:  # else it is for the caller to say what is wrong with it
                raise Broken(Reason.TIMEOUT, SILENCE) from error
        except ssl.SSLError as error:
            raise of_tls(error) from error
        except OSError as error:
            raise Broken(Reason.PROTOCOL_ERROR, "The connection broke off.") from error
        finally:
            self.phases = replace(self.phases, first_byte=self.phases.first_byte + since(began))
        return data


class Watch:
    """Times one check, and turns its end, good or early, into a result."""

    def __init__(self, timeout_s: float) -> None:
        self._began, self._took_us = time.monotonic(), 0
        self.until = self._began + timeout_s
        self.phases = Phases()
        self.address = ""

    @property
    def left_s(self) -> float:
        return max(0.001, self.until - time.monotonic())

    @property
    def total_us(self) -> int:
        return self._took_us or since(self._began)

    def stop(self) -> None:
        """Take the time: what is still read is evidence, and not what the check measures."""
        self._took_us = since(self._began)

    def failed(self, reason: Reason, words: str, detail: Mapping[str, object] | None = None) -> ProbeResult:
        result = failed(reason, words, total_us=self.total_us, phases=self.phases)
        return replace(result, detail={"address": self.address, **(detail or {})})

    def result(
        self, state: State, reason: Reason, words: str, detail: Mapping[str, object] | None = None
    ) -> ProbeResult:
        seen = {"address": self.address, **(detail or {})}
        return ProbeResult(state, reason, self.total_us, self.phases, words, seen)


@asynccontextmanager
async def connected(net: Net, target: Target, watch: Watch) -> AsyncIterator[Wire]:
    """Give a connection to the first address of `target` that takes one, and close it.

    All of it ends with the time of `watch`, whose phases and address are kept up to date. Raises
    Broken, and AddressRefused and NameUnresolved of kit.addresses.
    """
    began, wire = time.monotonic(), None
    try:
        async with asyncio.timeout(watch.left_s):
            addresses = await net.addresses(target.host, target.port, watch.left_s)
            dns = since(began)
            wire = await _dial(addresses, target, net.ca_file, dns, watch)
            yield wire
    except TimeoutError as error:
        raise _timeout_of(wire) from error
    finally:
        if wire:
            watch.phases = wire.phases
            wire.close()


def _timeout_of(wire: Wire | None) -> Broken:
    if wire is None:
        return Broken(Reason.CONNECT_TIMEOUT)
    if wire.is_securing:
        return Broken(Reason.TLS_ERROR, NO_END)
    return Broken(Reason.TIMEOUT, "" if wire.has_read else SILENCE)


async def _dial(addresses: list[str], target: Target, ca_file: str, dns_us: int, watch: Watch) -> Wire:
    for number, address in enumerate(addresses, 1):
        began, is_last = time.monotonic(), number == len(addresses)
        watch.address, watch.phases = address, Phases(dns=dns_us)
        try:
            async with asyncio.timeout(watch.left_s if is_last else watch.left_s / 2):
                opened = await _opened(address, target.port)
        except (OSError, TimeoutError) as error:
            watch.phases = Phases(dns=dns_us, connect=since(began))
            if is_last:
                raise of_connecting(error, f"[{address}]" if ":" in address else address, target.port) from error
        else:
            return Wire(target.host, address, ca_file, opened, Phases(dns=dns_us, connect=since(began)))
    raise AssertionError("A name that resolves has at least one address.")


async def _opened(address: str, port: int) -> socket.socket:
    """Connect to a literal address: nothing is looked up once more on the way. Raises OSError."""
    opened = socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET)
    try:
        opened.setblocking(False)
        await asyncio.get_running_loop().sock_connect(opened, (address, port))
    except BaseException:
        opened.close()
        raise
    return opened


@lru_cache(maxsize=8)
def trusting(ca_file: str, verified: bool) -> ssl.SSLContext:
    """Return our side of TLS; reading the authorities takes 20 ms, so once."""
    context = ssl.create_default_context(cafile=ca_file or None)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.set_ciphers("DEFAULT")  # OpenSSL's own, as libcurl's: Python's shorter list calls more servers down
    if not verified:
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return context


def since(began: float) -> int:
    """Return the microseconds since a monotonic time."""
    return int((time.monotonic() - began) * 1e6)
