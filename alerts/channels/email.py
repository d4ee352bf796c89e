"""E-mail to one address: text and HTML parts that say the same, threaded by incident."""

import re
from collections.abc import Mapping
from html import escape
from urllib.parse import urlsplit

from alerts.channels.base import Channel, Delivered, Field, InvalidConfig, MailRequest, Message, Outcome, Rejected
from alerts.channels.text import lines, one_line
from monitors.core.states import State

SUBJECT_LENGTH = 200
HEADER_LENGTH = 500
COLOURS = {
    State.UNKNOWN: "#5b6472",
    State.OPERATIONAL: "#1a7f4b",
    State.MAINTENANCE: "#2f5fb3",
    State.DEGRADED: "#a15c00",
    State.PARTIAL_OUTAGE: "#b3420f",
    State.MAJOR_OUTAGE: "#b3182b",
}
# One address as people have them: no display name, list, comment, quoted part or address literal.
ADDRESS = re.compile(
    r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*"
    r"@([A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z][A-Za-z0-9-]{0,61}[A-Za-z0-9]"
)


def validate(config: Mapping[str, str]) -> dict[str, str]:
    address = config.get("address", "").strip()
    if len(address) > 254 or len(address.partition("@")[0]) > 64 or not ADDRESS.fullmatch(address):
        raise InvalidConfig("Enter one e-mail address, such as ops@example.com; make a channel for each address.")
    return {"address": address}


def hint(config: Mapping[str, str]) -> str:
    name, _, domain = config["address"].rpartition("@")
    return f"{name[:1]}…@{domain}"


def write(message: Message, config: Mapping[str, str]) -> MailRequest:
    thread = _message_id(message.thread, message)
    headers = {
        # The same at every attempt: a mail server or reader that got it twice can show it once.
        "Message-ID": _message_id(message.key, message),
        "Auto-Submitted": "auto-generated",
        "X-Auto-Response-Suppress": "All",
        "List-Unsubscribe": f"<{message.manage_url}>",
    }
    if message.thread != message.key:
        headers |= {"In-Reply-To": thread, "References": thread, "X-StatusWire-Incident": message.thread}
    return MailRequest(
        to=config["address"],
        subject=one_line(message.subject, SUBJECT_LENGTH),
        text=_text(message),
        html=_html(message),
        headers={name: one_line(value, HEADER_LENGTH) for name, value in headers.items()},
    )


def read(status: int, headers: Mapping[str, str], body: bytes) -> Outcome:
    """A mail server's reply (status and words), as the sender of mail gives it here."""
    words = one_line(body.decode(errors="replace"), 200)
    if status < 400:
        return Delivered(words)
    return Rejected(f"The mail server said {status}: {words}")


def _message_id(name: str, message: Message) -> str:
    return f"<{re.sub('[^A-Za-z0-9_-]', '', name)}@{urlsplit(message.url).hostname or 'statuswire.invalid'}>"


def _text(message: Message) -> str:
    parts = [
        one_line(message.headline, 2000),
        "\n".join(f"{one_line(label, 100)}: {one_line(value, 1000)}" for label, value in message.facts),
        *(f"{one_line(who, 200)}:\n{_quoted(lines(words, 5000))}" for who, words in message.quotes),
        f"Details: {message.url}",
        f"Is it you too? Yes: {message.ask_url}?answer=yes\nNo, it works: {message.ask_url}?answer=no"
        if message.ask_url
        else "",
        f"{one_line(message.why, 300)} Change what you get: {message.manage_url}",
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def _quoted(text: str) -> str:
    return "\n".join(f"> {line}".rstrip() for line in text.split("\n"))


def _html(message: Message) -> str:
    rows = "".join(
        f'<tr><th align="left" style="{LABEL}">{_safe(label, 100)}</th><td style="{CELL}">{_safe(value, 1000)}</td></tr>'
        for label, value in message.facts
    )
    quotes = "".join(
        f'<p style="{SMALL}">{_safe(who, 200)}:</p><blockquote style="{QUOTE}">{_broken(words)}</blockquote>'
        for who, words in message.quotes
    )
    url, manage_url = escape(message.url), escape(message.manage_url)
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{_safe(message.subject, 200)}</title></head>'
        f'<body style="{BODY}"><div style="border-left: 4px solid {COLOURS[message.state]}; padding-left: 16px">'
        f'<p style="{HEADLINE}">{_safe(message.headline, 2000)}</p>'
        f'<table role="presentation" cellpadding="0" cellspacing="0">{rows}</table>{quotes}'
        f'<p>Details: <a href="{url}">{url}</a></p>{_question(message)}</div>'
        f'<p style="{SMALL}">{_safe(message.why, 300)} Change what you get: <a href="{manage_url}">{manage_url}</a></p>'
        "</body></html>"
    )


def _question(message: Message) -> str:
    if not message.ask_url:
        return ""
    ask = escape(message.ask_url)
    return (
        f'<p>Is it you too? <a href="{ask}?answer=yes">Yes, me too</a> · <a href="{ask}?answer=no">No, it works</a></p>'
    )


def _safe(text: str, limit: int) -> str:
    return escape(one_line(text, limit))


def _broken(text: str) -> str:
    return escape(lines(text, 5000)).replace("\n", "<br>")


BODY = "font: 16px/1.5 system-ui, sans-serif; color: #16202e; max-width: 640px"
HEADLINE = "font-size: 18px; font-weight: 600; margin: 0 0 12px"
LABEL = "padding: 2px 16px 2px 0; font-weight: 600; vertical-align: top; white-space: nowrap"
CELL = "padding: 2px 0; vertical-align: top"
SMALL = "color: #5b6472; font-size: 14px"
QUOTE = "margin: 0 0 12px; padding-left: 12px; border-left: 2px solid #c9d1dc"

CHANNEL = Channel(
    label="E-mail",
    fields=(
        Field(name="address", label="E-mail address", help="One address; a list's own address works.", type="email"),
    ),
    validate=validate,
    hint=hint,
    write=write,
    read=read,
)
