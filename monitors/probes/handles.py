"""libcurl handles, kept for the next transfer: to set one up costs more than to use it."""

import pycurl

MAX_IDLE = 500  # handles that wait for their next request, at some 5 KB each
# Every server has one of these. OpenSSL's own list begins with a hybrid against quantum computers, whose key for each
# handshake takes a fifth of a whole check's CPU, and whose first packet is too long for some old middleboxes.
GROUPS = "X25519:P-256:P-384:P-521"
# The order of browsers. OpenSSL's own begins with AES-256, whose SHA-384 costs a check 4 % more.
SUITES = "TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256"
_OURS = (
    pycurl.HEADERFUNCTION, pycurl.WRITEFUNCTION, pycurl.OPENSOCKETFUNCTION, pycurl.SOCKOPTFUNCTION,
    pycurl.DEBUGFUNCTION,
)  # fmt: skip


class Handles:
    """Idle libcurl handles, set up with all that does not differ from one request to the next.

    What they carry over is setting, never connection: each transfer opens one of its own, as what it measures is the
    way that a new caller has. Only handles that have sent no body come back, so nobody's is ever another's.
    """

    def __init__(self, user_agent: str, ca_file: str) -> None:
        self._user_agent, self._ca_file = user_agent, ca_file
        self._idle: list[pycurl.Curl] = []

    def take(self) -> pycurl.Curl:
        return self._idle.pop() if self._idle else self._new()

    def give_back(self, handle: pycurl.Curl) -> None:
        if len(self._idle) >= MAX_IDLE:
            handle.close()
            return
        for option in _OURS:
            handle.unsetopt(option)  # they hold the answer
        handle.setopt(pycurl.OPT_CERTINFO, 0)
        handle.setopt(pycurl.VERBOSE, 0)
        self._idle.append(handle)

    def close(self) -> None:
        while self._idle:
            self._idle.pop().close()

    def _new(self) -> pycurl.Curl:
        handle = pycurl.Curl()
        for option, value in (
            (pycurl.NOSIGNAL, 1),
            (pycurl.PROTOCOLS, pycurl.PROTO_HTTP | pycurl.PROTO_HTTPS),
            (pycurl.PROXY, ""),  # whatever the environment says
            (pycurl.FOLLOWLOCATION, 0),  # each step is judged by us
            (pycurl.FRESH_CONNECT, 1),
            (pycurl.FORBID_REUSE, 1),
            (pycurl.CAINFO, self._ca_file),
            (pycurl.SSLVERSION, pycurl.SSLVERSION_TLSv1_2),
            (pycurl.SSL_EC_CURVES, GROUPS),
            (pycurl.TLS13_CIPHERS, SUITES),
            (pycurl.SSL_SESSIONID_CACHE, 0),
            (pycurl.HTTP09_ALLOWED, 0),
            (pycurl.PATH_AS_IS, 1),
            (pycurl.ACCEPT_ENCODING, "gzip"),
            (pycurl.USERAGENT, self._user_agent),
        ):
            handle.setopt(option, value)
        return handle
