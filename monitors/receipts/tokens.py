"""JSON Web Tokens that are signed with a shared secret (HS256, HS384, HS512); no other algorithm is ever accepted.

Source: RFC 7515 and RFC 7519; compared in tests with PyJWT, which the vendors' SDKs use.
"""

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from monitors.receipts.freshness import TOLERANCE

# How far before and after now each time may be; an expiry with a little grace, for clocks that differ.
_ALLOWED = {
    "iat": (TOLERANCE, TOLERANCE),
    "nbf": (timedelta(days=1), TOLERANCE),
    "exp": (timedelta(minutes=1), timedelta(days=1)),
}
_DIGESTS = {"HS256": hashlib.sha256, "HS384": hashlib.sha384, "HS512": hashlib.sha512}


def claims_of(token: str, secrets: Sequence[str]) -> Mapping[str, Any] | None:
    """Return the claims of a token that one of the secrets signed, else None. Compares in constant time."""
    try:
        head, payload, signature = token.encode("ascii").split(b".")
        header, claims = json.loads(_decoded(head)), json.loads(_decoded(payload))
        given = _decoded(signature)
    except (ValueError, RecursionError):
        return None
    if not isinstance(header, dict) or not isinstance(claims, dict) or "crit" in header:
        return None
    digest = _DIGESTS.get(header["alg"]) if isinstance(header.get("alg"), str) else None
    if digest is None:
        return None
    found = False
    for secret in secrets:
        found |= hmac.compare_digest(hmac.new(secret.encode(), head + b"." + payload, digest).digest(), given)
    return claims if found else None


def is_timely(claims: Mapping[str, Any], now: datetime, *required: str) -> bool:
    """Return whether a token is neither old nor of the future: by those of "iat", "nbf" and "exp" that it has.

    The `required` ones must be there.
    """
    if any(name not in claims for name in required):
        return False
    for name, (before, after) in _ALLOWED.items():
        if name not in claims:
            continue
        at = claims[name]
        if isinstance(at, bool) or not isinstance(at, int | float) or not 0 <= at < 1e11:
            return False
        if not -before <= datetime.fromtimestamp(at, UTC) - now <= after:
            return False
    return True


def is_hash_of(body: bytes, claim: object) -> bool:
    """Return whether a claim is the SHA-256 of some bytes, in hexadecimal."""
    return isinstance(claim, str) and hmac.compare_digest(
        hashlib.sha256(body).hexdigest().encode(), claim.lower().encode()
    )


def _decoded(part: bytes) -> bytes:
    if b"=" in part:
        raise ValueError("a token's parts have no padding")
    return base64.b64decode(part + b"=" * (-len(part) % 4), altchars=b"-_", validate=True)
