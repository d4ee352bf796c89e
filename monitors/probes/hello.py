"""What a server's first words of TLS say: which version it chose.

libcurl tells that in its log alone, which costs a tenth of a check, and only of handshakes that came to a good end: not
of the one that failed. The choice is sent in the clear, in the first message of the server (RFC 8446, 4.1.3).
"""

LONGEST = 1024  # bytes that are looked at; the message has some 130

_HANDSHAKE, _SERVER_HELLO = 22, 2
_SUPPORTED_VERSIONS = 43  # the extension that chooses TLS 1.3, while the field for it says 1.2 for ever
_NAMES = {0x0300: "SSL 3.0", 0x0301: "TLS 1.0", 0x0302: "TLS 1.1", 0x0303: "TLS 1.2", 0x0304: "TLS 1.3"}


def chosen_version(words: bytes) -> str:
    """Return the version that a server's first bytes choose, as "TLS 1.3"; "" where they choose none that we know.

    A server may send anything; what is cut off before it is said says nothing.
    """
    if len(words) < 44 or words[0] != _HANDSHAKE or words[5] != _SERVER_HELLO:
        return ""
    end = 9 + _number(words[6:9])
    at = 44 + words[43] + 2 + 1 + 2  # after the session's name, cipher, compression, and the length of what follows
    while at + 6 <= end:
        if at + 6 > len(words):
            return ""
        if _number(words[at : at + 2]) == _SUPPORTED_VERSIONS:
            return _NAMES.get(_number(words[at + 4 : at + 6]), "")
        at += 4 + _number(words[at + 2 : at + 4])
    return _NAMES.get(_number(words[9:11]), "")


def _number(octets: bytes) -> int:
    return int.from_bytes(octets)
