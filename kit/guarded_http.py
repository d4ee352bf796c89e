"""The one HTTP client for addresses that other people chose: feeds, webhooks, Slack.

What a hostile server can do is bounded here: it never leads us to a private address (kit.addresses),
never holds us beyond a total deadline, never fills the memory. A connection is made to the literal
that was judged while its origin stays the host name, so certificates are checked for the name.

Errors name the host and never the rest of an address, which for a webhook is a secret.
"""

import asyncio
import ssl
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any

import certifi
import httpcore

from kit.addresses import AddressRefused, Lookup, NameUnresolved, Target, check_url, follow, system_lookup
from kit.bodies import Body, FetchFailed
from kit.dialling import Dialler

__all__ = ["AddressRefused", "Answer", "FetchFailed", "GuardedClient", "fetch", "guarded_client"]

MAX_BODY = 4_000_000  # bytes, after inflating
MAX_HEADERS = 200
MAX_REDIRECTS = 5
_REDIRECTS = (301, 302, 303, 307, 308)
# What we say ourselves about the connection; nobody's own headers may contradict it.
_OURS = {"host", "connection", "content-length", "transfer-encoding", "accept-encoding", "te", "upgrade", "expect"}


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer with its body in full. Header names are in lower case; `url` is where it came from in the end."""

    status: int
    headers: Mapping[str, str]
    body: bytes = field(repr=False)
    url: str = field(default="", repr=False)
    is_truncated: bool = False


@dataclass(frozen=True, slots=True)
class _Call:
    """One request, and the limits that hold for it."""

    method: str
    headers: Mapping[str, str]
    body: bytes | None
    allowed: Collection[str]
    max_bytes: int
    truncate: bool
    deadline_s: float
    lookup: Lookup
    tls: ssl.SSLContext | None


async def fetch(
    url: str,
    *,
    method: str = "GET",
    headers: Mapping[str, str] | None = None,
    body: bytes | None = None,
    deadline_s: float,
    max_bytes: int = MAX_BODY,
    allowed: Collection[str] = (),
    keep_path: bool = False,
    truncate: bool = False,
    lookup: Lookup = system_lookup,
    tls: ssl.SSLContext | None = None,
) -> Answer:
    """Return the answer of `url`, after at most five redirects of a GET, within `deadline_s` seconds in all.

    A body above `max_bytes` fails, or is cut off with `truncate`. `keep_path` asks a new host for the
    same path where a redirect lost it, as moved status pages do. Raises AddressRefused or FetchFailed.
    """
    call = _Call(method, dict(headers or {}), body, allowed, max_bytes, truncate, deadline_s, lookup, tls)
    target = check_url(url, allowed=allowed)
    try:
        async with asyncio.timeout(deadline_s):
            return await _follow(target, call, keep_path=keep_path)
    except TimeoutError as error:
        raise FetchFailed("timeout", f"{target.host} did not answer in full within {deadline_s:g} s.") from error


class GuardedClient:
    """The same for code without a loop; each call is its own, so threads may share one."""

    def __init__(self, *, timeout_s: float, allowed: Collection[str] = (), max_bytes: int = 64_000) -> None:
        self._limits: dict[str, Any] = {"deadline_s": timeout_s, "allowed": allowed, "max_bytes": max_bytes}

    def send(
        self, method: str, url: str, headers: Mapping[str, str] | None = None, body: bytes | None = None
    ) -> Answer:
        """Send one request; a long answer is cut off. Raises AddressRefused or FetchFailed."""
        return asyncio.run(fetch(url, method=method, headers=headers, body=body, truncate=True, **self._limits))


@contextmanager
def guarded_client(
    *, timeout_s: float, allowed: Collection[str] = (), max_bytes: int = 64_000
) -> Iterator[GuardedClient]:
    """Give a client whose every call ends within `timeout_s` seconds."""
    yield GuardedClient(timeout_s=timeout_s, allowed=allowed, max_bytes=max_bytes)


async def _follow(target: Target, call: _Call, *, keep_path: bool) -> Answer:
    first = target
    for _ in range(MAX_REDIRECTS + 1):
        answer = await _one(target, call)
        location = answer.headers.get("location", "")
        # A request with a body is never sent on: its receiver was chosen for what it holds.
        if answer.status not in _REDIRECTS or call.method not in ("GET", "HEAD") or not location:
            return answer
        step = follow(target, location, allowed=call.allowed)
        if step.origin != target.origin:
            call = replace(call, headers=_without_secrets(call.headers))
        target = _with_path(step, first) if keep_path else step
    raise FetchFailed("redirects", f"{first.host} redirects more than {MAX_REDIRECTS} times.")


def _with_path(step: Target, first: Target) -> Target:
    """Give a redirect back the path or the query that it lost on its way to another host."""
    path, _, query = first.path.partition("?")
    lost_path = step.path in ("/", "") and path != "/"
    lost_query = step.path == path and query
    return replace(step, path=first.path) if step.host != first.host and (lost_path or lost_query) else step


def _without_secrets(headers: Mapping[str, str]) -> dict[str, str]:
    """What may go to another origin: nothing that could name us or open a door."""
    kept = {"user-agent", "accept", "accept-language"}
    return {name: value for name, value in headers.items() if name.lower() in kept}


async def _one(target: Target, call: _Call) -> Answer:
    timeouts = dict.fromkeys(("connect", "read", "write", "pool"), call.deadline_s)
    dialler = Dialler(allowed=call.allowed, lookup=call.lookup, deadline_s=call.deadline_s)
    try:
        async with (
            httpcore.AsyncConnectionPool(
                ssl_context=call.tls or _trust(),
                network_backend=dialler,
                max_connections=1,
                max_keepalive_connections=0,
                http2=False,
                retries=0,
            ) as pool,
            pool.stream(
                call.method,
                _url(target),
                headers=_headers(target, call),
                content=call.body,
                extensions={"timeout": timeouts},
            ) as response,
        ):
            return await _read(response, target, call)
    except NameUnresolved as error:
        raise FetchFailed("dns", str(error)) from error
    except httpcore.TimeoutException as error:
        raise FetchFailed("timeout", f"{target.host} did not answer within {call.deadline_s:g} s.") from error
    except httpcore.ConnectError as error:
        raise _connect_failed(target, error) from error
    except httpcore.LocalProtocolError as error:
        raise FetchFailed(
            "bad_header", f"A header for {target.host} has characters that HTTP does not allow."
        ) from error
    except (httpcore.NetworkError, httpcore.ProtocolError) as error:
        raise FetchFailed("protocol", f"{target.host} broke the connection off, or did not speak HTTP.") from error
    finally:
        await dialler.aclose()


def _connect_failed(target: Target, error: Exception) -> FetchFailed:
    cause: BaseException | None = error
    while cause is not None and not isinstance(cause, ssl.SSLError):
        cause = cause.__cause__ or cause.__context__
    if cause is None:
        return FetchFailed("connect", f"{target.host} could not be reached on port {target.port}.")
    why = getattr(cause, "verify_message", "") or getattr(cause, "reason", "") or "the handshake failed"
    return FetchFailed("tls", f"{target.host} has no valid certificate or TLS: {why}.")


async def _read(response: httpcore.Response, target: Target, call: _Call) -> Answer:
    if not 200 <= response.status <= 599:
        raise FetchFailed("status", f"{target.host} answered with the status {response.status}, which does not exist.")
    if len(response.headers) > MAX_HEADERS:
        raise FetchFailed("too_large", f"{target.host} sent {len(response.headers):,} headers.")
    headers = _joined(response.headers)
    body = Body(target.host, headers.get("content-encoding", ""), limit=call.max_bytes, truncate=call.truncate)
    if response.status not in _REDIRECTS:  # a redirect's body is nobody's business
        async for chunk in response.aiter_stream():
            if not body.take(chunk):
                break
    return Answer(response.status, headers, body.finish(), str(target), body.is_full)


def _joined(headers: Iterable[tuple[bytes, bytes]]) -> dict[str, str]:
    joined: dict[str, str] = {}
    for raw_name, raw_value in headers:
        name, value = raw_name.decode("latin-1").lower(), raw_value.decode("latin-1")
        joined[name] = f"{joined[name]}, {value}" if name in joined else value
    return joined


def _headers(target: Target, call: _Call) -> list[tuple[bytes, bytes]]:
    if bad := sorted(name for name in call.headers if name.lower() in _OURS):
        raise FetchFailed("bad_header", f"The header {bad[0]} is set by us and cannot be chosen. Remove it.")
    ours = [("Host", target.netloc), ("Accept-Encoding", "gzip"), ("Connection", "close")]
    if call.body is not None:
        ours.append(("Content-Length", str(len(call.body))))
    return [*((n.encode(), v.encode()) for n, v in ours), *((n.encode(), v.encode()) for n, v in call.headers.items())]


def _url(target: Target) -> httpcore.URL:
    host = target.host.encode("ascii")
    return httpcore.URL(scheme=target.scheme.encode(), host=host, port=target.port, target=target.path.encode("ascii"))


@cache
def _trust() -> ssl.SSLContext:
    """The certificate authorities we trust; loading them takes 20 ms, so once per process."""
    return ssl.create_default_context(cafile=certifi.where())
