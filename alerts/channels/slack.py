"""Slack, by an incoming webhook (https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks).

Everything but our own link is plain text: Slack then neither formats it nor makes mentions or links
of it. `&`, `<` and `>` are escaped all the same, as Slack asks for any text.
"""

import json
from collections.abc import Mapping

from alerts.channels.base import Channel, Delivered, Field, HttpRequest, InvalidConfig, Message, Outcome, Rejected
from alerts.channels.text import lines, one_line
from alerts.channels.web import answered, failure, recognisable, web_url

# Slack's limits, in characters: https://docs.slack.dev/reference/block-kit/blocks
HEADER_LENGTH = 150
TEXT_LENGTH = 2900
FIELD_LENGTH = 1900
FIELDS_PER_SECTION = 10

# Answers that say this webhook will never work again, whatever their status.
GONE_WORDS = frozenset(
    {
        "no_service", "no_service_id", "no_active_hooks", "invalid_token", "channel_not_found", "channel_is_archived",
        "no_team", "team_disabled", "user_not_found",
    }
)  # fmt: skip


def validate(config: Mapping[str, str]) -> dict[str, str]:
    url = web_url(config.get("url", ""))
    if url is None:
        raise InvalidConfig("Paste the whole webhook URL that Slack shows, such as https://hooks.slack.com/services/…")
    return {"url": url}


def hint(config: Mapping[str, str]) -> str:
    return recognisable(config["url"])


def write(message: Message, config: Mapping[str, str]) -> HttpRequest:
    body = {
        "text": _fitted(f"{message.subject}\n{message.headline}", TEXT_LENGTH),
        "mrkdwn": False,
        "unfurl_links": False,
        "unfurl_media": False,
        "blocks": _blocks(message),
    }
    return HttpRequest(url=config["url"], body=json.dumps(body).encode())


def read(status: int, headers: Mapping[str, str], body: bytes) -> Outcome:
    words = body[:200].decode(errors="replace").strip()
    if status == 200:
        # Anything else at 200 is somebody's web page: taking it for Slack would swallow every alert.
        return Delivered() if words == "ok" else Rejected(f"{answered(status, body)} Slack answers ok: check the URL.")
    if status < 500 and words in GONE_WORDS:
        return Rejected(answered(status, body), channel_gone=True)
    return failure(status, headers, body)


def _blocks(message: Message) -> list[dict[str, object]]:
    blocks: list[dict[str, object]] = [
        {"type": "header", "text": _plain(one_line(message.subject, HEADER_LENGTH), HEADER_LENGTH)},
        {"type": "section", "text": _plain(message.headline)},
    ]
    facts = [_plain(f"{label}\n{value}", FIELD_LENGTH) for label, value in message.facts]
    for start in range(0, len(facts), FIELDS_PER_SECTION):
        blocks.append({"type": "section", "fields": facts[start : start + FIELDS_PER_SECTION]})
    for who, words in message.quotes:
        blocks.append({"type": "section", "text": _plain(f"{one_line(who, 200)}:\n“{words}”")})
    link = {"type": "mrkdwn", "text": f"<{_escaped(message.url)}|Open in StatusWire>", "verbatim": True}
    if message.ask_url:
        ask = _escaped(message.ask_url)
        words = f"Is it you too? <{ask}?answer=yes|Yes, me too> · <{ask}?answer=no|No, it works>"
        blocks.append({"type": "section", "text": {"type": "mrkdwn", "text": words, "verbatim": True}})
    blocks.append({"type": "context", "elements": [link, _plain(message.why, 300)]})
    return blocks


def _plain(text: str, limit: int = TEXT_LENGTH) -> dict[str, object]:
    return {"type": "plain_text", "text": _fitted(text, limit) or " ", "emoji": False}


def _fitted(text: str, limit: int) -> str:
    """Return `text` escaped and within `limit`: escaping may make it five times as long."""
    whole = _escaped(lines(text, limit))
    return whole if len(whole) <= limit else _escaped(lines(text, limit // 5))


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


CHANNEL = Channel(
    label="Slack",
    fields=(
        Field(
            name="url",
            label="Incoming webhook URL",
            help="In Slack: Apps, Incoming Webhooks, Add to Slack, choose the channel, copy the URL.",
            secret=True,
            type="url",
        ),
    ),
    validate=validate,
    hint=hint,
    write=write,
    read=read,
)
