"""What arrived: a mailbox and a Slack channel that keep their messages in memory and show them as pages."""

import json
from dataclasses import dataclass, field
from datetime import datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from html import escape

from aiosmtpd.smtp import SMTP, Envelope, Session

from kit.clock import clock


@dataclass(frozen=True, slots=True)
class Letter:
    at: datetime
    to: str
    subject: str
    text: str


@dataclass(frozen=True, slots=True)
class Post:
    at: datetime
    text: str
    blocks: tuple[str, ...]


@dataclass(slots=True)
class Inboxes:
    """Both inboxes; also the SMTP handler of the mailbox."""

    letters: list[Letter] = field(default_factory=list)
    posts: list[Post] = field(default_factory=list)

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        content = envelope.content if isinstance(envelope.content, bytes) else (envelope.content or "").encode()
        message = message_from_bytes(content, policy=policy.default)
        body = message.get_body(("plain",)) if isinstance(message, EmailMessage) else None
        text = body.get_content() if body else "(no text part)"
        self.letters.append(Letter(clock(), ", ".join(envelope.rcpt_tos), str(message["Subject"]), text))
        return "250 kept"

    def take_slack(self, body: bytes) -> tuple[int, str]:
        """Keep a message as Slack's incoming webhook would; return the answer it would give."""
        try:
            message = json.loads(body)
            blocks = tuple(_block_text(block) for block in message.get("blocks", []))
            self.posts.append(Post(clock(), str(message["text"]), blocks))
        except (ValueError, KeyError, TypeError, AttributeError):
            return 400, "invalid_payload"
        return 200, "ok"

    def as_json(self) -> dict[str, object]:
        """Both inboxes for a recording: times are ISO 8601 in UTC, oldest first."""
        return {
            "mail": [
                {"at": letter.at.isoformat(), "to": letter.to, "subject": letter.subject} for letter in self.letters
            ],
            "slack": [{"at": post.at.isoformat(), "text": post.text} for post in self.posts],
        }


def _block_text(block: dict[str, object]) -> str:
    """Return the words of one Slack block, as plain text."""
    parts = [block.get("text"), *_listed(block.get("fields")), *_listed(block.get("elements"))]
    return "\n".join(_words(part) for part in parts if part)


def _listed(value: object) -> list[object]:
    return value if isinstance(value, list) else []


def _words(part: object) -> str:
    if isinstance(part, dict):
        return _words(part.get("text", ""))
    return str(part)


def page(title: str, entries: list[tuple[datetime, str, str]]) -> str:
    """Return a plain page of messages, newest first: (when, heading, text)."""
    items = "".join(
        f"<article><p class=when>{at:%d %b %H:%M} UTC</p><h2>{escape(heading)}</h2><pre>{escape(text)}</pre></article>"
        for at, heading, text in reversed(entries)
    )
    return f"""<!doctype html><html lang=en><meta charset=utf-8><meta name=viewport content="width=device-width">
<meta http-equiv=refresh content=3><title>{escape(title)}</title><style>{STYLE}</style>
<nav><a href="/">The outside world</a> <a href="/mail">Mailbox</a> <a href="/slack">Slack</a></nav>
<h1>{escape(title)}</h1>{items or "<p>Nothing yet.</p>"}</html>"""


STYLE = """
:root{color-scheme:light dark}body{font:16px/1.5 system-ui,sans-serif;max-width:44rem;margin:0 auto;padding:1rem}
nav a{margin-right:1rem}article{border-top:1px solid #8886;padding:.75rem 0}h1{font-size:1.4rem}
h2{font-size:1rem;margin:0}pre{white-space:pre-wrap;font:inherit;margin:.25rem 0}.when{margin:0;opacity:.7;font-size:.85rem}
"""
