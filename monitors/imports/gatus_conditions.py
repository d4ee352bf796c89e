"""The conditions of Gatus, such as `[STATUS] == 200`, as ours."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from monitors.imports.base import Impossible
from monitors.imports.writing import body_path, literal, pattern, quoted, seconds_of

_CONDITION = re.compile(r"(?P<left>.+?)\s*(?P<operator>==|!=|<=|>=|<|>)\s*(?P<right>.*)")
_LEFT = re.compile(r"(?P<function>len|has)?\(?\[(?P<name>[A-Z_]+)\](?P<path>[^)]*)\)?")
_NUMBER = re.compile(r"-?\d{1,15}(\.\d{1,15})?")
_TIMED = ("http", "tcp", "tls", "ping", "websocket", "dns", "smtp")
_OF = {  # name of Gatus -> kinds of monitors that know it
    "STATUS": ("http", "websocket"),
    "RESPONSE_TIME": _TIMED,
    "BODY": ("http", "dns"),
    "IP": ("http", "tcp"),
    "CERTIFICATE_EXPIRATION": ("http", "tls"),
    "DOMAIN_EXPIRATION": ("http", "tcp", "tls", "ping", "dns", "smtp", "websocket"),
    "DNS_RCODE": ("dns",),
    "CONNECTED": _TIMED,
}


@dataclass(slots=True)
class Judged:
    """What the conditions of one endpoint become."""

    conditions: list[str] = field(default_factory=list)
    statuses: str = ""  # where the status must be one of some
    records: list[str] = field(default_factory=list)  # of DNS
    domain_days: int | None = None
    lost: list[str] = field(default_factory=list)


def judged(kind: str, conditions: list[str]) -> Judged:
    """Return what conditions become for a kind of monitor; those that nothing of ours says are lost, and told."""
    found = Judged()
    for condition in conditions:
        try:
            _add(found, kind, condition)
        except Impossible as error:
            found.lost.append(f"Condition {condition[:80]}: {error}")
    return found


def _add(found: Judged, kind: str, condition: str) -> None:
    match = _CONDITION.fullmatch(condition.strip())
    left = _LEFT.fullmatch(match["left"]) if match else None
    if not match or not left or left["name"] not in _OF:
        raise Impossible("nothing of StatusWire says this.")
    if kind not in _OF[left["name"]]:
        raise Impossible(f"a monitor of the kind {kind} does not see it.")
    _WRITERS[left["name"]](found, kind, left.groupdict(""), match["operator"], match["right"].strip())


Left = Mapping[str, str]


def _status(found: Judged, kind: str, left: Left, operator: str, right: str) -> None:
    codes = _any_of(right) or [right]
    if not all(re.fullmatch(r"\d{3}", code) for code in codes):
        raise Impossible("this is no status.")
    if operator == "==" and kind == "http" and not found.statuses:
        found.statuses = ",".join(codes)
    else:
        found.conditions.append(_compared("status", operator, right))


def _response_time(found: Judged, kind: str, left: Left, operator: str, right: str) -> None:
    if not re.fullmatch(r"\d{1,9}", right):
        raise Impossible("a response time is a number of milliseconds.")
    found.conditions.append(f"total {operator} {right}ms")


def _days(found: Judged, kind: str, left: Left, operator: str, right: str) -> None:
    if operator not in (">", ">="):
        raise Impossible("only how long it is still good can be asked for.")
    days = round(seconds_of(right, "the time") / 86_400)
    if left["name"] == "DOMAIN_EXPIRATION":
        found.domain_days = max(1, min(days, 365))
    else:
        found.conditions.append(f"certificate_days {operator} {days}")


def _body(found: Judged, kind: str, left: Left, operator: str, right: str) -> None:
    if kind == "dns":
        if operator != "==" or left["path"] or left["function"]:
            raise Impossible("of DNS, StatusWire compares records as a whole.")
        found.records.extend(_any_of(right) or [right])
        return
    path = body_path(left["path"]) if left["path"] else "body"
    if path is None:
        raise Impossible("its path is more than names and numbers.")
    if left["function"] == "has":
        if operator != "==" or right not in ("true", "false"):
            raise Impossible("has is true or false.")
        found.conditions.append(f"{'not ' if right == 'false' else ''}{path} exists")
    elif left["function"] == "len":
        found.conditions.append(_compared(f"length({path})", operator, right))
    else:
        found.conditions.append(_compared(path, operator, right))


def _address(found: Judged, kind: str, left: Left, operator: str, right: str) -> None:
    found.conditions.append(_compared("address", operator, right))


def _rcode(found: Judged, kind: str, left: Left, operator: str, right: str) -> None:
    found.conditions.append(_compared("rcode", operator, right))


def _connected(found: Judged, kind: str, left: Left, operator: str, right: str) -> None:
    """That it is connected goes without saying here."""
    if (operator, right) not in (("==", "true"), ("!=", "false")):
        raise Impossible("a target that must not answer cannot be watched.")


def _compared(path: str, operator: str, right: str) -> str:
    """Return a comparison with a literal, with any(…), or with pat(…)."""
    negated = {"==": "", "!=": "not "}.get(operator)
    glob = re.fullmatch(r"pat\((.*)\)", right)
    choices = _any_of(right)
    if (glob or choices) and negated is None:
        raise Impossible("any and pat go with == or != only.")
    if not (glob or choices or negated is not None or _NUMBER.fullmatch(right)):
        raise Impossible("more and less go with numbers only.")
    if glob:
        return f"{negated}{path} matches {pattern(_regex(glob[1]))}"
    if choices:
        return f"{negated}{path} in [{', '.join(_literal(path, choice) for choice in choices)}]"
    return f"{path} {operator} {_literal(path, right)}"


def _literal(path: str, text: str) -> str:
    return literal(text) if path == "status" or path.startswith(("body.", "body[", "length(")) else quoted(text)


def _any_of(right: str) -> list[str]:
    match = re.fullmatch(r"any\((.*)\)", right)
    return [choice.strip() for choice in match[1].split(",")] if match else []


def _regex(glob: str) -> str:
    """Return a pattern of Gatus, in which * stands for anything, as a regular expression for the whole."""
    body = ".*".join(re.escape(piece) for piece in glob.split("*"))
    return f"(?s)^{body}$".removesuffix(".*$").replace("(?s)^.*", "(?s)", 1)


_WRITERS = {
    "STATUS": _status,
    "RESPONSE_TIME": _response_time,
    "CERTIFICATE_EXPIRATION": _days,
    "DOMAIN_EXPIRATION": _days,
    "BODY": _body,
    "IP": _address,
    "DNS_RCODE": _rcode,
    "CONNECTED": _connected,
}
