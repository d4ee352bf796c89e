"""The conditions of Gatus, such as `[STATUS] == 200`, as ours.

Gatus compares texts, trims the body, and takes what looks like a number for one: what is written here means the same.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from monitors.imports.base import Impossible
from monitors.imports.gatus_bodies import part_of_body, whole_body
from monitors.imports.gatus_patterns import any_of, compared, glob_of, regex_of, statuses_like, whole
from monitors.imports.writing import among, body_path, in_days, pattern, quoted, seconds_of
from monitors.probes import probe_kinds
from monitors.probes.evidence import masked

_OPERATORS = (" == ", " != ", " <= ", " >= ", " > ", " < ")  # as Gatus looks for them, one after the other
_TIGHT = re.compile(r"(?P<left>.+?)\s*(?P<operator>==|!=|<=|>=|<|>)\s*(?P<right>.*)", re.S)
_LEFT = re.compile(r"(?:(?P<function>len|has)\()?\[(?P<name>[A-Za-z_]+)\](?P<path>[^)]*)(?P<close>\)?)")
_MIRRORED = {"<": ">", ">": "<", "<=": ">=", ">=": "<="}
_OURS = {  # name of Gatus -> what a kind of monitor calls it; nothing: each kind knows it
    "STATUS": ("status",),
    "RESPONSE_TIME": ("total",),
    "BODY": ("body", "answers", "answer"),
    "HEADER": ("header",),
    "IP": ("address",),
    "CERTIFICATE_EXPIRATION": ("certificate_days",),
    "DOMAIN_EXPIRATION": (),
    "DNS_RCODE": ("rcode",),
    "CONNECTED": (),
}
_MOST_RECORDS = 5  # of DNS that are held against a pattern


class _Backwards(Impossible):
    """A condition without which a monitor would tell the opposite."""


@dataclass(slots=True)
class Judged:
    """What the conditions of one endpoint become. `follows` says that redirects are followed, `type` is DNS's."""

    follows: bool = True
    type: str = "A"
    conditions: list[str] = field(default_factory=list)
    statuses: str = ""  # where the status must be one of some
    records: list[str] = field(default_factory=list)  # of DNS
    domain: list[str] = field(default_factory=list)  # conditions of the domain's registration
    expect: str = ""  # of TCP
    lost: list[str] = field(default_factory=list)


def judged(kind: str, conditions: list[str], *, follows: bool = True, type: str = "A") -> Judged:
    """Return what conditions become for a kind of monitor; those that nothing of ours says are lost, and told.

    Raises Impossible where a target must not answer.
    """
    found = Judged(follows=follows, type=type)
    for condition in conditions:
        try:
            _add(found, kind, condition)
        except _Backwards:
            raise
        except Impossible as error:
            found.lost.append(f"Condition {masked(condition)[:80]}: {error}")
    return found


Left = Mapping[str, str]


def _add(found: Judged, kind: str, condition: str) -> None:
    left, operator, right = _parts(condition.strip())
    if not _LEFT.fullmatch(left) and _LEFT.fullmatch(right):
        left, operator, right = right, _MIRRORED.get(operator, operator), left
    match = _LEFT.fullmatch(left)
    name = match["name"].upper() if match else ""
    if not match or name not in _OURS or bool(match["function"]) != bool(match["close"]):
        raise Impossible("nothing of StatusWire says this.")
    if _OURS[name] and not set(_OURS[name]) & probe_kinds()[kind].names.keys():
        raise Impossible(f"a monitor of the kind {kind} does not see it.")
    other = _LEFT.fullmatch(right)
    if other and other["name"].upper() in _OURS:
        raise Impossible("it compares two values of one answer.")
    if other and other["name"].upper() == "CONTEXT":
        raise Impossible("it compares with what an earlier step has kept.")
    if (match["path"] and name not in ("BODY", "HEADER")) or (match["function"] and name != "BODY"):
        raise Impossible("nothing of StatusWire says this.")
    _WRITERS[name](found, kind, match.groupdict("") | {"name": name}, operator, right)


def _parts(condition: str) -> tuple[str, str, str]:
    for operator in _OPERATORS:
        left, found, right = condition.partition(operator)
        if found:
            return left.strip(), operator.strip(), right.strip()
    match = _TIGHT.fullmatch(condition)
    return (match["left"], match["operator"], match["right"].strip()) if match else (condition, "", "")


def _status(found: Judged, kind: str, left: Left, operator: str, right: str) -> None:
    glob = glob_of(right)
    codes = statuses_like(glob) if glob is not None else any_of(right) or [right]
    if (operator, right) == ("==", "0"):  # no answer has come
        _connected(found, kind, left, operator, right)
    if not codes or not all(re.fullmatch(r"\d{3}(-\d{3})?", code) for code in codes):
        raise Impossible("this is no status.")
    # A redirect that is named is not followed by us, and is by Gatus: then it must be a condition.
    is_plain = not (found.follows and any(code[0] == "3" for code in codes))
    if operator == "==" and kind == "http" and not found.statuses and is_plain:
        found.statuses = ",".join(codes)
    elif operator in ("==", "!="):
        found.conditions.append(("not " if operator == "!=" else "") + among("status", codes))
    elif len(codes) > 1 or "(" in right:
        raise Impossible("any and pat go with == or != only.")
    else:
        found.conditions.append(f"status {operator} {right}")


def _response_time(found: Judged, kind: str, left: Left, operator: str, right: str) -> None:
    if re.fullmatch(r"\d{1,9}", right):
        milliseconds = int(right)
    else:
        try:
            milliseconds = round(1000 * seconds_of(right, "the time"))
        except Impossible:
            raise Impossible("a response time is a number of milliseconds.") from None
    found.conditions.append(f"total {operator} {milliseconds}ms")


def _days(found: Judged, kind: str, left: Left, operator: str, right: str) -> None:
    if operator not in (">", ">="):
        raise Impossible("only how long it is still good can be asked for.")
    seconds = int(right) / 1000 if re.fullmatch(r"\d{1,15}", right) else seconds_of(right, "the time")
    days, is_exact = in_days(seconds)
    if not is_exact:
        found.lost.append(f"{left['name']} {operator} {right}: it becomes {days} whole days.")
    if left["name"] == "DOMAIN_EXPIRATION":
        found.domain.append(f"domain_days >= {days}")
    else:
        found.conditions.append(f"certificate_days >= {days}")


def _body(found: Judged, kind: str, left: Left, operator: str, right: str) -> None:
    if kind == "dns":
        _records(found, left, operator, right)
    elif kind == "tcp":
        _answer(found, left, operator, right)
    elif not left["path"]:
        found.conditions.append(whole_body(left["function"], operator, right))
    else:
        path = body_path(left["path"])
        if path is None:
            raise Impossible("its path is more than names and numbers.")
        found.conditions.append(part_of_body(path, left["function"], operator, right))


def _records(found: Judged, left: Left, operator: str, right: str) -> None:
    """Add what a record must be. Gatus sees one of them, a name with its last dot, and of mail exchangers the name."""
    if operator != "==" or left["path"] or left["function"]:
        raise Impossible("of DNS, StatusWire compares records as a whole.")
    glob, names = glob_of(right), any_of(right) or [right]
    if glob is None and found.type != "MX":
        found.records.extend(names)
        return
    regexes = [regex_of(glob)] if glob is not None else [f"(?s)^{re.escape(name)}$" for name in names]
    written = [_record(regex, found.type) for regex in regexes]
    found.conditions.append(
        " or ".join(f"answers[{index}] matches {regex}" for regex in written for index in range(_MOST_RECORDS))
    )


def _record(regex: str, type: str) -> str:
    """Return a pattern for a record as we write it: in small letters, without the last dot."""
    small = re.sub(r"\\?\.\$$", "$", regex).lower()
    return pattern(small.replace("^", "^[0-9]+ ", 1) if type == "MX" else small)


def _answer(found: Judged, left: Left, operator: str, right: str) -> None:
    """Add what a port must answer: one text, which may stand anywhere in it."""
    glob = glob_of(right)
    literal = right if glob is None else glob[1:-1] if glob[:1] == glob[-1:] == "*" else ""
    if (
        operator != "=="
        or left["path"]
        or left["function"]
        or found.expect
        or not literal
        or set(literal) & set("*?[\\")
    ):
        raise Impossible("of TCP, StatusWire looks for one text.")
    found.expect = literal
    if glob is None:
        found.conditions.append(f"answer matches {whole([literal])}")


def _header(found: Judged, kind: str, left: Left, operator: str, right: str) -> None:
    name = left["path"].removeprefix(".")
    if not name or left["path"] == name:
        raise Impossible("it names no header.")
    found.conditions.append(compared(f"header[{quoted(name.lower())}]", operator, right))


def _address(found: Judged, kind: str, left: Left, operator: str, right: str) -> None:
    found.conditions.append(compared("address", operator, right))


def _rcode(found: Judged, kind: str, left: Left, operator: str, right: str) -> None:
    found.conditions.append(compared("rcode", operator, right))


def _connected(found: Judged, kind: str, left: Left, operator: str, right: str) -> None:
    """That it is connected goes without saying here."""
    if (operator, right) not in (("==", "true"), ("!=", "false")):
        raise _Backwards("It must not be connected: down counts as up, which StatusWire does not do.")


_WRITERS = {
    "STATUS": _status,
    "RESPONSE_TIME": _response_time,
    "CERTIFICATE_EXPIRATION": _days,
    "DOMAIN_EXPIRATION": _days,
    "BODY": _body,
    "HEADER": _header,
    "IP": _address,
    "DNS_RCODE": _rcode,
    "CONNECTED": _connected,
}
