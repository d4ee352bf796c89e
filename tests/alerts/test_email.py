"""E-mail: addresses, headers, and two parts that say the same."""

import html
import re
from dataclasses import replace

import pytest

from alerts.channels.base import InvalidConfig
from alerts.channels.email import CHANNEL
from tests.alerts.messages import OPENED, hostile

CONFIG = {"address": "ops@example.com"}


@pytest.mark.parametrize(
    "address",
    [
        "ops@example.com",
        "o'neil+alerts@mail.example.co.jp",
        "a@b.io",
        " padded@example.com ",
        "x_y-z@xn--bcher-kva.example",
    ],
)
def test_one_plain_address_is_taken(address: str):
    assert CHANNEL.validate({"address": address}) == {"address": address.strip()}


@pytest.mark.parametrize(
    "address",
    [
        "a@x.example, b@y.example", "a@x.example;b@y.example", "a@x.example b@y.example", "Ops <ops@example.com>",
        "ops@example.com\r\nBcc: x@y.example", "ops@exam\u2028ple.com", "ops@", "@example.com", "ops@localhost",
        "ops@127.0.0.1", "ops@[127.0.0.1]", '"a b"@example.com', "a..b@example.com", ".a@example.com", "a@-x.example",
        "a@x..example", f"{'a' * 65}@example.com", f"a@{'b' * 250}.com", "ops@example.com(comment)", "öps@example.com",
    ],
)  # fmt: skip
def test_anything_else_is_refused(address: str):
    with pytest.raises(InvalidConfig):
        CHANNEL.validate({"address": address})


def test_the_headers_thread_an_incident_and_name_the_attempts_key():
    mail = CHANNEL.write(OPENED, CONFIG)
    assert mail.headers == {
        "Message-ID": "<K3y_of-this@status.example>",
        "Auto-Submitted": "auto-generated",
        "X-Auto-Response-Suppress": "All",
        "List-Unsubscribe": "<https://status.example/o/acme/alerts/>",
        "In-Reply-To": "<0123456789abcdef@status.example>",
        "References": "<0123456789abcdef@status.example>",
        "X-StatusWire-Incident": "0123456789abcdef",
    }


def test_what_is_about_no_incident_starts_no_thread():
    mail = CHANNEL.write(replace(OPENED, thread=OPENED.key), CONFIG)
    assert not {"In-Reply-To", "References", "X-StatusWire-Incident"} & set(mail.headers)


def test_the_first_line_is_the_whole_story():
    assert CHANNEL.write(OPENED, CONFIG).text.split("\n")[0] == OPENED.headline


@pytest.mark.parametrize("text", ["a\r\nBcc: x@example.com", "a\nb", "a\u2028b", "a\x0bb", "a\x00b", "a\x85b"])
def test_a_line_break_in_a_name_becomes_a_blank_and_the_mail_is_sent(text: str):
    mail = CHANNEL.write(hostile(text), CONFIG)
    for value in (mail.subject, *mail.headers.values()):
        assert value.isprintable()
    assert re.fullmatch(r"\[DOWN\] a (Bcc: x@example.com|b)", mail.subject)


def test_a_subject_has_its_end():
    mail = CHANNEL.write(hostile("x" * 40_000), CONFIG)
    assert (len(mail.subject), mail.subject[-1]) == (200, "…")


def test_html_shows_the_text_and_nothing_of_it_is_markup():
    mail = CHANNEL.write(hostile("<script>alert(1)</script> & <img src=x onerror=y>"), CONFIG)
    assert set(re.findall(r"<(\w+)", mail.html)) <= {
        "html", "head", "meta", "title", "body", "div", "p", "table", "tr", "th", "td", "blockquote", "br", "a",
    }  # fmt: skip
    assert re.findall(r'(?:src|href)="([^"]*)"', mail.html) == [OPENED.url, OPENED.manage_url]


@pytest.mark.parametrize("message", [OPENED, hostile("“é” <b> & 'x'")])
def test_both_parts_say_the_same(message):
    mail = CHANNEL.write(message, CONFIG)
    body = mail.html[mail.html.index("<body") :]
    shown = html.unescape(re.sub(r"<[^>]+>", " ", body.replace("</th>", ":")))
    assert re.findall(r"\w+", shown) == re.findall(r"\w+", mail.text)
