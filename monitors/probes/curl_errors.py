"""What each error of libcurl says about the target, or about us."""

import errno
import os
import re
from dataclasses import dataclass

import pycurl

from monitors.probes import tls_words
from monitors.probes.base import Reason
from monitors.probes.routes import no_way

_REASONS = {
    pycurl.E_UNSUPPORTED_PROTOCOL: Reason.PROTOCOL_ERROR,  # an answer without a status line: HTTP/0.9
    pycurl.E_COULDNT_RESOLVE_HOST: Reason.PROBER_ERROR,  # we dial literals only
    pycurl.E_COULDNT_CONNECT: Reason.CONNECT_ERROR,
    pycurl.E_FTP_WEIRD_SERVER_REPLY: Reason.PROTOCOL_ERROR,  # 8, for HTTP too: a header that is none
    pycurl.E_HTTP2: Reason.PROTOCOL_ERROR,
    pycurl.E_PARTIAL_FILE: Reason.PROTOCOL_ERROR,  # shorter than its Content-Length
    pycurl.E_GOT_NOTHING: Reason.PROTOCOL_ERROR,
    pycurl.E_SEND_ERROR: Reason.PROTOCOL_ERROR,
    pycurl.E_RECV_ERROR: Reason.PROTOCOL_ERROR,  # reset
    pycurl.E_BAD_CONTENT_ENCODING: Reason.BAD_ENCODING,
    pycurl.E_OPERATION_TIMEDOUT: Reason.TIMEOUT,
    pycurl.E_SSL_CONNECT_ERROR: Reason.TLS_ERROR,
    pycurl.E_PEER_FAILED_VERIFICATION: Reason.TLS_UNTRUSTED,
    pycurl.E_SSL_CERTPROBLEM: Reason.TLS_ERROR,
    pycurl.E_SSL_CIPHER: Reason.TLS_ERROR,
    pycurl.E_SSL_INVALIDCERTSTATUS: Reason.TLS_UNTRUSTED,
    pycurl.E_SSL_ISSUER_ERROR: Reason.TLS_UNTRUSTED,
    100: Reason.PROTOCOL_ERROR,  # CURLE_TOO_LARGE: headers beyond libcurl's own limit
    pycurl.E_SSL_ENGINE_INITFAILED: Reason.PROBER_ERROR,
    pycurl.E_SSL_CACERT_BADFILE: Reason.PROBER_ERROR,
    pycurl.E_FAILED_INIT: Reason.PROBER_ERROR,
    pycurl.E_OUT_OF_MEMORY: Reason.PROBER_ERROR,
    pycurl.E_URL_MALFORMAT: Reason.PROBER_ERROR,  # we judged and rewrote the address ourselves
    pycurl.E_BAD_FUNCTION_ARGUMENT: Reason.PROBER_ERROR,
    pycurl.E_ABORTED_BY_CALLBACK: Reason.PROBER_ERROR,
    pycurl.E_READ_ERROR: Reason.PROBER_ERROR,
}

# OpenSSL's X509_V_ERR_*, as SSL_VERIFYRESULT gives them.
_EXPIRED = (9, 10)  # not yet valid, has expired
_WRONG_NAME = (0, 1, 62, 64)  # libcurl compares names itself, after OpenSSL found no fault (0) or said nothing (1)


_WORDS = {
    pycurl.E_UNSUPPORTED_PROTOCOL: "The answer does not begin as HTTP does.",
    pycurl.E_GOT_NOTHING: "The server closed the connection without an answer.",
    pycurl.E_PARTIAL_FILE: "The connection was closed before the answer was complete.",
    pycurl.E_RECV_ERROR: "The connection broke off before the answer was complete.",
    pycurl.E_SEND_ERROR: "The connection broke off while the request was sent.",
}
_VIA = re.compile(r"\b(?:via|to) (\S{1,60}) after\b")  # as libcurl says which address it dialled


@dataclass(frozen=True, slots=True)
class Failure:
    """How a transfer to a literal address ended early: libcurl's code and message, and how far it had come.

    `connected` and `secured` say whether TCP and TLS were through, `verify` is OpenSSL's verdict
    on the certificate. The message may hold bytes of the server's.
    """

    code: int
    message: str
    address: str
    os_errno: int
    connected: bool
    is_tls: bool
    secured: bool
    verify: int

    def verdict(self) -> tuple[Reason, str]:
        """Return why it failed, and a sentence for people."""
        reason = self._reason()
        if reason == Reason.CONNECT_ERROR and (ours := no_way(self.address, self.os_errno)):
            return ours
        is_of_tls = self.is_tls and self.connected and (not self.secured or reason == Reason.PROTOCOL_ERROR)
        if is_of_tls and (known := tls_words.of_handshake(self.message)):
            return known
        return reason, self._words(reason)

    def _reason(self) -> Reason:
        reason = _REASONS.get(self.code, Reason.PROTOCOL_ERROR)
        if reason == Reason.TIMEOUT:
            if not self.connected:
                return Reason.CONNECT_TIMEOUT
            return Reason.TLS_ERROR if self.is_tls and not self.secured else Reason.TIMEOUT
        if reason == Reason.CONNECT_ERROR:
            by_errno = {errno.ECONNREFUSED: Reason.CONNECT_REFUSED, errno.ETIMEDOUT: Reason.CONNECT_TIMEOUT}
            return by_errno.get(self.os_errno, reason)
        if reason == Reason.TLS_UNTRUSTED:
            if self.verify in _EXPIRED:
                return Reason.TLS_EXPIRED
            return Reason.TLS_NAME if self.verify in _WRONG_NAME else reason
        is_handshake = self.is_tls and self.connected and not self.secured
        if is_handshake and self.code in (pycurl.E_RECV_ERROR, pycurl.E_SEND_ERROR):
            return Reason.TLS_ERROR
        return reason

    def _words(self, reason: Reason) -> str:
        if words := tls_words.of_certificate(tls_words.verify_code(self.message)):
            return words
        clean = "".join(c if c.isprintable() else "�" for c in self.message)[:300].strip()
        if reason == Reason.CONNECT_REFUSED and (via := _VIA.search(clean)):
            return f"{via[1]} refused the connection: nothing listens there, or a firewall refuses."
        if reason == Reason.CONNECT_ERROR and self.os_errno:
            clean = os.strerror(self.os_errno)
        sentence = _WORDS.get(self.code, "") if reason == Reason.PROTOCOL_ERROR else ""
        if sentence and self.code in (pycurl.E_UNSUPPORTED_PROTOCOL, pycurl.E_GOT_NOTHING):
            return sentence  # libcurl has nothing to add
        return f"{sentence or reason.sentence} ({clean})" if clean else sentence or reason.sentence
