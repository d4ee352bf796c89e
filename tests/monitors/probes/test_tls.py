"""Certificates and handshakes, good and bad, and the names their failures have."""

import ssl
import time

import pytest

from monitors.core.states import State
from monitors.probes.base import Reason
from tests.kit.servers import answer, serving
from tests.monitors.probes.certificates import Authority

HOST = "secure.example.com"


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    return Authority(tmp_path_factory.mktemp("authority"))


def here(*_):
    return ["127.0.0.1"]


def look(prober, server, authority, *, host=HOST, trusted=True, in_full=True, **options):
    settings = {"lookup": here, "allowed": (f"{host}:{server.port}",)}
    if trusted:
        settings["ca_file"] = str(authority.file)
    return prober.look(f"https://{host}:{server.port}/", in_full=in_full, **settings, **options)


def secured(context, *, after_s=0.0):
    """Serve one answer over TLS, whose handshake begins `after_s` seconds late; it comes before the request is read."""

    def handle(connection):
        time.sleep(after_s)
        with context.wrap_socket(connection, server_side=True) as secure:
            secure.recv(65536)
            secure.sendall(answer(b"ok"))
            secure.unwrap()

    return serving(handle, wait_for=b"")


def test_a_good_certificate_and_its_days(prober, authority):
    with secured(authority.context(HOST, days=20)) as server:
        result = look(prober, server, authority)
    assert (result.state, result.reason) == (State.OPERATIONAL, Reason.OK)
    assert result.detail["certificates"][0]["days_left"] == 20
    assert result.phases.tls > 0


@pytest.mark.parametrize(
    ("name", "days", "trusted", "expected"),
    [
        ("R21 expired", -2, True, Reason.TLS_EXPIRED),
        ("R22 R24 unknown authority", 20, False, Reason.TLS_UNTRUSTED),
    ],
)
def test_a_bad_certificate_has_its_name(prober, authority, name, days, trusted, expected):
    with secured(authority.context(HOST, days=days)) as server:
        result = look(prober, server, authority, trusted=trusted)
    assert (result.state, result.reason) == (State.MAJOR_OUTAGE, expected)


@pytest.mark.parametrize("version", ["TLSv1_2", "TLSv1_3"])
@pytest.mark.parametrize(
    ("host", "days", "trusted", "options", "expected"),
    [
        (HOST, 20, True, {"expected_status": "204"}, Reason.STATUS),
        (HOST, -2, True, {}, Reason.TLS_EXPIRED),
        (HOST, 20, False, {}, Reason.TLS_UNTRUSTED),
        ("other.example.com", 20, True, {}, Reason.TLS_NAME),
    ],
)
def test_what_fails_says_which_TLS_it_failed_over(prober, authority, version, host, days, trusted, options, expected):
    context = authority.context(host, days=days)
    context.minimum_version = context.maximum_version = ssl.TLSVersion[version]
    with secured(context, after_s=0.05) as server:  # as from afar: it answers after it was waited for
        result = look(prober, server, authority, trusted=trusted, options=options, in_full=False)
    words = f"TLS {version[-3]}.{version[-1]}"
    assert (result.reason, result.detail["tls_version"], len(result.detail["certificates"])) == (expected, words, 1)


def test_R23_a_certificate_for_another_name(prober, authority):
    with secured(authority.context("other.example.com")) as server:
        assert look(prober, server, authority).reason == Reason.TLS_NAME


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_R25_a_server_that_knows_only_old_TLS(prober, authority):
    context = authority.context(HOST)
    context.minimum_version, context.maximum_version = ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1
    context.set_ciphers("ALL:@SECLEVEL=0")  # else it would fail by itself, before it sees what we speak
    with secured(context) as server:
        assert look(prober, server, authority).reason == Reason.TLS_VERSION


def test_R27_a_handshake_that_stalls(prober, authority):
    with serving(lambda connection: time.sleep(2), wait_for=b"") as server:
        result = look(prober, server, authority, timeout_s=0.5)
    assert (result.state, result.reason) == (State.MAJOR_OUTAGE, Reason.TLS_ERROR)
    assert result.total_us < 1_500_000


def test_plain_text_where_tls_is_expected(prober, authority):
    with serving(answer(b"plain"), wait_for=b"") as server:
        assert look(prober, server, authority).reason == Reason.TLS_ERROR


@pytest.mark.parametrize("curve", ["prime256v1", "secp384r1", "secp521r1"])
def test_a_server_that_knows_one_curve_only(prober, authority, curve):
    context = authority.context(HOST)
    context.set_ecdh_curve(curve)
    with secured(context) as server:
        assert look(prober, server, authority).reason == Reason.OK


def test_a_port_that_nothing_listens_on_is_refused_under_tls_too(prober, authority):
    with secured(authority.context(HOST)) as server:
        pass
    result = look(prober, server, authority)
    assert (result.state, result.reason) == (State.MAJOR_OUTAGE, Reason.CONNECT_REFUSED)
