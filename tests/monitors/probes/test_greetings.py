"""Servers that are greeted and left again: mail, mailboxes, WebSockets."""

import base64
import hashlib
import re
import time

import pytest

from monitors.core.states import State
from monitors.probes.base import BadOptions, ProbeTask, Reason
from monitors.probes.evidence import MASK
from monitors.probes.websocket import PROBE as WEBSOCKET
from tests.kit.servers import answer, serving
from tests.monitors.probes.certificates import Authority

HOST = "mail.example.com"
SMTP = {None: b"220 mail ready\r\n", b"EHLO": b"250-mail\r\n250-SIZE 1\r\n250 STARTTLS\r\n", b"STARTTLS": b"220 go\r\n"}
IMAP = {
    None: b"* OK ready\r\n",
    b"a CAPABILITY": b"* CAPABILITY IMAP4rev2 STARTTLS\r\na OK done\r\n",
    b"b STARTTLS": b"b OK go\r\n",
}


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    return Authority(tmp_path_factory.mktemp("authority"))


def talking(lines, context):
    """Say what belongs to each command, and turn to TLS after STARTTLS."""

    def handle(connection):
        connection.sendall(lines[None])
        while command := connection.recv(4096).strip():
            key = next((k for k in lines if k and command.startswith(k)), None)
            connection.sendall(lines.get(key, b"500 what\r\n") if key else b"500 what\r\n")
            if command.endswith(b"STARTTLS"):
                with context.wrap_socket(connection, server_side=True) as secure:
                    secure.recv(100)
                return

    return serving(handle, wait_for=b"")


def look(prober, authority, kind, lines, options=None, **more):
    with talking(lines, authority.context(HOST)) as server:
        place = f"{HOST}:{server.port}"
        settings = {"allowed": (place,), "lookup": lambda *_: ["127.0.0.1"], "ca_file": str(authority.file), **more}
        return prober.check(ProbeTask(kind, place, options or {}, 2), **settings)


def test_a_mail_server_is_greeted_by_the_name_that_we_have(prober, authority):
    own = {b"EHLO status.example.com": SMTP[b"EHLO"], b"EHLO": b"550 who\r\n"}
    greeting = {key: SMTP[key] for key in (None, b"STARTTLS")} | own
    results = [look(prober, authority, "smtp", greeting, **name) for name in ({}, {"mail_name": "status.example.com"})]
    assert [result.reason for result in results] == [Reason.UNEXPECTED_ANSWER, Reason.OK]


@pytest.mark.parametrize(
    ("kind", "lines", "options", "reason"),
    [
        ("smtp", SMTP, {}, Reason.OK),
        ("smtp", SMTP, {"encryption": "none"}, Reason.OK),
        ("smtp", SMTP, {"encryption": "TLS"}, Reason.TLS_ERROR),
        ("smtp", SMTP | {b"EHLO": b"250 mail\r\n"}, {}, Reason.NO_STARTTLS),
        ("smtp", SMTP | {None: b"554 go away\r\n"}, {}, Reason.UNEXPECTED_ANSWER),
        ("smtp", SMTP | {None: b"220-x\r\n" * 100}, {}, Reason.PROTOCOL_ERROR),
        ("smtp", SMTP | {None: b"x" * 50_000}, {}, Reason.PROTOCOL_ERROR),
        ("smtp", SMTP, {"conditions": 'greeting contains "ready" and tls_version == "TLSv1.3"'}, Reason.OK),
        ("smtp", SMTP, {"conditions": 'greeting contains "postfix"'}, Reason.CONDITION),
        ("imap", IMAP, {}, Reason.OK),
        ("imap", IMAP, {"encryption": "none"}, Reason.OK),
        ("imap", IMAP | {b"a CAPABILITY": b"* CAPABILITY IMAP4rev2\r\na OK done\r\n"}, {}, Reason.NO_STARTTLS),
        ("imap", IMAP | {None: b"* BYE busy\r\n"}, {}, Reason.UNEXPECTED_ANSWER),
        ("imap", IMAP | {b"b STARTTLS": b"b NO not now\r\n"}, {}, Reason.UNEXPECTED_ANSWER),
    ],
)  # fmt: skip
def test_mail_servers_greet_and_encrypt(prober, authority, kind, lines, options, reason):
    result = look(prober, authority, kind, lines, options)
    assert (result.reason, result.state == State.OPERATIONAL) == (reason, reason == Reason.OK)


def greet_and_listen(connection):
    """To close with what was sent unread would reset the connection, and the greeting might never be read."""
    connection.sendall(SMTP[None])
    while connection.recv(4096):
        pass


# As Postfix 3.7, Exim 4.96 and Dovecot 2.3 behave on a port of the other kind.
@pytest.mark.parametrize(
    ("handle", "encryption", "reason", "words"),
    [
        (lambda connection: time.sleep(1), "STARTTLS", Reason.TIMEOUT, "said nothing in time. If it encrypts from the start, as on 465 and 993, choose TLS."),
        (lambda connection: time.sleep(1), "TLS", Reason.TLS_ERROR, "The handshake did not end in time."),
        (greet_and_listen, "TLS", Reason.TLS_ERROR, "If it encrypts later, as on 25, 143 and 587, choose STARTTLS."),
    ],
)  # fmt: skip
def test_the_wrong_kind_of_encryption_is_named(prober, handle, encryption, reason, words):
    with serving(handle, wait_for=b"") as server:
        task = ProbeTask("smtp", server.place, {"encryption": encryption}, 0.4)
        result = prober.check(task, allowed=(server.place,))
    assert (result.reason, result.summary.endswith(words)) == (reason, True)


@pytest.mark.parametrize(("kind", "lines"), [("smtp", SMTP), ("imap", IMAP)])
def test_a_mail_server_s_certificate_is_looked_at(prober, authority, kind, lines):
    good = look(prober, authority, kind, lines, {"conditions": "certificate_days > 10"})
    late = look(prober, authority, kind, lines, {"conditions": "certificate_days > 30"})
    assert (good.reason, late.reason, late.summary) == (
        Reason.OK,
        Reason.CONDITION,
        "certificate_days > 30: it was 20.",
    )
    assert late.detail["certificates"][0]["names"] == [HOST]


@pytest.mark.parametrize(("kind", "lines"), [("smtp", SMTP), ("imap", IMAP)])
def test_a_mail_server_s_refused_certificate_is_described(prober, authority, kind, lines):
    with talking(lines, authority.context("other.example.com")) as server:
        place = f"{HOST}:{server.port}"
        settings = {"allowed": (place,), "lookup": lambda *_: ["127.0.0.1"], "ca_file": str(authority.file)}
        result = prober.check(ProbeTask(kind, place, {}, 2), **settings)
    assert (result.reason, result.detail["certificates"][0]["names"]) == (Reason.TLS_NAME, ["other.example.com"])
    assert result.summary.endswith(" It is for other.example.com.")


def test_a_mail_server_that_is_silent_ends_in_time(prober):
    with serving(lambda connection: time.sleep(2), wait_for=b"") as server:
        result = prober.check(ProbeTask("smtp", server.place, {}, 0.5), allowed=(server.place,))
    assert result.reason == Reason.TIMEOUT


def websocket(status="101 Switching Protocols", *, honest=True, extra=""):
    def handle(connection):
        key = re.search(rb"Sec-WebSocket-Key: (\S+)", server_requests[-1])[1]
        accept = hashlib.sha1(key + b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11").digest() if honest else b"no"
        lines = [f"HTTP/1.1 {status}", "Upgrade: websocket", "Connection: Upgrade",
                 f"Sec-WebSocket-Accept: {base64.b64encode(accept).decode()}"]  # fmt: skip
        connection.sendall(("\r\n".join(lines) + "\r\n" + extra + "\r\n").encode())
        closing.append(connection.recv(100))

    server_requests, closing = [], []
    return handle, server_requests, closing


@pytest.mark.parametrize(
    ("made", "options", "reason"),
    [
        (websocket(), {}, Reason.OK),
        (websocket(extra="Sec-WebSocket-Protocol: graphql-ws\r\n"), {"protocol": "graphql-ws"}, Reason.OK),
        (websocket(), {"protocol": "graphql-ws"}, Reason.UNEXPECTED_ANSWER),
        (websocket(honest=False), {}, Reason.PROTOCOL_ERROR),
        (websocket("200 OK"), {}, Reason.STATUS),
        (websocket("000 what"), {}, Reason.STATUS),
        (websocket("nonsense"), {}, Reason.PROTOCOL_ERROR),
        (websocket(extra="X: y\r\n" * 300), {}, Reason.PROTOCOL_ERROR),
        (websocket(), {"conditions": "total < 1us"}, Reason.CONDITION),
    ],
)
def test_a_websocket_is_opened_and_closed(prober, made, options, reason):
    handle, requests, closing = made
    with serving(handle) as server:
        server.requests = requests
        target = f"ws://{server.place}/live?x=1"
        result = prober.check(ProbeTask("websocket", target, options, 2), allowed=(server.place,))
        for _ in range(100):
            if closing:
                break
            time.sleep(0.01)
    assert result.reason == reason
    assert requests[0].startswith(b"GET /live?x=1 HTTP/1.1\r\n")
    assert closing[0][:2] == (b"\x88\x82" if reason in (Reason.OK, Reason.CONDITION) else b"")


# As ws 8 for Node answers where it opens none.
@pytest.mark.parametrize(
    ("given", "options", "words"),
    [
        (answer(b"no", "WWW-Authenticate: Bearer", status="401 Unauthorized"), {}, "It may want the Origin of its own pages, as a header. It wants Bearer authentication. Give it under Authentication."),
        (answer(b"no", status="401 Unauthorized"), {"auth": "bearer", "auth_secret": "tok123", "headers": [["Origin", "https://a.example.com"]]}, "It does not take what is given under Authentication."),
        (answer(b"", "Location: wss://b.example.com/", status="301 Moved"), {}, "It leads to wss://b.example.com/, which was not followed."),
    ],
)  # fmt: skip
def test_what_opens_no_websocket_says_what_it_wants(prober, given, options, words):
    with serving(given) as server:
        result = prober.check(ProbeTask("websocket", f"ws://{server.place}/", options, 2), allowed=(server.place,))
    assert (result.reason, result.summary.endswith(f"it opens no WebSocket. {words}")) == (Reason.STATUS, True)
    assert (b"Authorization: Bearer tok123" in server.requests[0]) == ("auth" in options)


@pytest.mark.parametrize(
    ("headers", "sent"), [([], b"User-Agent: StatusWire-tests"), ([["User-Agent", "Mine/1"]], b"User-Agent: Mine/1")]
)
def test_a_websocket_s_server_is_told_who_asks(prober, headers, sent):
    with serving(answer(b"no", status="403 Forbidden")) as server:
        task = ProbeTask("websocket", f"ws://{server.place}/", {"headers": headers}, 2)
        prober.check(task, allowed=(server.place,))
    assert [line for line in server.requests[0].split(b"\r\n") if line.startswith(b"User-Agent")] == [sent]


CHUNKED = (
    b"HTTP/1.1 404 Not Found\r\nSet-Cookie: sid=supersecret\r\nTransfer-Encoding: chunked\r\n\r\n"
    b'2e\r\n{"message":"no such route","token":"abcdefgh"}\r\n0\r\n\r\n'
)


def test_the_answer_of_what_opens_no_websocket_is_kept_without_its_secrets(prober):
    with serving(CHUNKED) as server:
        result = prober.check(ProbeTask("websocket", f"ws://{server.place}/", {}, 2), allowed=(server.place,))
    assert result.detail["headers"] == [["set-cookie", MASK], ["transfer-encoding", "chunked"]]
    assert result.detail["body"] == f'{{"message":"no such route","token":"{MASK}"}}'


@pytest.mark.parametrize(("taken", "reason"), [("graphql-ws", Reason.OK), ("mqtt", Reason.UNEXPECTED_ANSWER)])
def test_one_of_several_protocols_must_be_taken_up(prober, taken, reason):
    handle, seen, _ = websocket(extra=f"Sec-WebSocket-Protocol: {taken}\r\n")
    with serving(handle) as server:
        server.requests = seen
        task = ProbeTask("websocket", f"ws://{server.place}/", {"protocol": "graphql-transport-ws, graphql-ws"}, 2)
        assert prober.check(task, allowed=(server.place,)).reason == reason


@pytest.mark.parametrize(("raw", "stored"), [("a,b", "a, b"), ("a b", None), ("a\r\nX: y", None)])
def test_a_protocol_is_a_word_or_several(raw, stored):
    if stored:
        assert WEBSOCKET.clean({"protocol": raw})["protocol"] == stored
    else:
        with pytest.raises(BadOptions):
            WEBSOCKET.clean({"protocol": raw})


def test_a_websocket_s_certificate_is_looked_at(prober, authority):
    def handle(connection):
        with authority.context("other.example.com").wrap_socket(connection, server_side=True) as secure:
            secure.recv(100)

    with serving(handle, wait_for=b"") as server:
        place = f"{HOST}:{server.port}"
        settings = {"allowed": (place,), "lookup": lambda *_: ["127.0.0.1"], "ca_file": str(authority.file)}
        result = prober.check(ProbeTask("websocket", f"wss://{place}/", {}, 2), **settings)
    assert (result.reason, result.detail["certificates"][0]["names"]) == (Reason.TLS_NAME, ["other.example.com"])
