"""Whose request it is: the address next to our own proxies."""

from collections.abc import Mapping


def client_ip(headers: Mapping[str, str], peer: str, trusted_proxies: int) -> str:
    """Return the client's address, where `trusted_proxies` proxies of ours stand before us.

    Each of them appends the address it was called from to X-Forwarded-For, so only that many entries from the
    right are true; what stands further left is the client's own claim and is not looked at.
    """
    entries = [entry.strip() for entry in headers.get("X-Forwarded-For", "").split(",") if entry.strip()]
    if trusted_proxies <= 0 or not entries:
        return peer
    return entries[-min(trusted_proxies, len(entries))]
