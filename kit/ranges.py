"""Which IP addresses are public. The standard library's is_global lets a third of the hostile ones pass."""

from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

# IANA's special-purpose blocks, and 168.63.129.16, where Azure's machines reach their host.
_CLOSED_V4 = [
    IPv4Network(block)
    for block in (
        "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12",
        "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15",
        "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4", "168.63.129.16/32",
    )
]  # fmt: skip
# IPv6 is the other way round: only global unicast is open, and not its parts that lead elsewhere
# (Teredo, documentation, 6to4, AS112).
_OPEN_V6 = IPv6Network("2000::/3")
_CLOSED_V6 = [
    IPv6Network(block) for block in ("2001::/23", "2001:db8::/32", "2002::/16", "2620:4f:8000::/48", "3fff::/20")
]


def literal_of(host: str) -> IPv4Address | IPv6Address | None:
    """Return `host` as an address, or None where it is a name or one of the short forms."""
    try:
        return ip_address(host)
    except ValueError:
        return None


def is_public(address: str) -> bool:
    """Return whether `address` is an IP literal that the whole internet may reach."""
    literal = literal_of(address)
    if isinstance(literal, IPv6Address):
        if literal.scope_id:
            return False
        if literal.ipv4_mapped is None:
            return literal in _OPEN_V6 and not any(literal in block for block in _CLOSED_V6)
        literal = literal.ipv4_mapped
    return literal is not None and not any(literal in block for block in _CLOSED_V4)
