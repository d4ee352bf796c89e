"""What addresses and answers mean to every channel that speaks HTTP."""

from collections.abc import Mapping
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit

from alerts.channels.base import Outcome, Rejected, Retry
from alerts.channels.text import one_line

MAX_URL = 2000  # characters
TOO_MANY = 429
TRY_LATER = frozenset({408, 425, TOO_MANY})
GONE = frozenset({404, 410})


def web_url(raw: str) -> str | None:
    """Return the address without blanks around it, or None if it is not one that HTTP can use."""
    url = raw.strip()
    try:
        parts = urlsplit(url)
        usable = parts.scheme in ("https", "http") and parts.hostname and len(url) <= MAX_URL and url.isprintable()
    except ValueError:
        return None
    return url if usable and not parts.username and " " not in url else None


def recognisable(url: str) -> str:
    """Return the host and the end of an address: enough to tell two apart, no use to post to."""
    return f"{urlsplit(url).hostname}/…{url[-4:]}"


def failure(status: int, headers: Mapping[str, str], body: bytes) -> Outcome:
    """Return the outcome of an answer that is not a success."""
    detail = answered(status, body)
    if status in TRY_LATER or status >= 500:
        return Retry(detail, after_s=retry_after_s(headers))
    if 300 <= status < 400:
        return Rejected(f"{detail} We do not follow redirects: enter the address it leads to.")
    return Rejected(detail, channel_gone=status in GONE)


def answered(status: int, body: bytes) -> str:
    """Return what the far side said, for the delivery log."""
    words = one_line(body[:400].decode(errors="replace"), 120)
    return f"Answered {status}: {words}." if words else f"Answered {status}."


def retry_after_s(headers: Mapping[str, str]) -> float | None:
    """Return the seconds that Retry-After asks for, or None. A date counts from the answer's own Date."""
    found = {name.lower(): value.strip() for name, value in headers.items()}
    value = found.get("retry-after", "")
    if value.isascii() and value.isdigit():
        return float(value[:12])
    try:
        wanted, sent = parsedate_to_datetime(value), parsedate_to_datetime(found.get("date", ""))
        return max((wanted - sent).total_seconds(), 0.0)
    except (TypeError, ValueError):
        return None
