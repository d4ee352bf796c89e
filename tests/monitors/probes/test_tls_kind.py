"""A certificate as a monitor of its own: good, soon to expire, and wrong in every way, with what it looked like."""

import pytest

from monitors.core.states import State
from monitors.probes.base import ProbeTask, Reason
from tests.kit.servers import serving
from tests.monitors.probes.certificates import Authority

HOST = "secure.example.com"
UP, DEGRADED, DOWN = State.OPERATIONAL, State.DEGRADED, State.MAJOR_OUTAGE


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    return Authority(tmp_path_factory.mktemp("authority"))


def look(prober, authority, context, options=None, *, trusted=True):
    def handle(connection):
        with context.wrap_socket(connection, server_side=True) as secure:
            secure.recv(10)

    with serving(handle, wait_for=b"") as server:
        place = f"{HOST}:{server.port}"
        more = {"ca_file": str(authority.file)} if trusted else {}
        engine = prober.engine(allowed=(place,), lookup=lambda *_: ["127.0.0.1"], **more)
        return engine.run(ProbeTask("tls", place, options or {}, 3))


@pytest.mark.parametrize(
    ("days", "options", "expected"),
    [
        (20, {"warn_days": 14}, (UP, Reason.OK)),
        (10, {"warn_days": 14}, (DEGRADED, Reason.TLS_EXPIRING)),
        (10, {}, (UP, Reason.OK)),
        (20, {"conditions": "certificate_days > 30"}, (DOWN, Reason.CONDITION)),
        (20, {"conditions": 'issuer contains "tests" and tls_version == "TLSv1.3"'}, (UP, Reason.OK)),
        (20, {"min_version": "1.3"}, (UP, Reason.OK)),
        (-2, {}, (DOWN, Reason.TLS_EXPIRED)),
    ],
)
def test_days_names_and_versions_decide(prober, authority, days, options, expected):
    result = look(prober, authority, authority.context(HOST, days=days), options)
    assert (result.state, result.reason) == expected
    assert result.detail["certificates"][0]["days_left"] == days
    assert result.detail["certificates"][0]["names"] == [HOST]


def test_the_chain_is_described_as_it_was_sent(prober, authority, tmp_path):
    context = authority.context(HOST)
    own = next(authority.file.parent.glob(f"{HOST}-20.pem"))
    both = tmp_path / "both.pem"
    both.write_bytes(own.read_bytes() + authority.file.read_bytes() * 20)
    context.load_cert_chain(both)
    chain = look(prober, authority, context).detail["certificates"]
    assert [certificate["subject"] for certificate in chain[:2]] == [f"CN={HOST}", "CN=An authority of the tests"]
    assert len(chain) <= 8


def test_an_old_version_is_named(prober, authority):
    import ssl

    context = authority.context(HOST)
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    result = look(prober, authority, context, {"min_version": "1.3"})
    assert (result.state, result.reason) == (DOWN, Reason.TLS_VERSION)


@pytest.mark.parametrize(
    ("host", "trusted", "reason"), [("other.example.com", True, Reason.TLS_NAME), (HOST, False, Reason.TLS_UNTRUSTED)]
)
def test_a_refused_certificate_is_described(prober, authority, host, trusted, reason):
    result = look(prober, authority, authority.context(host), trusted=trusted)
    assert (result.state, result.reason) == (DOWN, reason)
    assert result.detail["certificates"][0]["subject"] == f"CN={host}"


@pytest.mark.parametrize(
    ("host", "days", "piece"),
    [
        ("other.example.com", 20, " It is for other.example.com."),
        ("127.0.0.1", 20, " It is for 127.0.0.1."),
        (HOST, -35, " It ended 34 days ago."),
    ],
)
def test_a_refused_certificate_says_what_it_is_instead(prober, authority, host, days, piece):
    result = look(prober, authority, authority.context(host, days=days))
    assert result.summary.endswith(piece)
    assert result.total_us < result.phases.dns + result.phases.connect + result.phases.tls + 20_000  # of one look


def test_a_server_without_forward_secrecy_is_up_as_browsers_find_it(prober, tmp_path):
    import ssl

    authority = Authority(tmp_path, rsa_leaf=True)
    context = authority.context(HOST)
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    context.set_ciphers("AES256-SHA")
    assert look(prober, authority, context).reason == Reason.OK
