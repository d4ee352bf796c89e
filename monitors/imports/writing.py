"""Write what other tools say as our forms take it: times, tags, conditions, headers."""

import base64
import binascii
import re
from collections.abc import Iterable, Sequence
from math import ceil
from urllib.parse import unquote, urlsplit

from monitors.imports.base import Impossible
from monitors.probes.evidence import is_secret_name, masked
from monitors.probes.judging import MAX_CONDITIONS

MAX_TAGS, MAX_TAG = 10, 30
_UNITS = {"ns": 1e-9, "us": 1e-6, "µs": 1e-6, "ms": 1e-3, "s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800}
_UNITS["y"] = 365 * _UNITS["d"]
_PIECE = re.compile(r"(\d{1,12}(?:\.\d{1,9})?)(ns|us|µs|ms|s|m|h|d|w|y)")
_DAY_S = 86_400
_IN_PATTERNS = {"/": "\\/", "\n": "\\n", "\r": "\\r", "\t": "\\t"}
_OF_CONNECTIONS = {
    "accept-encoding", "connection", "content-length", "keep-alive", "proxy-connection", "te", "transfer-encoding",
    "upgrade",
}  # fmt: skip


def seconds_of(text: str, place: str) -> float:
    """Return a duration such as 1m30s, as Go and Prometheus write them. Raises Impossible, which names the key."""
    pieces = _PIECE.findall(text)
    if not pieces or "".join(map("".join, pieces)) != text:
        raise Impossible(f"{place} is {text[:20]!r}, which is no time. Write it as in 30s or 1m30s.")
    return sum(float(number) * _UNITS[unit] for number, unit in pieces)


def in_days(seconds: float) -> tuple[int, bool]:
    """Return a time in whole days, rounded up, and whether it is as many."""
    days = ceil(seconds / _DAY_S)
    return days, days * _DAY_S == seconds


def among(name: str, codes: Iterable[str]) -> str:
    """Return the condition that a status is one of some: 200, 301-308."""
    ranges = [code.partition("-") for code in codes]
    single = ", ".join(low for low, dash, _ in ranges if not dash)
    parts = [f"{name} >= {low} and {name} <= {high}" for low, dash, high in ranges if dash]
    written = " or ".join([*([f"{name} in [{single}]"] if single else []), *parts])
    return f"({written})" if parts else written


def accepted(codes: Sequence[str], *, follows: bool) -> dict[str, str]:
    """Return the options that one of these statuses is good.

    A redirect that is named is not followed by us; where it is followed elsewhere, the last status must be one of them.
    """
    if follows and any(code[:1] == "3" for code in codes):
        return {"expected_status": "100-599", "conditions": among("status", codes)}
    return {"expected_status": ",".join(codes)}


def without_login(url: str) -> tuple[str, dict[str, str]]:
    """Return an address without the user and the password in it, and the options that send them."""
    scheme, separator, rest = url.partition("://")
    place = re.split(r"[/?#]", rest, maxsplit=1)[0]
    login, at, host = place.rpartition("@")
    if not (separator and at):
        return url, {}
    user, _, password = login.partition(":")
    return f"{scheme}://{host}{rest[len(place) :]}", basic(unquote(user), unquote(password))


def joined(conditions: Sequence[str]) -> str:
    """Return conditions as a form takes them, of which it has ten lines: where there are more, some are joined."""
    lines = list(conditions)
    while len(lines) > MAX_CONDITIONS:
        lines[-2:] = [f"({lines[-2]}) and ({lines[-1]})"]
    return "\n".join(lines)


def whole_seconds(text: str, place: str, lost: list[str]) -> int:
    """Return a duration in whole seconds, at least one; a part of one is rounded up, and told in `lost`."""
    exact = seconds_of(text, place)
    whole = max(1, ceil(exact))
    if whole != exact:
        lost.append(f"{place} is {text}: it becomes {whole} s.")
    return whole


def span(seconds: float) -> str:
    """Return seconds as a span of a form: 90m. At least 10s, which is the shortest."""
    whole = max(10, round(seconds))
    unit = next((name for name in ("d", "h", "m") if whole % _UNITS[name] == 0), "s")
    return f"{whole // int(_UNITS[unit])}{unit}"


def tags_of(names: Iterable[str], lost: list[str] | None = None) -> tuple[str, ...]:
    """Return names as tags: what a tag may not have becomes a space; what is too long or too much is told in `lost`."""
    spaced = [" ".join(re.sub(r"[^\w.:/ -]", " ", name).split()) for name in names]
    whole = list(dict.fromkeys(filter(None, spaced)))
    if lost is not None and (len(whole) > MAX_TAGS or any(len(name) > MAX_TAG for name in whole)):
        lost.append(f"Some of its tags: a monitor has {MAX_TAGS}, of at most {MAX_TAG} characters.")
    return tuple(dict.fromkeys(filter(None, (name[:MAX_TAG].strip() for name in whole))))[:MAX_TAGS]


def quoted(text: str) -> str:
    """Return a text as a condition writes it."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\t", "\\t")
    return f'"{escaped}"'


def literal(text: str) -> str:
    """Return what another tool writes without quotes: a number and true stay as they are, all else is a text."""
    if re.fullmatch(r"-?\d{1,15}(\.\d{1,15})?", text) or text in ("true", "false", "null"):
        return text
    return quoted(text)


def pattern(regex: str, *, ignores_case: bool = False) -> str:
    """Return a regular expression as a condition writes it."""
    escaped = re.sub(r"\\?[\n\r\t]|\\.|/", lambda match: _IN_PATTERNS.get(match[0][-1:], match[0]), regex, flags=re.S)
    return f"/{escaped}/{'i' if ignores_case else ''}"


def body_path(path: str) -> str | None:
    """Return `a.b[0]` as a condition writes it, `body.a.b[0]`; None where it is more than names and numbers."""
    if not re.fullmatch(r"(?:\[\d+\]|\.?[\w$@-]+)(?:\.[\w$@-]+|\[\d+\])*", path):
        return None
    written = "body"
    for index, name in re.findall(r"\[(\d+)\]|\.?([\w$@-]+)", path):
        is_plain = re.fullmatch(r"[A-Za-z_][A-Za-z0-9_-]*", name)
        written += f"[{index}]" if index else f".{name}" if is_plain else f"[{quoted(name)}]"
    return written


def headers_of(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Return the options that send these headers; the one that is a secret goes where secrets are stored.

    Raises Impossible for two secrets.
    """
    plain: list[str] = []
    options: dict[str, str] = {}
    for name, value in pairs:
        line = f"{name}: {value}"
        if "\n" in line or "\r" in line:
            raise Impossible(f"Its header {name[:40]!r} has a line break in it. Write it in one line.")
        if not (is_secret_name(name) or masked(line) != line):
            plain.append(line)
        elif options:
            raise Impossible(
                f"It sends two secrets, {options.get('auth_name') or 'Authorization'} and {name}; one can be stored."
            )
        else:
            options = _auth(name, value)
    return options | ({"headers": "\n".join(plain)} if plain else {})


def without_ours(pairs: Iterable[tuple[str, str]], lost: list[str], url: str = "") -> list[tuple[str, str]]:
    """Return headers without those by which a connection works, which StatusWire sets itself; they are told in `lost`.

    Raises Impossible for Host: what answers to another name than the address has is another target.
    """
    kept = []
    for name, value in pairs:
        if name.lower() == "host":
            if value.lower() == urlsplit(url).netloc.lower():
                continue
            raise Impossible(f"It sends the header Host: {value[:60]}. Remove it, and watch that name in the address.")
        if name.lower() in _OF_CONNECTIONS:
            lost.append(f"Its header {name}: StatusWire sets it itself.")
        else:
            kept.append((name, value))
    return kept


def basic(user: str, password: str) -> dict[str, str]:
    return {"auth": "basic", "auth_name": user, "auth_secret": password}


def _auth(name: str, value: str) -> dict[str, str]:
    scheme, _, rest = value.partition(" ")
    if name.lower() == "authorization" and scheme.lower() == "bearer":
        return {"auth": "bearer", "auth_secret": rest.strip()}
    if name.lower() == "authorization" and scheme.lower() == "basic":
        try:
            user, colon, password = base64.b64decode(rest, validate=True).decode().partition(":")
        except (binascii.Error, UnicodeDecodeError):
            colon = ""
        if colon:
            return basic(user, password)
    return {"auth": "header", "auth_name": name, "auth_secret": value}
