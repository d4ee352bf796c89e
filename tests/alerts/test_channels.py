"""What every channel promises, over all that exist."""

import dataclasses
import json

import pytest

from alerts.channels.base import Channel, Delivered, HttpRequest, InvalidConfig, MailRequest, Rejected, Retry
from alerts.services import channel_kinds
from tests.alerts.messages import OPENED, hostile

KINDS = channel_kinds()
SECRET = "T0K3N-that-opens-it"
CONFIGS = {
    "email": {"address": "ops@example.com"},
    "slack": {"url": f"https://hooks.slack.com/services/T1/B1/{SECRET}"},
    "webhook": {"url": f"https://example.com/hook/{SECRET}", "secret": "whsec_c2l4dGVlbiBieXRlcyBvciBtb3Jl"},
}
HTTP_KINDS = ["slack", "webhook"]


def words_of(request: object) -> str:
    """Return all that a reader of a request sees, decoded."""
    if isinstance(request, MailRequest):
        return f"{request.subject}\n{request.text}"
    assert isinstance(request, HttpRequest)
    return json.dumps(json.loads(request.body), ensure_ascii=False)


def test_every_kind_is_tested_here():
    assert set(KINDS) == set(CONFIGS)


@pytest.mark.parametrize("name", KINDS)
def test_settings_survive_their_own_check(name: str):
    assert KINDS[name].validate(CONFIGS[name]) == CONFIGS[name]


@pytest.mark.parametrize("name", KINDS)
def test_settings_are_asked_for_by_name(name: str):
    assert {field.name for field in KINDS[name].fields} == set(CONFIGS[name])


@pytest.mark.parametrize("name", KINDS)
@pytest.mark.parametrize("value", ["", " ", "x", "\x00", "https://", "javascript:x", "a" * 5000, "https://[::1"])
def test_no_kind_takes_rubbish(name: str, value: str):
    for field in KINDS[name].fields:
        with pytest.raises(InvalidConfig):
            KINDS[name].validate(CONFIGS[name] | {field.name: value})


@pytest.mark.parametrize("name", KINDS)
def test_the_whole_story_is_told(name: str):
    words = words_of(KINDS[name].write(OPENED, CONFIGS[name]))
    for part in (
        OPENED.subject,
        OPENED.headline,
        "Degraded (confirmed, 92% sure)",
        "investigating",
        OPENED.url,
        OPENED.why,
    ):
        assert part in words


@pytest.mark.parametrize("name", HTTP_KINDS)
def test_no_secret_shows_in_a_hint_or_a_repr(name: str):
    request = KINDS[name].write(OPENED, CONFIGS[name])
    assert SECRET in request.url
    assert SECRET not in KINDS[name].hint(CONFIGS[name])
    assert SECRET not in repr(request)


@pytest.mark.parametrize("name", KINDS)
@pytest.mark.parametrize("text", ["{{7*7}}", "${x}", "%(x)s", "{0.__class__}", "{% now %}", "$headline"])
def test_text_that_looks_like_a_template_stays_as_it_is(name: str, text: str):
    assert text in words_of(KINDS[name].write(hostile(text), CONFIGS[name]))


@pytest.mark.parametrize("name", KINDS)
@pytest.mark.parametrize(
    "text", ["\r\nBcc: x@example.com", "\x00\x1b[31m", "\u2028", "\ud800", "é" * 3000, "", "\u202egnp"]
)
def test_any_text_can_be_written_and_sent_and_no_header_has_a_second_line(name: str, text: str):
    request = KINDS[name].write(hostile(text), CONFIGS[name])
    in_headers = [*request.headers.values(), *([request.subject] if isinstance(request, MailRequest) else [])]
    assert [value for value in in_headers if len(value.splitlines()) > 1] == []
    assert words_of(request).encode()


@pytest.mark.parametrize("name", HTTP_KINDS)
@pytest.mark.parametrize(
    ("status", "headers", "expected"),
    [
        (429, {"Retry-After": "30"}, Retry("Answered 429: x.", after_s=30.0)),
        (429, {"retry-after": "soon"}, Retry("Answered 429: x.")),
        (429, {}, Retry("Answered 429: x.")),
        (
            503,
            {"Retry-After": "Sat, 24 Jan 2026 23:10:00 GMT", "Date": "Sat, 24 Jan 2026 23:09:15 GMT"},
            Retry("Answered 503: x.", after_s=45.0),
        ),
        (500, {}, Retry("Answered 500: x.")),
        (408, {}, Retry("Answered 408: x.")),
        (400, {}, Rejected("Answered 400: x.")),
        (403, {}, Rejected("Answered 403: x.")),
        (410, {}, Rejected("Answered 410: x.", channel_gone=True)),
        (
            302,
            {"Location": "https://elsewhere.example/"},
            Rejected("Answered 302: x. We do not follow redirects: enter the address it leads to."),
        ),
    ],
)
def test_answers_over_http_mean_the_same_everywhere(name: str, status: int, headers: dict[str, str], expected: object):
    assert KINDS[name].read(status, headers, b"x") == expected


@pytest.mark.parametrize("name", KINDS)
def test_a_far_sides_words_are_cut_short_and_printable(name: str):
    outcome = KINDS[name].read(500, {}, b"\x00\x1b[2J\r\n<html>" + b"y" * 100_000)
    assert len(outcome.detail) < 300
    assert outcome.detail.isprintable()


def test_a_channel_is_a_frozen_value():
    with pytest.raises(dataclasses.FrozenInstanceError):
        KINDS["email"].label = "x"
    assert all(isinstance(kind, Channel) for kind in KINDS.values())


def test_delivered_says_nothing_by_itself():
    assert Delivered() == Delivered("")
