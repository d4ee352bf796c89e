"""Requests in a row: values and cookies are carried on, the first fault is named, nothing secret is shown."""

import pytest

from monitors.core.states import State
from monitors.probes.base import BadOptions, ProbeTask, Reason
from monitors.probes.steps import PROBE
from tests.kit.servers import answer, serving

LOGIN = """POST /login
body: {"user": "{{user}}", "password": "{{secret}}"}
expect: status == 200
save: token = body.access_token
save: id = body.user.id

GET /users/{{id}}?full=1
header: Authorization: Bearer {{token}}
expect: body.name == "Ann"
"""
OPTIONS = {"steps": LOGIN, "user": "ann", "secret": 'pass"word'}


def site(connection_of):
    """Answer /login with a token, and a user's page with a name."""

    def handle(connection):
        request = connection_of()[-1]
        if request.startswith(b"POST /login"):
            body = b'{"access_token": "tok-123456", "user": {"id": "a/b"}}'
            connection.sendall(answer(body, "Set-Cookie: session=cook-98765; HttpOnly"))
        else:
            connection.sendall(answer(b'{"name": "Bob", "echo": "' + request.replace(b"\r\n", b" ") + b'"}'))

    return handle


def look(prober, options, handle=None):
    with serving(site(lambda: server.requests) if handle is None else handle) as server:
        task = ProbeTask("steps", server.url, options, 3, in_full=True)
        return prober.engine(allowed=(server.place,)).run(task), server.requests


def test_values_and_cookies_are_carried_on(prober):
    result, requests = look(prober, OPTIONS)
    assert requests[1].startswith(b"GET /users/a%2Fb?full=1 HTTP/1.1\r\n")
    assert b"Authorization: Bearer tok-123456\r\n" in requests[1]
    assert b"Cookie: session=cook-98765\r\n" in requests[1]
    assert (result.state, result.reason) == (State.MAJOR_OUTAGE, Reason.CONDITION)
    assert result.summary == 'Step 2, GET /users/{{id}}?full=1: body.name == "Ann": it was "Bob".'


def test_nothing_that_was_carried_is_shown(prober):
    result, _ = look(prober, OPTIONS | {"steps": LOGIN.replace('== "Ann"', "matches /tok-/")})
    shown = str((result.summary, result.detail))
    assert [secret for secret in ("tok-123456", "cook-98765", "pass") if secret in shown] == []


@pytest.mark.parametrize(
    ("steps", "reply", "expected"),
    [
        ("GET /a", answer(b"ok"), (State.OPERATIONAL, Reason.OK)),
        ("GET /a", answer(b"", status="500 No"), (State.MAJOR_OUTAGE, Reason.STATUS)),
        ("GET /a\nexpect: status == 500", answer(b"", status="500 No"), (State.OPERATIONAL, Reason.OK)),
        ("GET /a\nsave: x = body.x", answer(b"{}"), (State.MAJOR_OUTAGE, Reason.UNEXPECTED_ANSWER)),
        ("GET /a", b"", (State.MAJOR_OUTAGE, Reason.PROTOCOL_ERROR)),
    ],
)
def test_each_step_must_come_out_right(prober, steps, reply, expected):
    result, _ = look(prober, {"steps": steps}, reply)
    assert (result.state, result.reason) == expected


def test_a_carried_value_makes_no_header_and_no_other_host(prober):
    steps = "GET /a\nsave: x = body.x\n\nGET /{{x}}\nheader: X-A: {{x}}"
    reply = answer(b'{"x": "@evil.example.com/\\r\\nX-B: 1"}')
    result, requests = look(prober, {"steps": steps}, reply)
    assert (result.reason, len(requests)) == (Reason.OK, 2)
    assert b"\r\nX-B: 1" not in requests[1]


@pytest.mark.parametrize(
    ("steps", "words"),
    [
        ("GET health", "Line 1: A step begins as in GET /health"),
        ("GET //evil.example.com/", "Line 1: A path begins with one /"),
        ("GET http://evil.example.com/", "Line 1: A step begins"),
        ("GET /a\nwait: 3", "Line 2: Expected header:, body:, expect: or save:"),
        ("GET /a\nbody: x", "Line 2: GET sends no body."),
        ("GET /a\nheader: Host: x", "Line 2: Host cannot be set"),
        ("GET /a\nheader: X: {{token}}", "Line 2: {{token}} is not known yet."),
        ("GET /a\nexpect: status = 3", "Line 2:\nstatus = 3\n       ^\nWrite == to compare."),
        ("GET /a\nsave: secret = body.x", "Line 2: Write save: token = body.access_token"),
        ("\n\n".join(["GET /a"] * 11), "Write 1 to 10 steps"),
    ],
)
def test_steps_that_cannot_be_read_are_refused_by_line(steps, words):
    with pytest.raises(BadOptions) as refused:
        PROBE.clean({"steps": steps})
    assert refused.value.errors["steps"][: len(words)] == words
