"""Whether this machine has a way to an address at all: where it has none, that says nothing about the target."""

import errno
import socket
from collections.abc import Sequence

from monitors.probes.base import Reason

_NO_WAY = (errno.ENETUNREACH, errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT)


def has_route(address: str) -> bool:
    """Ask the kernel for the way to a literal. Nothing is sent: connecting a UDP socket only looks the way up."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    try:
        with socket.socket(family, socket.SOCK_DGRAM) as opened:
            opened.connect((address, 9))
    except OSError as error:
        return error.errno not in _NO_WAY
    return True


def routable(addresses: Sequence[str]) -> list[str]:
    """Leave out IPv6 addresses where this machine has no IPv6, unless there are no others.

    Their failure would be told instead of the others'.
    """
    if not any(":" in address for address in addresses):
        return list(addresses)
    return [address for address in addresses if ":" not in address or has_route(address)] or list(addresses)


def no_way(address: str, error: int) -> tuple[Reason, str] | None:
    """Return what it says about us that `address` could not be reached for the reason `error`, an errno, or None."""
    if error not in _NO_WAY or has_route(address):
        return None  # a router on the way said so
    if ":" in address:
        return Reason.NOT_AVAILABLE, f"This prober has no IPv6, so {address} cannot be checked from here."
    return Reason.NO_NETWORK, f"This prober has no way to {address}: its own network is down, or lacks a route."
