"""A TCP connection for probes that speak no HTTP: to a judged address, timed, bounded, with TLS where it is asked for."""

import asyncio
import errno
import os
import socket
import ssl
import time
from collections.abc import AsyncIterator, Collection, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from functools import lru_cache

from kit.addresses import Target
from monitors.core.states import State
from monitors.probes import tls_words
from monitors.probes.base import Net, Phases, ProbeResult, Reason, failed
from monitors.probes.evidence import masked, printable

NO_END, SILENCE = "The handshake did not end in time.", "The server took the connection, and said nothing in time."
MAX_ANSWER = 16_000  # bytes that are read of one answer
_VERIFY_EXPIRED = (9, 10)  # OpenSSL's X509_V_ERR_*: not yet valid, has expired
_VERIFY_NAME = (62, 63, 64)  # of the host, of the e-mail, of the address


class Broken(Exception):
    """A check that has come to its end early. `words` are for people."""

    def __init__(self, reason: Reason, words: str = "") -> None:
        super().__init__(words or reason.sentence)
        self.reason, self.words = reason, words or reason.sentence


class Wire:
    """An open connection. `phases` grow as it is used, in microseconds."""

    def __init__(self, host: str, address: str, ca_file: str, phases: Phases) -> None:
        self.host, self.address, self.phases = host, address, phases
        self._ca_file = ca_file
        self.is_securing = self.has_read = False
        self.reader: asyncio.StreamReader
        self.writer: asyncio.StreamWriter

    async def secure(self, *, verified: bool = True) -> ssl.SSLObject:
        """Turn to TLS. Unless `verified`, any certificate is taken, to be looked at. Raises Broken."""
        began, self.is_securing = time.monotonic(), True
        try:
            await self.writer.start_tls(trusting(self._ca_file, verified), server_hostname=self.host)
        except (OSError, EOFError) as error:  # ssl.SSLError is an OSError
            raise _tls_broken(error) from error
        finally:
            self.phases = replace(self.phases, tls=self.phases.tls + since(began))
        self.is_securing = False
        found = self.writer.get_extra_info("ssl_object")
        assert isinstance(found, ssl.SSLObject)
        return found

    async def send(self, data: bytes) -> None:
        """Send bytes. Raises Broken."""
        try:
            self.writer.write(data)
            await self.writer.drain()
        except OSError as error:
            raise Broken(Reason.PROTOCOL_ERROR, "The server closed the connection.") from error

    async def read_line(self) -> bytes:
        """Return one line without its end. Raises Broken where none comes or it is endless."""
        began = time.monotonic()
        try:
            line = await self.reader.readuntil(b"\n")
            self.has_read = True
        except asyncio.IncompleteReadError as error:
            raise Broken(Reason.PROTOCOL_ERROR, "The server closed the connection without an answer.") from error
        except ssl.SSLError as error:  # under TLS 1.3 a server refuses us after the handshake
            raise _tls_broken(error) from error
        except asyncio.LimitOverrunError as error:
            raise Broken(Reason.PROTOCOL_ERROR, "The answer was no line of text.") from error
        except OSError as error:
            raise Broken(Reason.PROTOCOL_ERROR, "The connection broke off.") from error
        finally:
            self.phases = replace(self.phases, first_byte=self.phases.first_byte + since(began))
        return line.rstrip(b"\r\n")

    async def read_until(self, wanted: bytes) -> bytes:
        """Return what comes until `wanted` is in it, the end, or MAX_ANSWER. Raises Broken."""
        began, data = time.monotonic(), b""
        try:
            while wanted not in data and len(data) < MAX_ANSWER:
                piece = await self.reader.read(4096)
                if not piece:
                    break
                data += piece
                self.has_read = True
        except ssl.SSLError as error:
            raise _tls_broken(error) from error
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
            wire.writer.transport.abort()  # a polite close would wait for the other side


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
        wire = Wire(target.host, address, ca_file, watch.phases)
        try:
            async with asyncio.timeout(watch.left_s if is_last else watch.left_s / 2):
                wire.reader, wire.writer = await _opened(address, target.port)
        except (OSError, TimeoutError) as error:
            watch.phases = Phases(dns=dns_us, connect=since(began))
            if is_last:
                raise _connect_broken(error, f"[{address}]" if ":" in address else address, target.port) from error
        else:
            wire.phases = Phases(dns=dns_us, connect=since(began))
            return wire
    raise AssertionError("A name that resolves has at least one address.")


async def _opened(address: str, port: int) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """Open a connection to a literal address: nothing is looked up once more on the way. Raises OSError."""
    opened = socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET)
    try:
        opened.setblocking(False)
        await asyncio.get_running_loop().sock_connect(opened, (address, port))
        return await asyncio.open_connection(sock=opened, limit=MAX_ANSWER)
    except BaseException:
        opened.close()
        raise


def _connect_broken(error: OSError, address: str, port: int) -> Broken:
    if isinstance(error, TimeoutError) or error.errno == errno.ETIMEDOUT:
        return Broken(Reason.CONNECT_TIMEOUT)
    if error.errno == errno.ECONNREFUSED:
        words = f"{address}:{port} refused the connection: nothing listens there, or a firewall refuses."
        return Broken(Reason.CONNECT_REFUSED, words)
    why = f" ({os.strerror(error.errno)})" if error.errno else ""
    return Broken(Reason.CONNECT_ERROR, f"{Reason.CONNECT_ERROR.sentence}{why}")


def _tls_broken(error: OSError | EOFError) -> Broken:
    if isinstance(error, TimeoutError):
        return Broken(Reason.TLS_ERROR, NO_END)
    if isinstance(error, ssl.SSLCertVerificationError):
        return _refused(error.verify_code, shown(error.verify_message or ""))
    if isinstance(error, EOFError):
        return Broken(Reason.TLS_ERROR, "The server closed the connection during the handshake.")
    why = str(getattr(error, "reason", None) or "")
    if known := tls_words.of_handshake(why):
        return Broken(*known)
    return Broken(Reason.TLS_ERROR, f"{Reason.TLS_ERROR.sentence} ({shown(why)})" if why else "")


def _refused(code: int, openssl: str) -> Broken:
    """Return what is wrong with a certificate, by OpenSSL's code and words."""
    words = tls_words.of_certificate(code)
    if code in _VERIFY_EXPIRED:
        return Broken(Reason.TLS_EXPIRED, words)
    reason = Reason.TLS_NAME if code in _VERIFY_NAME else Reason.TLS_UNTRUSTED
    return Broken(reason, words or (f"{reason.sentence} ({openssl})" if openssl else ""))


@lru_cache(maxsize=8)
def trusting(ca_file: str, verified: bool) -> ssl.SSLContext:
    """Return our side of TLS; reading the authorities takes 20 ms, so once."""
    context = ssl.create_default_context(cafile=ca_file or None)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.set_ciphers(
        "DEFAULT"
    )  # OpenSSL's own, as browsers and libcurl: Python's shorter list calls more servers down
    if not verified:
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return context


def shown(data: bytes | str, longest: int = 300, hide: Collection[str] = ()) -> str:
    """Return what a server said as people may see it: printable, short, masked."""
    text = data if isinstance(data, str) else data.decode("utf-8", errors="replace")
    for secret in hide:
        text = text.replace(secret, "•••")
    return printable(masked(text[: 2 * longest]))[:longest].strip()


def since(began: float) -> int:
    """Return the microseconds since a monotonic time."""
    return int((time.monotonic() - began) * 1e6)
