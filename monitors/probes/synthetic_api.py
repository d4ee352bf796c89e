"""What Twilio's API is asked for a synthetic message, and what it says of one.

Source: https://www.twilio.com/docs/messaging/api/message-resource
"""

import base64
import json
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import timedelta
from email.utils import parsedate_to_datetime
from urllib.parse import urlencode

from kit.addresses import AddressRefused, Target, check_url
from monitors.probes.evidence import hidden, masked, printable

API = "https://api.twilio.com"
_ACCOUNT = re.compile(r"AC[0-9a-fA-F]{32}")
_ADDRESS = re.compile(r"https?://[^/?#@]+/2010-04-01/Accounts/AC[0-9a-fA-F]{32}")
_MESSAGE = re.compile(r"(?:SM|MM)[0-9a-fA-F]{32}")
_DELIVERED = ("delivered", "read")
_FAILED = ("undelivered", "failed", "canceled")


@dataclass(frozen=True, slots=True)
class Call:
    """One request to Twilio's API. Its headers hold a secret."""

    method: str
    url: str
    headers: Mapping[str, str]
    body: bytes | None = None


@dataclass(frozen=True, slots=True)
class Progress:
    """What Twilio says of a message. `words` are for people; `took_us` is by Twilio's own clock, None until delivered."""

    sid: str = ""
    status: str = ""  # Twilio's word
    words: str = ""
    took_us: int | None = None

    @property
    def is_taken(self) -> bool:
        return bool(self.sid) and not self.is_failed

    @property
    def is_delivered(self) -> bool:
        return self.status in _DELIVERED

    @property
    def is_failed(self) -> bool:
        return self.status in _FAILED


def locate(target: str, allowed: Collection[str], own: Collection[str]) -> Target:
    """Return where the account's API is. Raises AddressRefused."""
    if _ACCOUNT.fullmatch(target):
        return check_url(f"{API}/2010-04-01/Accounts/{target}", allowed=allowed, own=own)
    found = check_url(target, allowed=allowed, own=own)
    if not _ADDRESS.fullmatch(target):
        raise AddressRefused("Write the account's SID, AC and 32 more characters, or its address in Twilio's API.")
    if found.scheme != "https" and f"{found.host}:{found.port}" not in allowed and found.host not in allowed:
        raise AddressRefused("A secret goes to this address, so it must start with https://.")
    return found


def submission(target: str, options: Mapping[str, object], valid_s: int, allowed: Collection[str]) -> Call:
    """Return the request that sends a message, which Twilio gives up after `valid_s`. Raises AddressRefused."""
    sender = str(options.get("sender"))
    fields = {
        "To": str(options.get("recipient")),
        "MessagingServiceSid" if sender.startswith("MG") else "From": sender,
        "Body": str(options.get("text")),
        # What is later than this is late anyway, and better not delivered, and not paid for, at all.
        "ValidityPeriod": str(valid_s),
    }
    headers = _headers(target, options) | {"Content-Type": "application/x-www-form-urlencoded"}
    return Call("POST", f"{locate(target, allowed, ())}/Messages.json", headers, urlencode(fields).encode())


def question(target: str, options: Mapping[str, object], sid: str, allowed: Collection[str]) -> Call:
    """Return the request that asks for a message. Raises AddressRefused."""
    return Call("GET", f"{locate(target, allowed, ())}/Messages/{sid}.json", _headers(target, options))


def _headers(target: str, options: Mapping[str, object]) -> dict[str, str]:
    account = target.rpartition("/")[2]
    pair = f"{options.get('user') or account}:{options.get('secret')}"
    return {"Authorization": f"Basic {base64.b64encode(pair.encode()).decode()}", "Accept": "application/json"}


def read(status: int, body: bytes, options: Mapping[str, object]) -> Progress:
    """Return what an answer of the API says. One that is no message has no SID, and words that say why."""
    try:
        document = json.loads(body)
    except (ValueError, RecursionError):
        document = None
    found = document if isinstance(document, dict) else {}
    sid, word = str(found.get("sid") or ""), str(found.get("status") or "").lower()
    if not (200 <= status < 300 and _MESSAGE.fullmatch(sid)):
        code, message = found.get("code"), found.get("message")
        why = f"{status}{f', error {code}' if code else ''}{f': {message}' if message else ''}"
        return Progress(words=_shown(f"The API answered {why}", options))
    code = found.get("error_code")
    words = _shown(f"{word}{f', error {code}' if code else ''}", options)
    return Progress(sid, printable(word)[:20], words, _took_us(found) if word in _DELIVERED else None)


def _took_us(document: Mapping[str, object]) -> int | None:
    """Return the time from when Twilio took the message to when it was delivered; Twilio says whole seconds."""
    try:
        began, ended = (parsedate_to_datetime(str(document[name])) for name in ("date_created", "date_updated"))
        return max(0, int((ended - began) / timedelta(microseconds=1)))
    except (KeyError, ValueError, TypeError):
        return None


def _shown(words: str, options: Mapping[str, object]) -> str:
    secrets = [str(options[name]) for name in ("secret", "recipient") if options.get(name)]
    return hidden(printable(masked(words)), secrets)[:300]
