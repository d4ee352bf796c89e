"""A status that nobody expected says what it asks for, where the answer says so: as nginx, Apache and Go's server do."""

import pytest

from monitors.probes.base import Answer, BadOptions, Reason
from monitors.probes.http import PROBE
from monitors.probes.status_hints import hint
from tests.kit.servers import answer, serving


@pytest.mark.parametrize(
    ("status", "headers", "body", "has_credentials", "expected"),
    [
        (401, {"www-authenticate": 'Basic realm="x"'}, b"", False, " It wants Basic authentication. Give it under Authentication."),
        (401, {"www-authenticate": 'Basic realm="x"'}, b"", True, " It does not take what is given under Authentication."),
        (401, {}, b"", False, " It wants authentication. Give it under Authentication."),
        (401, {"www-authenticate": 'Digest realm="x"'}, b"", True, " It wants Digest authentication, which StatusWire does not speak."),
        (405, {"allow": "GET,HEAD, POST"}, b"", False, " It takes GET, HEAD, POST."),
        (405, {}, b"", False, ""),
        (429, {"retry-after": "30"}, b"", False, " It wants fewer requests (Retry-After: 30). Check it less often."),
        (400, {}, b"The plain HTTP request was sent to HTTPS port", False, " It wants https:// on this port."),
        (400, {}, b"You're speaking plain HTTP to an SSL-enabled server port.", False, " It wants https:// on this port."),
        (400, {}, b"Client sent an HTTP request to an HTTPS server.\n", False, " It wants https:// on this port."),
        (302, {"location": "/login?token=abcdef"}, b"", False, " It leads to /login?token=•••, which was not followed."),
        (503, {}, b"", False, ""),
    ],
)  # fmt: skip
def test_the_hint_is_what_the_answer_says(status, headers, body, has_credentials, expected):
    seen = Answer(Reason.OK, status=status, headers=tuple(headers.items()), body=body)
    assert hint(seen, has_credentials=has_credentials) == expected


def test_a_redirect_to_where_we_do_not_go_says_who_leads_there(prober):
    with serving(answer(b"", "Location: http://192.168.0.1/", status="302 Found")) as server:
        result = prober.look(server.url, allowed=(server.place,))
    assert result.reason == Reason.BLOCKED
    assert result.summary.startswith("127.0.0.1 redirects, but: 192.168.0.1 is not a public address.")


@pytest.mark.parametrize("field", [{"keyword": "ok"}, {"conditions": "status == 200 and length(body.items) > 0"}])
def test_a_head_request_cannot_be_asked_for_its_body(field):
    with pytest.raises(BadOptions) as refused:
        PROBE.clean({"method": "HEAD", **field})
    assert refused.value.errors == dict.fromkeys(field, "HEAD gets no body to look into. Choose GET.")
    assert PROBE.clean({"method": "HEAD", "conditions": 'header["x-a"] exists'})["method"] == "HEAD"
