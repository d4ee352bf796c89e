"""Keyed hashes: to know the same person or number again without keeping who it is."""

import hashlib
import hmac
import ipaddress


def keyed_hash(key: str, purpose: str, value: str) -> str:
    """Return 64 hexadecimal digits that stand for `value`; another key or purpose gives another hash."""
    return hmac.new(f"statuswire:{purpose}:{key}".encode(), value.encode(), hashlib.sha256).hexdigest()


def network_of(address: str) -> str:
    """Return the network an address belongs to: its /24, or its /64 for IPv6. Raises ValueError for no address."""
    return _network(address, 24, 64)


def wide_network_of(address: str) -> str:
    """Return the neighbourhood of an address, which is often one company's: its /16, or its /32 for IPv6."""
    return _network(address, 16, 32)


def _network(address: str, bits_4: int, bits_6: int) -> str:
    parsed = ipaddress.ip_address(address)
    if parsed.version == 6 and parsed.ipv4_mapped:
        parsed = parsed.ipv4_mapped
    bits = bits_4 if parsed.version == 4 else bits_6
    return str(ipaddress.ip_network(f"{parsed}/{bits}", strict=False))
