"""Slack: what it is sent, and what its answers mean."""

import json
import re

import pytest

from alerts.channels.base import Delivered, Rejected, Retry
from alerts.channels.slack import CHANNEL
from tests.alerts.messages import OPENED, hostile

CONFIG = {"url": "https://hooks.slack.com/services/T1/B1/abcdefgh1234"}


def sent(message) -> dict:
    return json.loads(CHANNEL.write(message, CONFIG).body)


def texts(node: object) -> list[dict]:
    """Return every text object of a message."""
    if isinstance(node, dict):
        own = [node] if node.get("type") in ("plain_text", "mrkdwn") else []
        return own + [found for value in node.values() for found in texts(value)]
    return [found for value in node for found in texts(value)] if isinstance(node, list) else []


def test_a_message_has_a_header_its_facts_a_quote_and_our_link():
    body = sent(OPENED)
    assert [block["type"] for block in body["blocks"]] == ["header", "section", "section", "section", "context"]
    assert body["text"] == f"{OPENED.subject}\n{OPENED.headline}"
    assert body["blocks"][0]["text"]["text"] == OPENED.subject
    assert [field["text"] for field in body["blocks"][2]["fields"]] == [f"{a}\n{b}" for a, b in OPENED.facts]
    assert body["blocks"][3]["text"]["text"].startswith("Twilio said at 08:31 JST (investigating):\n“We are")
    assert body["blocks"][4]["elements"][0]["text"] == f"<{OPENED.url}|Open in StatusWire>"


@pytest.mark.parametrize(
    "text",
    [
        "<!channel>",
        "<!here>",
        "<@U1>",
        "<#C1>",
        "<https://evil.example|your bank>",
        "*bold* _it_ ~no~ `code`",
        "&lt;!here&gt;",
    ],
)
def test_nobodys_words_can_mention_link_or_format(text: str):
    body = sent(hostile(text))
    formatted = [found["text"] for found in texts(body["blocks"]) if found["type"] == "mrkdwn"]
    assert formatted == [f"<{OPENED.url}|Open in StatusWire>"]
    assert body["mrkdwn"] is False
    plain = [body["text"], *(found["text"] for found in texts(body["blocks"]) if found["type"] == "plain_text")]
    assert all("<" not in words and ">" not in words for words in plain)
    assert all(re.findall(r"&(?!amp;|lt;|gt;)", words) == [] for words in plain)


@pytest.mark.parametrize("text", ["x" * 5000, "<" * 5000, "&" * 3000])
def test_slacks_limits_are_kept(text: str):
    body = sent(hostile(text))
    assert len(body["blocks"][0]["text"]["text"]) <= 150
    assert all(1 <= len(found["text"]) <= 3000 for found in texts(body["blocks"]))
    assert all(len(field["text"]) <= 2000 for block in body["blocks"] for field in block.get("fields", []))


@pytest.mark.parametrize(
    ("status", "body", "expected"),
    [
        (200, b"ok", Delivered()),
        (200, b"ok\n", Delivered()),
        (200, b"<html>", Rejected("Answered 200: <html>. Slack answers ok: check the URL.")),
        (400, b"invalid_payload", Rejected("Answered 400: invalid_payload.")),
        (400, b"user_not_found", Rejected("Answered 400: user_not_found.", channel_gone=True)),
        (403, b"action_prohibited", Rejected("Answered 403: action_prohibited.")),
        (403, b"invalid_token", Rejected("Answered 403: invalid_token.", channel_gone=True)),
        (404, b"no_service", Rejected("Answered 404: no_service.", channel_gone=True)),
        (404, b"channel_not_found", Rejected("Answered 404: channel_not_found.", channel_gone=True)),
        (410, b"channel_is_archived", Rejected("Answered 410: channel_is_archived.", channel_gone=True)),
        (500, b"rollup_error", Retry("Answered 500: rollup_error.")),
        (500, b"no_service", Retry("Answered 500: no_service.")),
    ],
)
def test_slacks_own_answers(status: int, body: bytes, expected: object):
    assert CHANNEL.read(status, {}, body) == expected
