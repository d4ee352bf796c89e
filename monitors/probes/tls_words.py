"""What OpenSSL says of a handshake that failed, in words that say what to do about it.

libcurl and Python tell it alike but for the writing: "tlsv1 alert protocol version", "TLSV1_ALERT_PROTOCOL_VERSION".
"""

import re

from monitors.probes.base import Reason

_TOO_OLD = "The server speaks no version of TLS that is still safe. Switch on TLS 1.2 or 1.3 there."
NO_TLS = "What answers on this port does not speak TLS. Check the port, or ask without TLS."
_NO_MATCH = "The server broke off the handshake: it shares no cipher with us, or wants a client certificate."
_CLIENT = "The server wants a client certificate, and StatusWire has none to show."
_NO_NAME = "The server has no site, or no certificate, of this name."
_LEGACY = "The server renegotiates in an unsafe way (RFC 5746 is not in use there)."

# A piece of OpenSSL's words, in lower case with blanks; the first that fits counts.
_HANDSHAKES = (
    ("alert protocol version", Reason.TLS_VERSION, _TOO_OLD),
    ("unsupported protocol", Reason.TLS_VERSION, _TOO_OLD),
    ("wrong version number", Reason.TLS_ERROR, NO_TLS),
    ("packet length too long", Reason.TLS_ERROR, NO_TLS),
    ("record layer failure", Reason.TLS_ERROR, NO_TLS),
    ("alert handshake failure", Reason.TLS_ERROR, _NO_MATCH),
    ("certificate required", Reason.TLS_ERROR, _CLIENT),
    ("alert bad certificate", Reason.TLS_ERROR, _CLIENT),
    ("alert unknown ca", Reason.TLS_ERROR, _CLIENT),
    ("unrecognized name", Reason.TLS_ERROR, _NO_NAME),
    ("alert internal error", Reason.TLS_ERROR, _NO_NAME),  # Caddy and Go say so of a name that they do not serve
    ("alert access denied", Reason.TLS_ERROR, _NO_NAME),
    ("unexpected eof", Reason.TLS_ERROR, "The server closed the connection during the handshake."),
    ("dh key too small", Reason.TLS_ERROR, "The server's Diffie-Hellman key is too short to be safe."),
    ("unsafe legacy renegotiation", Reason.TLS_ERROR, _LEGACY),
)

_NO_ISSUER = (
    "Nothing leads from the certificate to an authority that we trust. "
    "The server must send its intermediate certificates too; or its authority is a private one."
)
_WEAK = "The certificate's key or signature is too weak to be trusted. Have it issued anew."
# OpenSSL's X509_V_ERR_*.
_CERTIFICATES = {
    2: _NO_ISSUER,
    9: "The certificate is not valid yet.",
    10: "The certificate has expired. Renew it, and have the server load it.",
    18: "The certificate is signed by itself, so no authority vouches for it.",
    19: "The certificate's chain ends in an authority of its own, which we do not trust.",
    20: _NO_ISSUER,
    21: _NO_ISSUER,
    23: "The certificate has been revoked.",
    26: "The certificate is not meant for servers.",
    66: _WEAK,
    67: _WEAK,
    68: _WEAK,
}
_CODE = re.compile(r"verify result: .*\((\d{1,3})\)")  # as libcurl ends its message


def of_handshake(openssl: str) -> tuple[Reason, str] | None:
    """Return why a handshake failed, with a sentence for people, or None for words that we do not know."""
    said = openssl.lower().replace("_", " ")
    return next(((reason, words) for piece, reason, words in _HANDSHAKES if piece in said), None)


def of_certificate(code: int) -> str:
    """Return what is wrong with a certificate, by OpenSSL's code; "" where we have no better words than its own."""
    return _CERTIFICATES.get(code, "")


def verify_code(message: str) -> int:
    """Return OpenSSL's code out of libcurl's message; 0 where there is none."""
    found = _CODE.search(message)
    return int(found[1]) if found else 0
