"""What is kept of an answer for people to read: capped, printable, and with secrets masked."""

import json
import re
from collections.abc import Iterable, Sequence
from urllib.parse import quote

from monitors.probes.base import Answer, Certificate

MAX_BODY = 4_000  # characters
MAX_HEADERS = 40
MAX_VALUE = 500
MASK = "•••"

_SECRET_WORD = r"(?:auth|token|secret|passw|cookie|session|signature|credential|api[-_]?key|apikey|private)"
_SECRET_NAME = re.compile(_SECRET_WORD, re.I)
_SECRET_WORDS = ("key", "sig", "x-amz-security-token")
_CHALLENGES = ("www-authenticate", "proxy-authenticate")  # what the server asks of everybody
# Words that stand after auth= and are no secret: HTTP's schemes, and the ways to log in that mail servers offer.
_SPOKEN = r"(?:Bearer|Basic|PLAIN|LOGIN|NTLM|GSSAPI|EXTERNAL|(?:CRAM|DIGEST)-MD5|SCRAM-SHA-[\w-]+|X?OAUTH\w*)(?![\w-])"
# name=value, "name": "value", name: value. From the telling word on: what comes before it does not matter, and
# a pattern that looked for it would take quadratic time on a server's long word.
_SECRET_PAIR = re.compile(
    rf"((?:{_SECRET_WORD}|\bsig|\bkey)[\w.-]{{0,40}})([\"']?\s?[=:]\s?[\"']?)(?!{_SPOKEN})([^\s\"'&<>,;}}]{{3,}})",
    re.I,
)
_SCHEME = re.compile(r"\b(Bearer|Basic)\s+[A-Za-z0-9+/=._~-]{6,}", re.I)


def is_secret_name(name: str) -> bool:
    """Whether a header or parameter of this name usually holds a secret."""
    lowered = name.lower()
    return lowered not in _CHALLENGES and (bool(_SECRET_NAME.search(name)) or lowered in _SECRET_WORDS)


def masked(text: str) -> str:
    """Return `text` with what looks like a secret in it replaced."""
    return _SCHEME.sub(rf"\1 {MASK}", _SECRET_PAIR.sub(rf"\1\2{MASK}", text))


def printable(text: str) -> str:
    """Return `text` without control characters (PostgreSQL stores no NUL), bidi controls and half pairs.

    Lines may end as HTTP's and mail's do, and are given with a line feed.
    """
    return "".join(c if c.isprintable() or c in "\n\t" else "�" for c in text.replace("\r\n", "\n"))


def text_of(answer: Answer) -> str:
    """Return the body as text, by its declared charset where we know it, else by UTF-8, without a byte order mark."""
    charset = re.search(r"charset=[\"']?([\w.:-]{1,40})", answer.header("content-type"), re.I)
    try:
        text = answer.body.decode(charset[1] if charset else "utf-8", errors="replace")
    except (LookupError, ValueError):  # an unknown charset, or one that is no text encoding
        text = answer.body.decode("utf-8", errors="replace")
    return text.removeprefix("\ufeff")  # .NET and Windows put one before JSON, which no reader of JSON takes


def hidden(text: str, secrets: Iterable[str]) -> str:
    """Return `text` with each of `secrets` replaced, wherever a server has put it."""
    for secret in sorted(filter(None, secrets), key=len, reverse=True):
        for form in {secret, json.dumps(secret)[1:-1], quote(secret, safe="")}:
            text = text.replace(form, MASK)
    return text


def describe(answer: Answer, steps: Sequence[str] = (), secrets: Sequence[str] = ()) -> dict[str, object]:
    """Return what people are shown of an answer; `steps` are the addresses on the way, `secrets` our own."""

    def shown(text: str) -> str:
        return printable(masked(hidden(text, secrets)))

    seen, before = answer.remembered, f"seen {answer.remembered_s:.0f} s before"
    return {
        "status": answer.status,
        "http_version": answer.http_version,
        "tls_version": answer.tls_version or (f"{seen.tls_version}, {before}" if seen and seen.tls_version else ""),
        "address": answer.address,
        "steps": [shown(step) for step in steps],
        "headers": [
            [printable(name)[:100], MASK if is_secret_name(name) else shown(value)[:MAX_VALUE]]
            for name, value in answer.headers[:MAX_HEADERS]
        ],
        "body": shown(text_of(answer)[: 2 * MAX_BODY])[:MAX_BODY],
        "body_bytes": len(answer.body),
        "is_truncated": answer.is_truncated,
        "certificates": chain_shown(answer.certificates or (seen.certificates if seen else ())),
        "certificates_seen": "" if answer.certificates or not seen else before,
        "oddities": list(answer.oddities),
    }


def chain_shown(chain: Iterable[Certificate]) -> list[dict[str, object]]:
    """Return certificates as evidence, the server's own first."""
    return [
        {
            "subject": printable(one.subject),
            "issuer": printable(one.issuer),
            "days_left": one.days_left,
            "names": [printable(name) for name in one.names],
        }
        for one in chain
    ]
