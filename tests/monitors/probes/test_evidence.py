"""What is shown of an answer holds no secret, no control character, and no more than fits."""

import time

import pytest

from monitors.probes.base import Answer, Reason
from monitors.probes.evidence import MASK, describe, masked


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("https://a.example/?token=abc123&page=2", f"https://a.example/?token={MASK}&page=2"),
        ("https://a.example/?api_key=abc123", f"https://a.example/?api_key={MASK}"),
        ("https://a.example/?X-Amz-Signature=abc123", f"https://a.example/?X-Amz-Signature={MASK}"),
        ('{"password": "hunter2", "user": "ann"}', f'{{"password": "{MASK}", "user": "ann"}}'),
        ("Authorization: Bearer abcdef123456", f"Authorization: Bearer {MASK}"),
        ("nothing to hide: 3 authors", "nothing to hide: 3 authors"),
        (
            "* OK [CAPABILITY STARTTLS AUTH=PLAIN AUTH=XOAUTH2] ready",
            "* OK [CAPABILITY STARTTLS AUTH=PLAIN AUTH=XOAUTH2] ready",
        ),
        ("auth=PLAINTEXT12", f"auth={MASK}"),
    ],
)
def test_what_looks_like_a_secret_is_masked(text, expected):
    assert masked(text) == expected


@pytest.mark.parametrize("text", ["x" * 8000, "token" * 1600, "token=" * 1300, '"' * 8000, "key : " * 1300])
def test_masking_takes_no_long_time_on_any_text(text):
    began = time.monotonic()
    masked(text)
    assert time.monotonic() - began < 0.2


def test_secret_headers_keep_their_name_only():
    answer = Answer(Reason.OK, headers=(("set-cookie", "id=42"), ("server", "nginx"), ("x-api-key", "42")))
    assert describe(answer)["headers"] == [["set-cookie", MASK], ["server", "nginx"], ["x-api-key", MASK]]


def test_a_body_is_cut_and_printable():
    answer = Answer(
        Reason.OK, body=b"a\0b\x1b[31m\xff" + b"x" * 10_000, headers=(("content-type", "text/html; charset=utf-99"),)
    )
    body = describe(answer)["body"]
    assert body[:9] == "a�b�[31m�"
    assert len(body) == 4000


def test_a_page_of_a_real_server_has_its_lines():
    body = b"<html>\r\n<title>400 No required SSL certificate was sent</title>\r\n</html>\r\n\rlone"
    assert describe(Answer(Reason.OK, body=body))["body"] == (
        "<html>\n<title>400 No required SSL certificate was sent</title>\n</html>\n�lone"
    )


def test_what_a_server_asks_of_everybody_is_no_secret():
    answer = Answer(Reason.OK, headers=(("www-authenticate", 'Digest realm="staff", nonce="abc"'), ("x-auth", "42")))
    assert describe(answer)["headers"] == [
        ["www-authenticate", 'Digest realm="staff", nonce="abc"'],
        ["x-auth", MASK],
    ]
