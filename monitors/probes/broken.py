"""How a connection of a probe breaks, in a reason and in words that say what to do."""

import errno
import os
import ssl
from collections.abc import Collection

from monitors.probes import tls_words
from monitors.probes.base import Reason
from monitors.probes.evidence import masked, printable
from monitors.probes.routes import no_way

NO_END, SILENCE = "The handshake did not end in time.", "The server took the connection, and said nothing in time."
_VERIFY_EXPIRED = (9, 10)  # OpenSSL's X509_V_ERR_*: not yet valid, has expired
_VERIFY_NAME = (62, 63, 64)  # of the host, of the e-mail, of the address


class Broken(Exception):
    """A check that has come to its end early. `words` are for people."""

    def __init__(self, reason: Reason, words: str = "") -> None:
        super().__init__(words or reason.sentence)
        self.reason, self.words = reason, words or reason.sentence


def of_connecting(error: OSError, address: str, port: int) -> Broken:
    """Return why no connection came about; `address` is as in a URL."""
    if isinstance(error, TimeoutError) or error.errno == errno.ETIMEDOUT:
        return Broken(Reason.CONNECT_TIMEOUT)
    if error.errno == errno.ECONNREFUSED:
        words = f"{address}:{port} refused the connection: nothing listens there, or a firewall refuses."
        return Broken(Reason.CONNECT_REFUSED, words)
    if ours := no_way(address.strip("[]"), error.errno or 0):
        return Broken(*ours)
    why = f" ({os.strerror(error.errno)})" if error.errno else ""
    return Broken(Reason.CONNECT_ERROR, f"{Reason.CONNECT_ERROR.sentence}{why}")


def of_tls(error: OSError | EOFError) -> Broken:
    """Return why no secure connection came about."""
    if isinstance(error, TimeoutError):
        return Broken(Reason.TLS_ERROR, NO_END)
    if isinstance(error, ssl.SSLCertVerificationError):
        return _refused(error.verify_code, shown(error.verify_message or ""))
    if isinstance(error, EOFError):
        return Broken(Reason.TLS_ERROR, "The server closed the connection during the handshake.")
    why = str(getattr(error, "reason", None) or "")
    if known := tls_words.of_handshake(why):
        return Broken(*known)
    return Broken(Reason.TLS_ERROR, f"{Reason.TLS_ERROR.sentence} ({shown(why)})" if why else "")


def _refused(code: int, openssl: str) -> Broken:
    """Return what is wrong with a certificate, by OpenSSL's code and words."""
    words = tls_words.of_certificate(code)
    if code in _VERIFY_EXPIRED:
        return Broken(Reason.TLS_EXPIRED, words)
    reason = Reason.TLS_NAME if code in _VERIFY_NAME else Reason.TLS_UNTRUSTED
    return Broken(reason, words or (f"{reason.sentence} ({openssl})" if openssl else ""))


def shown(data: bytes | str, longest: int = 300, hide: Collection[str] = ()) -> str:
    """Return what a server said as people may see it: printable, short, masked."""
    text = data if isinstance(data, str) else data.decode("utf-8", errors="replace")
    for secret in hide:
        text = text.replace(secret, "•••")
    return printable(masked(text[: 2 * longest]))[:longest].strip()
