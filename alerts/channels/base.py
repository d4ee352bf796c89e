"""What every channel gives: a message in, a request out; an answer in, an outcome out."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from monitors.core.states import State


@dataclass(frozen=True, slots=True)
class Message:
    """One notification in words, the same for every channel. Times are aware.

    `subject` is stable over an incident's life but for its leading state word, so that mail threads.
    """

    transition: str  # opened, worse, better, resolved; test, gone
    state: State
    subject: str
    headline: str  # the whole story in one sentence
    facts: tuple[tuple[str, str], ...]  # (label, value) in reading order
    quotes: tuple[tuple[str, str], ...]  # (who, words): the vendor's text as the vendor's
    url: str
    manage_url: str  # where to change what you get
    why: str  # why you get this
    key: str  # idempotency key
    thread: str  # the same for all messages about one incident
    at: datetime  # when it happened
    written_at: datetime  # when this attempt was written
    ask_url: str = ""  # where a reader says whether it is them too; "" where nobody is asked


@dataclass(frozen=True, slots=True)
class HttpRequest:
    """What an HTTP channel wants sent. Its address and headers may be secrets, so `repr` shows neither."""

    url: str = field(repr=False)
    body: bytes = field(repr=False)
    method: str = "POST"
    headers: Mapping[str, str] = field(default_factory=lambda: {"Content-Type": "application/json"}, repr=False)


@dataclass(frozen=True, slots=True)
class MailRequest:
    """What a mail channel wants sent: equal text and HTML parts."""

    to: str
    subject: str
    text: str
    html: str
    headers: Mapping[str, str]


Request = HttpRequest | MailRequest


@dataclass(frozen=True, slots=True)
class Delivered:
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Retry:
    """Try again; `after_s` where the far side named a time, in seconds.

    `maybe_arrived` where the far side had the whole message before it fell silent: trying again may
    show it twice, so that is done once and no more.
    """

    detail: str
    after_s: float | None = None
    maybe_arrived: bool = False


@dataclass(frozen=True, slots=True)
class Rejected:
    """Never try this notification again; `channel_gone` disables the channel and tells its owner."""

    detail: str
    channel_gone: bool = False


Outcome = Delivered | Retry | Rejected


class InvalidConfig(Exception):
    """A channel's settings are not usable; the message says which and what to do."""


@dataclass(frozen=True, slots=True)
class Field:
    """One setting of a channel, as its form shows it."""

    name: str
    label: str
    help: str
    secret: bool = False
    type: str = "text"  # an HTML input type; "url" is also judged as an address to connect to
    required: bool = True


@dataclass(frozen=True, slots=True)
class Channel:
    """A kind of channel.

    `validate` returns the cleaned settings or raises InvalidConfig; `hint` gives what may be shown
    of them; `read` turns the far side's answer (status, headers, body) into an outcome.
    """

    label: str
    fields: tuple[Field, ...]
    validate: Callable[[Mapping[str, str]], dict[str, str]]
    hint: Callable[[Mapping[str, str]], str]
    write: Callable[[Message, Mapping[str, str]], Request]
    read: Callable[[int, Mapping[str, str], bytes], Outcome]
