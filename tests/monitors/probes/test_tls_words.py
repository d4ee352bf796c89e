"""What OpenSSL says of a failed handshake, through libcurl and through Python, becomes a reason and words that help."""

import ssl

import pycurl
import pytest

from monitors.probes.base import ProbeTask, Reason
from monitors.probes.broken import of_tls
from monitors.probes.curl_errors import Failure
from tests.kit.servers import serving
from tests.monitors.probes.certificates import Authority

HOST = "secure.example.com"


def failure(code, message, *, secured=False, verify=0, **others):
    facts = {"os_errno": 0, "connected": True, "is_tls": True, **others}
    return Failure(code, message, "127.0.0.1", secured=secured, verify=verify, **facts).verdict()


# As libcurl 8.23 with OpenSSL 3.6 said of nginx, s_server, Caddy and HAProxy.
@pytest.mark.parametrize(
    ("said", "reason", "piece"),
    [
        ("SSL routines::tlsv1 alert protocol version", Reason.TLS_VERSION, "Switch on TLS 1.2"),
        ("SSL routines::ssl/tls alert handshake failure", Reason.TLS_ERROR, "shares no cipher with us"),
        ("SSL routines::tlsv1 unrecognized name", Reason.TLS_ERROR, "of this name"),
        ("SSL routines::tlsv1 alert internal error", Reason.TLS_ERROR, "of this name"),
        ("SSL routines::wrong version number", Reason.TLS_ERROR, "does not speak TLS"),
        ("SSL routines::something new", Reason.TLS_ERROR, "something new"),
    ],
)
def test_a_handshake_that_failed_says_what_to_do(said, reason, piece):
    found, words = failure(pycurl.E_SSL_CONNECT_ERROR, f"TLS connect error: error:0A00042E:{said}")
    assert (found, piece in words) == (reason, True)


def test_a_refusal_after_the_handshake_is_still_one_of_tls():
    """Under TLS 1.3 the server says only then that it wants a client certificate."""
    said = "OpenSSL SSL_read: error:0A00045C:SSL routines::tlsv13 alert certificate required, errno 0"
    found, words = failure(pycurl.E_RECV_ERROR, said, secured=True)
    assert (found, "client certificate" in words) == (Reason.TLS_ERROR, True)


@pytest.mark.parametrize(
    ("verify", "openssl", "reason", "piece"),
    [
        (10, "certificate has expired", Reason.TLS_EXPIRED, "has expired"),
        (9, "certificate is not yet valid or the system clock is incorrect", Reason.TLS_EXPIRED, "not valid yet"),
        (18, "self-signed certificate", Reason.TLS_UNTRUSTED, "signed by itself"),
        (20, "unable to get local issuer certificate", Reason.TLS_UNTRUSTED, "intermediate"),
        (66, "EE certificate key too weak", Reason.TLS_UNTRUSTED, "too weak"),
        (99, "something new", Reason.TLS_UNTRUSTED, "something new"),
    ],
)
def test_libcurl_and_python_say_the_same_of_a_certificate(verify, openssl, reason, piece):
    said = f"SSL certificate OpenSSL verify result: {openssl} ({verify})"
    found, words = failure(pycurl.E_PEER_FAILED_VERIFICATION, said, verify=verify)
    assert (found, piece in words) == (reason, True)
    error = ssl.SSLCertVerificationError(1, "[SSL: CERTIFICATE_VERIFY_FAILED]")
    error.verify_code, error.verify_message = verify, openssl
    broken = of_tls(error)
    assert (broken.reason, piece in broken.words) == (reason, True)


@pytest.mark.parametrize(
    ("code", "message", "reason", "words"),
    [
        (
            pycurl.E_COULDNT_CONNECT,
            "Failed to connect to a.example port 80 via 127.0.0.1:80 after 0 ms: Could not connect to server",
            Reason.CONNECT_REFUSED,
            "127.0.0.1:80 refused the connection: nothing listens there, or a firewall refuses.",
        ),
        (
            pycurl.E_GOT_NOTHING,
            "Empty reply from server",
            Reason.PROTOCOL_ERROR,
            "The server closed the connection without an answer.",
        ),
        (
            pycurl.E_UNSUPPORTED_PROTOCOL,
            "Received HTTP/0.9 when not allowed",
            Reason.PROTOCOL_ERROR,
            "The answer does not begin as HTTP does.",
        ),
        (
            pycurl.E_RECV_ERROR,
            "Recv failure: Connection reset by peer",
            Reason.PROTOCOL_ERROR,
            "The connection broke off before the answer was complete. (Recv failure: Connection reset by peer)",
        ),
    ],
)
def test_what_breaks_off_says_how(code, message, reason, words):
    assert failure(code, message, is_tls=False, os_errno=111) == (reason, words)


@pytest.mark.parametrize("version", ["TLSv1_2", "TLSv1_3"])
@pytest.mark.parametrize("kind", ["http", "tcp"])
def test_a_server_that_wants_a_client_certificate(prober, tmp_path, kind, version):
    authority = Authority(tmp_path)
    context = authority.context(HOST)
    context.minimum_version = context.maximum_version = ssl.TLSVersion[version]
    context.verify_mode = ssl.CERT_REQUIRED

    def handle(connection):
        with connection.dup() as same:
            with pytest.raises(OSError), context.wrap_socket(connection, server_side=True) as secure:
                secure.recv(10)
            while same.recv(
                4096
            ):  # a connection closed with something unread in it is reset, and its last words are lost
                pass

    with serving(handle, wait_for=b"") as server:
        place = f"{HOST}:{server.port}"
        engine = prober.engine(allowed=(place,), lookup=lambda *_: ["127.0.0.1"], ca_file=str(authority.file))
        target, options = (f"https://{place}/", {}) if kind == "http" else (place, {"tls": "yes", "expect": "hello"})
        result = engine.run(ProbeTask(kind, target, options, 3))
    assert (result.reason, "client certificate" in result.summary) == (Reason.TLS_ERROR, True)
