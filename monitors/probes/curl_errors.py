"""What each error of libcurl says about the target, or about us."""

import errno

import pycurl

from monitors.probes.base import Reason

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


def reason_of(code: int, *, os_errno: int, connected: bool, is_tls: bool, secured: bool, verify: int) -> Reason:
    """Return why a transfer failed.

    `connected` and `secured` say whether TCP and TLS were through, `verify` is OpenSSL's verdict
    on the certificate.
    """
    reason = _REASONS.get(code, Reason.PROTOCOL_ERROR)
    if reason == Reason.TIMEOUT:
        if not connected:
            return Reason.CONNECT_TIMEOUT
        return Reason.TLS_ERROR if is_tls and not secured else Reason.TIMEOUT
    if reason == Reason.CONNECT_ERROR:
        by_errno = {errno.ECONNREFUSED: Reason.CONNECT_REFUSED, errno.ETIMEDOUT: Reason.CONNECT_TIMEOUT}
        return by_errno.get(os_errno, reason)
    if reason == Reason.TLS_UNTRUSTED:
        if verify in _EXPIRED:
            return Reason.TLS_EXPIRED
        return Reason.TLS_NAME if verify in _WRONG_NAME else reason
    if is_tls and connected and not secured and code in (pycurl.E_RECV_ERROR, pycurl.E_SEND_ERROR):
        return Reason.TLS_ERROR
    return reason


def words_of(reason: Reason, message: str) -> str:
    """Return a sentence for people; `message` is libcurl's own, which may hold bytes of the server's."""
    clean = "".join(c if c.isprintable() else "�" for c in message)[:300].strip()
    return f"{reason.sentence} ({clean})" if clean else reason.sentence
