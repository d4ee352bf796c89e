"""Which addresses we may connect to. Every connection to an address that a user gave passes here.

A string is never enough: `127.1`, `0x7f000001` and full-width digits all become 127.0.0.1 in the
resolver, and a name may be public today and private tomorrow. So a URL is judged when it is saved,
and the addresses that its host resolves to are judged again for each connection, which then dials
the very literal that was judged.

`allowed` is settings.ALLOWED_PRIVATE_HOSTS: "host" or "host:port", names or addresses, whose
addresses and ports are not judged.
"""

import asyncio
import re
import socket
from collections.abc import Callable, Collection, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache
from ipaddress import IPv6Address
from urllib.parse import quote, urljoin

import idna

from kit.ranges import is_public, literal_of


class AddressRefused(Exception):
    """We do not connect there. The message is for people: what was refused and the way out."""


class NameUnresolved(Exception):
    """The resolver had no answer, or none in time."""


# Returns the addresses of a host as the system's resolver gives them; raises OSError.
Lookup = Callable[[str, int], Sequence[str]]

MAX_URL = 2048
MAX_ADDRESSES = 4  # of one name are tried
PORTS = frozenset({80, 443, *range(8000, 9001)})

# Names that mean a machine of ours or nothing at all, whatever a resolver says.
_CLOSED_SUFFIXES = (
    "localhost", "localdomain", "local", "internal", "intranet", "svc", "test", "invalid", "example", "onion",
    "home.arpa", "lan", "corp", "home",
)  # fmt: skip

_URL = re.compile(r"(?P<scheme>[A-Za-z][A-Za-z0-9+.-]*)://(?P<authority>[^/?#\\]*)(?P<rest>[/?][^#]*)?(?:#.*)?", re.S)
_AUTHORITY = re.compile(r"(?P<host>\[[0-9A-Fa-f:.]+\]|[^\[\]:@%\s]+)(?::(?P<port>[0-9]{1,5}))?")
_LABEL = re.compile(r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?")
_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*")
_UNPRINTABLE = re.compile(r"[\x00-\x20\x7f-\xa0\u2028\u2029]")


@dataclass(frozen=True, slots=True)
class Target:
    """A judged URL, taken apart once: what was judged is what is dialled. `host` is in ASCII, without brackets."""

    scheme: str
    host: str
    port: int
    path: str  # with the query

    @property
    def origin(self) -> tuple[str, str, int]:
        return self.scheme, self.host, self.port

    @property
    def netloc(self) -> str:
        """The value of the Host header."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == _default_port(self.scheme) else f"{host}:{self.port}"

    def __str__(self) -> str:
        return f"{self.scheme}://{self.netloc}{self.path}"


def check_url(url: str, *, allowed: Collection[str] = (), own: Collection[str] = ()) -> Target:
    """Judge a URL by its text, without a look-up, and return it taken apart. Raises AddressRefused.

    `own` are this installation's own "host" or "host:port", which would make a loop.
    """
    if len(url) > MAX_URL:
        raise AddressRefused(f"This address has {len(url):,} characters. At most {MAX_URL:,} are allowed.")
    if _UNPRINTABLE.search(url):
        raise AddressRefused(
            "This address has a blank or an unprintable character in it. Write it as %20, or remove it."
        )
    parts = _URL.fullmatch(url)
    if not parts or parts["scheme"].lower() not in ("http", "https"):
        raise AddressRefused("An address must start with http:// or https://, as in https://api.example.com/health.")
    target = _target(parts)
    if _listed(target.host, target.port, own):
        raise AddressRefused(f"{target.host} is StatusWire itself, so this would run in a circle. Use another address.")
    if not _listed(target.host, target.port, allowed):
        _judge_host(target.host)
        _judge_port(target.port)
    return target


def check_place(
    place: str, *, scheme: str, port: int | None = None, allowed: Collection[str] = (), own: Collection[str] = ()
) -> Target:
    """Judge "host" or "host:port" of a protocol that is not HTTP, where any port may be meant. Raises AddressRefused.

    `port` is the one meant where none is given; None if one must be given.
    """
    if place.count(":") > 1 and literal_of(place):  # an IPv6 address needs brackets before a port, and has none here
        place = f"[{place}]"
    match = _AUTHORITY.fullmatch(place) if len(place) <= MAX_URL else None
    if not match:
        raise AddressRefused(f"{ascii(place)[1:-1][:100]} is not a host. Write it as in mail.example.com:25.")
    host = _ascii_host(match["host"])
    number = int(match["port"]) if match["port"] else port
    if number is None or not 1 <= number <= 65_535:
        shown = f"[{host}]" if ":" in host else host
        raise AddressRefused(f"{shown} needs a port from 1 to 65535, as in {shown}:443.")
    if _listed(host, number, own):
        raise AddressRefused(f"{host} is StatusWire itself, so this would run in a circle. Use another address.")
    if not _listed(host, number, allowed):
        _judge_host(host)
    return Target(scheme, host, number, "")


def follow(base: Target, location: str, *, allowed: Collection[str] = ()) -> Target:
    """Judge where a redirect leads, given its header as Latin-1, which is how headers are read.

    Raises AddressRefused, also for a step from https to http.
    """
    location = location.encode("latin-1", errors="replace").decode("utf-8", errors="replace")  # as addresses are meant
    if _UNPRINTABLE.search(location):  # urljoin would leave out what is refused anywhere else
        raise AddressRefused(f"{base.host} redirects to an address with a blank or an unprintable character in it.")
    try:
        url = urljoin(str(base), location[: MAX_URL + 1])
    except ValueError as error:  # "http://[::1"
        raise AddressRefused(f"{base.host} redirects to what is no address.") from error
    target = check_url(url, allowed=allowed)
    if base.scheme == "https" and target.scheme == "http":
        raise AddressRefused(f"{base.host} redirects from https to http, which would send the request in the clear.")
    return target


def judge(address: str, port: int, *, allowed: Collection[str], host: str = "") -> None:
    """Raise AddressRefused unless `address`, an IP literal, is public or allowed.

    `host` is the name that resolved to it, for the message.
    """
    if _listed(address, port, allowed) or is_public(address):
        return
    what = f"{host} resolves to {address}, which is" if host and host != address else f"{address} is"
    raise AddressRefused(f"{what} not a public address. Use a public URL, or set ALLOWED_PRIVATE_HOSTS.")


def system_lookup(host: str, port: int) -> list[str]:
    """Ask the machine's resolver; blocks, and raises OSError."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


def resolve_and_judge(
    host: str, port: int, *, allowed: Collection[str], timeout_s: float, lookup: Lookup = system_lookup
) -> list[str]:
    """Return up to four literals of `host` to dial, all answers judged: one that is private refuses all.

    Raises AddressRefused, or NameUnresolved, after `timeout_s` seconds at the latest.
    """
    try:
        answers = _ask(host, port, allowed, lookup).result(timeout_s)
    except (OSError, UnicodeError, TimeoutError) as error:
        raise _unresolved(host, error) from error
    return _judged(host, port, answers, allowed)


async def resolve_and_judge_async(
    host: str, port: int, *, allowed: Collection[str], timeout_s: float, lookup: Lookup = system_lookup
) -> list[str]:
    """As resolve_and_judge, without blocking the loop."""
    try:
        async with asyncio.timeout(timeout_s):
            answers = await asyncio.wrap_future(_ask(host, port, allowed, lookup))
    except (OSError, UnicodeError, TimeoutError) as error:
        raise _unresolved(host, error) from error
    return _judged(host, port, answers, allowed)


def _ask(host: str, port: int, allowed: Collection[str], lookup: Lookup) -> Future[Sequence[str]]:
    if literal_of(host):
        answer: Future[Sequence[str]] = Future()
        answer.set_result([host])
        return answer
    # With a trailing dot the resolver does not try our own search domains: "corp" must not become
    # corp.internal.example. A name that the operator allowed may be one of those.
    name = host if _listed(host, port, allowed) else f"{host}."
    return _resolvers().submit(lookup, name, port)


@cache
def _resolvers() -> ThreadPoolExecutor:
    """Threads for look-ups, which cannot be interrupted; a slow resolver fills them and the rest time out."""
    return ThreadPoolExecutor(32, thread_name_prefix="resolver")


def _judged(host: str, port: int, answers: Sequence[str], allowed: Collection[str]) -> list[str]:
    if not answers:
        raise NameUnresolved(f"{host} has no address.")
    if not _listed(host, port, allowed):
        for address in answers:
            judge(address, port, allowed=allowed, host=host)
    return list(answers[:MAX_ADDRESSES])


def _unresolved(host: str, error: Exception) -> NameUnresolved:
    if isinstance(error, TimeoutError):
        return NameUnresolved(f"{host} could not be resolved in time.")
    if isinstance(error, socket.gaierror) and error.errno in (socket.EAI_NONAME, getattr(socket, "EAI_NODATA", -5)):
        return NameUnresolved(f"{host} does not exist in the DNS.")
    return NameUnresolved(f"{host} could not be resolved: {getattr(error, 'strerror', None) or error}.")


def _target(parts: re.Match[str]) -> Target:
    scheme = parts["scheme"].lower()
    if "@" in parts["authority"]:
        raise AddressRefused("An address must not hold a user name or a password. Use the fields for authentication.")
    authority = _AUTHORITY.fullmatch(parts["authority"])
    if not authority:
        raise AddressRefused("This address has no host that we can read. It should look like https://api.example.com/.")
    port = int(authority["port"]) if authority["port"] else _default_port(scheme)
    path = parts["rest"] or "/"
    path = path if path.startswith("/") else f"/{path}"
    return Target(scheme, _ascii_host(authority["host"]), port, quote(path, safe="/?:@!$&'()*+,;=%~-._[]|^"))


def _ascii_host(host: str) -> str:
    """Return the host in lower-case ASCII, without brackets and without the root's dot."""
    if host.startswith("["):
        return _canonical_v6(host[1:-1])
    try:
        name = host if host.isascii() else idna.encode(host, uts46=True).decode()
        for label in name.lower().split("."):
            if label.startswith("xn--"):
                idna.ulabel(label)
    except (idna.IDNAError, UnicodeError) as error:
        raise AddressRefused(f"{ascii(host)[1:-1][:100]} is not a valid host name.") from error
    return name.lower().removesuffix(".")


def _canonical_v6(text: str) -> str:
    try:
        return str(IPv6Address(text))
    except ValueError as error:
        raise AddressRefused(f"[{text[:50]}] is not an IPv6 address.") from error


def _judge_host(host: str) -> None:
    if literal := literal_of(host):
        if not is_public(str(literal)):
            raise AddressRefused(f"{host} is not a public address. Use a public URL, or set ALLOWED_PRIVATE_HOSTS.")
        return
    labels = host.split(".")
    if len(host) > 253 or not all(_LABEL.fullmatch(label) for label in labels):
        raise AddressRefused(f"{ascii(host)[1:-1][:100]} is not a valid host name.")
    if _NUMBER.fullmatch(labels[-1]):
        raise AddressRefused(f"{host} is a number and not a host name. Write an address as four plain numbers.")
    if len(labels) == 1 or any(host == s or host.endswith(f".{s}") for s in _CLOSED_SUFFIXES):
        raise AddressRefused(f"{host} is not a public host name. Use a public URL, or set ALLOWED_PRIVATE_HOSTS.")
    _judge_embedded(host, labels)


def _judge_embedded(host: str, labels: list[str]) -> None:
    """Refuse 127.0.0.1.nip.io and its like at once: the look-up would refuse them later."""
    for start in range(len(labels) - 3):
        literal = literal_of(".".join(labels[start : start + 4]))
        if literal and not is_public(str(literal)):
            raise AddressRefused(f"{host} stands for {literal}, which is not a public address.")


def _judge_port(port: int) -> None:
    if port not in PORTS:
        raise AddressRefused(
            f"Port {port} is not open to checks. Use 80, 443 or 8000 to 9000, or set ALLOWED_PRIVATE_HOSTS."
        )


def _listed(host: str, port: int, hosts: Collection[str]) -> bool:
    bracketed = f"[{host}]" if ":" in host else host
    return host in hosts or bracketed in hosts or f"{bracketed}:{port}" in hosts


def _default_port(scheme: str) -> int:
    return 443 if scheme == "https" else 80
