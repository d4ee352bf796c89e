"""What an owner can ask of an HTTP answer beyond its status: conditions, keywords, redirects, authentication."""

import ssl

import pytest

from monitors.core.states import State
from monitors.probes.base import KNOWN, Reason
from tests.kit.servers import answer, serving

UP, DEGRADED, DOWN = State.OPERATIONAL, State.DEGRADED, State.MAJOR_OUTAGE
JSON = answer(b'{"user": {"name": "x"}, "queue": 7}', "Content-Type: application/json", "X-Y: 1")


def test_json_of_dot_net_has_a_mark_before_it(prober):
    marked = answer(b"\xef\xbb\xbf" + b'{"ready": true}', "Content-Type: application/json")
    with serving(marked) as server:
        result = prober.look(server.url, options={"conditions": "body.ready"}, allowed=(server.place,), in_full=True)
    assert (result.reason, result.detail["body"]) == (Reason.OK, '{"ready": true}')


@pytest.mark.parametrize(
    ("options", "expected", "words"),
    [
        ({"conditions": 'status < 400\nbody.user.name == "x"'}, (UP, Reason.OK), "GET answered 200 in"),
        ({"conditions": 'body.user.name == "y"'}, (DOWN, Reason.CONDITION), 'body.user.name == "y": it was "x".'),
        ({"degraded_conditions": "body.queue < 5"}, (DEGRADED, Reason.CONDITION), "body.queue < 5: it was 7."),
        ({"conditions": 'header["x-y"] == "2"'}, (DOWN, Reason.CONDITION), 'header["x-y"] == "2": it was "1".'),
        (
            {"conditions": "certificate_days > 14"},
            (DOWN, Reason.CONDITION),
            "certificate_days > 14: the connection showed no certificate.",
        ),
        ({"degraded_conditions": "total < 1us"}, (DEGRADED, Reason.CONDITION), "total < 1us: it was "),
        ({"degraded_conditions": "p95(5m) < 1ms"}, (UP, Reason.OK), "GET answered 200 in"),
        (
            {"degraded_conditions": "p95(5m) < 1ms", KNOWN: {"past": [[95, 300, 2000]]}},
            (DEGRADED, Reason.CONDITION),
            "p95(5m) < 1ms: it was 2 ms.",
        ),
        ({"keyword_absent": "queue"}, (DOWN, Reason.KEYWORD), "GET answered 200 with 'queue'."),
        ({"keyword_absent": "error"}, (UP, Reason.OK), "GET answered 200 in"),
    ],
)
def test_conditions_decide_and_the_failing_value_is_named(prober, options, expected, words):
    with serving(JSON) as server:
        result = prober.look(server.url, options=options, allowed=(server.place,))
    assert (result.state, result.reason, result.summary[: len(words)]) == (*expected, words)


@pytest.mark.parametrize(
    ("options", "header"),
    [
        ({"auth": "basic", "auth_name": "ann", "auth_secret": "hush"}, b"Authorization: Basic YW5uOmh1c2g="),
        ({"auth": "bearer", "auth_secret": "hush"}, b"Authorization: Bearer hush"),
        ({"auth": "header", "auth_name": "X-Odd", "auth_secret": "hush"}, b"X-Odd: hush"),
    ],
)
def test_a_secret_is_sent_and_never_shown(prober, options, header):
    def echo(connection):
        connection.sendall(answer(server.requests[-1], f"X-Echo: {header.decode()}", status="500 Sorry"))

    with serving(echo) as server:
        result = prober.look(server.url, options=options | {"keyword": "hush"}, allowed=(server.place,))
    assert header in server.requests[0]
    assert result.reason == Reason.STATUS
    assert not [secret for secret in ("hush", "YW5uOmh1c2g=") if secret in str((result.detail, result.summary))]


def test_a_secret_does_not_follow_a_redirect_to_another_origin(prober):
    with serving(answer(b"ok")) as other, serving(answer(b"", f"Location: {other.url}/", status="302 There")) as first:
        options = {"auth": "bearer", "auth_secret": "hush"}
        prober.look(first.url, options=options, allowed=(first.place, other.place))
    assert (b"hush" in first.requests[0], b"hush" in other.requests[0]) == (True, False)


@pytest.mark.parametrize(("policy", "asked"), [("follow", [1, 1]), ("same host", [1, 0]), ("never", [1, 0])])
def test_redirects_go_as_far_as_the_owner_lets_them(prober, policy, asked):
    there = "http://other.example.com:{}/"
    with serving(answer(b"ok")) as other:
        moved = answer(b"", f"Location: {there.format(other.port)}", status="302 There")
        with serving(moved) as first:
            allowed = (first.place, f"other.example.com:{other.port}")
            settings = {"lookup": lambda *_: ["127.0.0.1"], "allowed": allowed}
            result = prober.look(first.url, options={"redirects": policy}, **settings)
    assert result.reason == Reason.OK
    assert [len(first.requests), len(other.requests)] == asked


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "OPTIONS", "POST"])
def test_every_method_sends_its_body(prober, method):
    with serving(answer(b"ok"), wait_for=b'{"a":1}') as server:
        options = {"method": method, "body": '{"a":1}'}
        assert prober.look(server.url, options=options, allowed=(server.place,)).reason == Reason.OK
    assert server.requests[0].startswith(f"{method} / HTTP/1.1\r\n".encode())
    assert b"Content-Type: application/json\r\n" in server.requests[0]


@pytest.mark.parametrize(("asked", "offered"), [("1.1", "http/1.1"), ("2", "h2")])
def test_HTTP_2_is_offered_where_it_is_asked_for(prober, tmp_path, asked, offered):
    from tests.monitors.probes.certificates import Authority

    authority, chosen = Authority(tmp_path), []
    context = authority.context("two.example.com")
    context.set_alpn_protocols(["h2", "http/1.1"])

    def handle(connection):
        with context.wrap_socket(connection, server_side=True) as secure:
            chosen.append(secure.selected_alpn_protocol())

    with serving(handle, wait_for=b"") as server:
        place = f"two.example.com:{server.port}"
        settings = {"lookup": lambda *_: ["127.0.0.1"], "allowed": (place,), "ca_file": str(authority.file)}
        prober.look(f"https://{place}/", options={"http_version": asked}, **settings)
    assert chosen == [offered if ssl.HAS_ALPN else None]


@pytest.mark.parametrize(
    ("version", "words"), [(ssl.TLSVersion.TLSv1_2, "TLS 1.2"), (ssl.TLSVersion.TLSv1_3, "TLS 1.3")]
)
def test_a_look_says_which_version_of_TLS_was_agreed_on(prober, tmp_path, version, words):
    from tests.monitors.probes.certificates import Authority

    authority = Authority(tmp_path)
    context = authority.context("two.example.com")
    context.minimum_version = context.maximum_version = version

    def handle(connection):
        with context.wrap_socket(connection, server_side=True) as secure:
            secure.recv(65536)
            secure.sendall(answer(b"ok"))
            secure.unwrap()

    with serving(handle, wait_for=b"") as server:
        place = f"two.example.com:{server.port}"
        settings = {"lookup": lambda *_: ["127.0.0.1"], "allowed": (place,), "ca_file": str(authority.file)}
        for _ in range(2):  # the second one's handle is a new one
            assert prober.look(f"https://{place}/", in_full=True, **settings).detail["tls_version"] == words
