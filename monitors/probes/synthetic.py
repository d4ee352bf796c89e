"""A message of our own through Twilio's API, to a phone of the owner's: good is that it was *delivered* in time.

Each send costs its owner money. So nothing is sent unless they have said so, and named the price and a cap; a
check itself sends nothing and asks nothing: monitors.services.synthetic does that at most as often as they said,
within the cap, and what came of the last message is judged here.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from monitors.core.states import State
from monitors.probes.base import KNOWN, Field, Net, Probe, ProbeResult, Reason, failed
from monitors.probes.http_rules import clean_secret, cleaned, one_of, short_text, unreadable_secret
from monitors.probes.job_schedule import seconds
from monitors.probes.synthetic_api import locate

OFF, ON = "nothing yet", "yes, and I pay for them"
SWITCH = (OFF, ON)
LEAST_EVERY_S = 900
MOST_WITHIN_S = 3600
LEAST_WITHIN_S = 30
MAX_TEXT = 100  # characters; in plain ASCII that is one segment, so one price
_PHONE = re.compile(r"\+[1-9][0-9]{6,14}")
_SENDER = re.compile(r"\+[1-9][0-9]{6,14}|MG[0-9a-fA-F]{32}|[0-9]{3,8}|(?=.*[A-Za-z])[A-Za-z0-9 ]{2,11}")
_MONEY = re.compile(r"[0-9]{1,6}(?:\.[0-9]{1,6})?")


@dataclass(frozen=True, slots=True)
class Terms:
    """What the owner agreed to. Money is in whatever currency they are billed in."""

    is_on: bool
    price: Decimal
    monthly_cap: Decimal
    every: timedelta
    within: timedelta

    @classmethod
    def of(cls, options: Mapping[str, object]) -> "Terms":
        """Read stored options. What is missing or unreadable means that nothing is sent."""
        price, cap = (_money_or_nothing(options.get(name)) for name in ("price", "monthly_cap"))
        return cls(
            is_on=options.get("sends") == ON and price > 0,
            price=price,
            monthly_cap=cap,
            every=timedelta(seconds=max(LEAST_EVERY_S, seconds(str(options.get("every") or "6h")))),
            within=timedelta(seconds=seconds(str(options.get("within") or "5m"))),
        )


@dataclass(frozen=True, slots=True)
class Told:
    """What the database knows of a monitor's messages. `fate` is of the last one that is settled.

    `spent` is this month's money, what is set aside included.
    """

    now: datetime
    fate: str = ""  # delivered, not_delivered, refused, lost
    at: datetime | None = None
    words: str = ""
    took_us: int = 0
    is_under_way: bool = False
    is_capped: bool = False
    spent: Decimal = Decimal(0)

    @classmethod
    def of(cls, known: Mapping[str, object]) -> "Told":
        at = known.get("at")
        return cls(
            now=datetime.fromisoformat(str(known["now"])),
            fate=str(known.get("fate") or ""),
            at=datetime.fromisoformat(str(at)) if at else None,
            words=str(known.get("words") or ""),
            took_us=int(str(known.get("took_us") or 0)),
            is_under_way=bool(known.get("is_under_way")),
            is_capped=bool(known.get("is_capped")),
            spent=Decimal(str(known.get("spent") or 0)),
        )


# --- What the owner writes -------------------------------------------------------------------------------


def clean(raw: Mapping[str, str]) -> dict[str, object]:
    """Return options as they are stored. Raises BadOptions with a sentence per field."""
    readers: dict[str, Callable[[str], object]] = {
        "sends": one_of(SWITCH, "The answer"),
        "user": _matching(re.compile(r"(?:SK[0-9a-fA-F]{32})?"), "An API key starts with SK and has 34 characters."),
        "secret": clean_secret,
        "sender": _matching(_SENDER, "Write a number as in +15005550006, a name, or a Messaging Service as in MG…"),
        "recipient": _matching(_PHONE, "Write the number of a phone of yours with its country, as in +4915123456789."),
        "text": _clean_text,
        "within": _span("within", LEAST_WITHIN_S, MOST_WITHIN_S),
        "every": _span("every", LEAST_EVERY_S, 31 * 86_400),
        "price": _clean_money,
        "monthly_cap": _clean_money,
    }
    return cleaned(raw, readers, _judge)


def _matching(pattern: re.Pattern[str], words: str) -> Callable[[str], str]:
    def read(raw: str) -> str:
        text = raw.strip()
        if text and not pattern.fullmatch(text):
            raise ValueError(words)
        return text

    return read


def _clean_text(raw: str) -> str:
    text = short_text("The text", MAX_TEXT)(raw).strip()
    if not text.isascii() or any(c in text for c in "\n\r\t`"):
        raise ValueError("Use plain letters and digits on one line, so that it stays one message of one price.")
    return text


def _span(name: str, least_s: int, most_s: int) -> Callable[[str], str]:
    def read(raw: str) -> str:
        text = raw.strip()
        if text and not least_s <= seconds(text) <= most_s:
            raise ValueError(
                f"From {least_s // 60 or least_s} {'min' if least_s >= 60 else 's'} to {most_s // 3600} h."
            )
        return text

    return read


def _clean_money(raw: str) -> str:
    text = raw.strip()
    if text and (not _MONEY.fullmatch(text) or not Decimal(text)):
        raise ValueError("Write an amount above 0 with a point and without a currency, as in 0.05.")
    return text


def _money_or_nothing(stored: object) -> Decimal:
    text = str(stored or "")
    return Decimal(text) if _MONEY.fullmatch(text) else Decimal(0)


def _judge(options: dict[str, object]) -> dict[str, str]:
    """Return what is missing before anything may be sent."""
    if options["sends"] == OFF:
        return {}
    needed = {
        "secret": "Enter the key's secret, or the auth token.",
        "sender": "Say from which number or Messaging Service.",
        "recipient": "Say to which phone of yours.",
        "text": "Write a text.",
        "price": "Say what one message costs you, so that the cap can be kept.",
        "monthly_cap": "Say how much may be spent in a month.",
    }
    errors = {name: words for name, words in needed.items() if not options[name]}
    price, cap = _money_or_nothing(options["price"]), _money_or_nothing(options["monthly_cap"])
    if not errors and cap < price:
        errors["monthly_cap"] = f"This does not pay for one message of {price}."
    return errors


# --- What it means ---------------------------------------------------------------------------------------


async def probe(target: str, options: Mapping[str, object], timeout_s: float, in_full: bool, net: Net) -> ProbeResult:
    locate(target, net.allowed, ())
    if sealed := unreadable_secret(options, PROBE):
        return sealed
    terms, known = Terms.of(options), options.get(KNOWN)
    told = known.get("told") if isinstance(known, Mapping) else None
    if not isinstance(told, Mapping):
        return failed(Reason.NOT_KNOWN_YET, "Nothing is known of any message yet.")
    return judge(terms, Told.of(told))


def judge(terms: Terms, told: Told) -> ProbeResult:
    """Return what the last message says now. What was not sent says nothing, whatever kept it back."""
    if not terms.is_on:
        return failed(Reason.NOT_KNOWN_YET, f"Nothing is sent. Choose “{ON}” to begin.")
    if told.is_capped:
        words = f"No message was sent: {told.spent:f} of {terms.monthly_cap} a month are spent, and one costs {terms.price}."
        return failed(Reason.COST_CAP, words)
    if told.at is None or not told.fate:
        more = "The first one is under way." if told.is_under_way else "The first one is sent within a minute."
        return failed(Reason.NOT_KNOWN_YET, f"No message has ended yet. {more}")
    if told.fate == "lost" or told.now > told.at + 2 * terms.every + terms.within:
        return failed(
            Reason.NOT_KNOWN_YET, f"What became of the message of {_text(told.at)} is not known. {told.words}".strip()
        )
    if told.fate == "refused":
        return failed(Reason.SEND_REFUSED, f"The message of {_text(told.at)} was not taken. {told.words}")
    if told.fate != "delivered":
        limit = f"{int(terms.within.total_seconds())} s"
        words = f"The message of {_text(told.at)} was not delivered within {limit}: {told.words}."
        return failed(Reason.NOT_DELIVERED, words, total_us=told.took_us)
    words = (
        f"The message of {_text(told.at)} was delivered after {told.took_us / 1e6:.0f} s. "
        f"{told.spent:f} of {terms.monthly_cap} are spent this month."
    )
    return ProbeResult(State.OPERATIONAL, Reason.OK, told.took_us, summary=words)


def _text(at: datetime) -> str:
    return f"{at:%F %H:%M} UTC"


PROBE = Probe(
    label="Synthetic message",
    target_label="Twilio account (AC…)",
    fields=(
        Field("sends", "Send messages", "choice", OFF, SWITCH, help="Each one costs you money, at your own account. Nothing is sent before you say so."),
        Field("sender", "From", help="Your number as in +15005550006, or a Messaging Service as in MG…"),
        Field("recipient", "To", help="A phone of yours, with its country. It gets every one of these messages."),
        Field("text", "Text", initial="StatusWire test message", help="Plain letters and digits, at most 100.", is_extra=True),
        Field("user", "API key", help="SK…; empty: the account itself, with its auth token. A restricted key is better."),
        Field("secret", "Key secret or auth token", "secret", help="Stored encrypted, and masked wherever it appears."),
        Field("within", "Delivered within", initial="5m", help="As in 90s or 5m. Only the receipt “delivered” counts."),
        Field("every", "Send every", initial="6h", help="As in 1h or 1d; at least 15m."),
        Field("price", "Price of one message", help="As you are billed for it, without a currency: 0.05. It is your word that the cap goes by."),
        Field("monthly_cap", "Spend at most", help="In a calendar month (UTC), in the same currency. Then nothing more is sent, and that is no downtime."),
    ),
    locate=locate,
    clean=clean,
    probe=probe,
    is_sending=True,
)  # fmt: skip
