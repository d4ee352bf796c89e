"""The text in which people write the steps of a check, one block of lines for each.

POST /login
header: Accept: application/json
body: {"user": "{{user}}", "password": "{{secret}}"}
expect: status == 200
save: token = body.access_token

GET /me
header: Authorization: Bearer {{token}}
expect: body.name == "Ann"
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from monitors.core.conditions import Condition, Names, Path, parse, parse_path
from monitors.probes.http_rules import METHODS, OURS

MAX_STEPS = 10
GIVEN = ("user", "secret")  # names that the form fills
_FIRST = re.compile(r"([A-Za-z]+)\s+(/\S*)")
_LINE = re.compile(r"(header|body|expect|save)\s*:\s?(.*)", re.I)
_SAVE = re.compile(r"([A-Za-z_][A-Za-z0-9_]{0,39})\s*=\s*(.+)")
_USE = re.compile(r"\{\{\s*([A-Za-z_][A-Za-z0-9_]*)\s*\}\}")
_HEADER = re.compile(r"([A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}):\s*(.*)")


@dataclass(slots=True)
class Step:
    """One request and what must come of it. Texts may hold {{name}}, filled from `saves` of earlier steps."""

    method: str
    path: str
    headers: list[tuple[str, str]] = field(default_factory=list)
    body: str = ""
    expects: list[Condition] = field(default_factory=list)
    saves: list[tuple[str, Path]] = field(default_factory=list)

    @property
    def title(self) -> str:
        return f"{self.method} {self.path}"


def read_steps(text: str, names: Names) -> list[Step]:
    """Return the steps of a text. Raises ValueError with the number of the line, and what was expected."""
    steps: list[Step] = []
    known, is_between = set(GIVEN), True
    for number, line in enumerate(text.replace("\r\n", "\n").split("\n"), 1):
        try:
            if not line.strip():
                is_between = True
            elif is_between:
                steps.append(_first(line.strip()))
                is_between = False
            else:
                _add(steps[-1], line.strip(), names)
            _judge_names(line, known)
        except ValueError as error:
            gap = "\n" if "\n" in str(error) else " "  # what points at a character has the line to itself
            raise ValueError(f"Line {number}:{gap}{error}") from error
        if steps:
            known |= {name for name, _ in steps[-1].saves}
    if not 1 <= len(steps) <= MAX_STEPS:
        raise ValueError(f"Write 1 to {MAX_STEPS} steps, with an empty line between them.")
    return steps


def _first(line: str) -> Step:
    match = _FIRST.fullmatch(line)
    if not match or match[1].upper() not in METHODS:
        raise ValueError(f"A step begins as in GET /health, with one of {', '.join(METHODS)}.")
    if len(match[2]) > 1000 or match[2].startswith("//") or not match[2].isprintable():
        raise ValueError("A path begins with one / and has at most 1,000 characters. All steps go to one host.")
    return Step(match[1].upper(), match[2])


def _add(step: Step, line: str, names: Names) -> None:
    match = _LINE.fullmatch(line)
    if not match:
        raise ValueError("Expected header:, body:, expect: or save:, or an empty line before the next step.")
    what, rest = match[1].lower(), match[2].strip()
    if what == "header":
        step.headers.append(_header(rest))
    elif what == "body":
        step.body = f"{step.body}\n{rest}" if step.body else rest
        if step.method in ("GET", "HEAD"):
            raise ValueError(f"{step.method} sends no body.")
    elif what == "expect":
        step.expects.append(parse(rest, names))
    else:
        saved = _SAVE.fullmatch(rest)
        if not saved or saved[1] in GIVEN:
            raise ValueError("Write save: token = body.access_token, with a name of your own.")
        step.saves.append((saved[1], parse_path(saved[2].strip(), names)))


def _header(rest: str) -> tuple[str, str]:
    match = _HEADER.fullmatch(rest)
    if not match or not match[2].isprintable() or not match[2].isascii():
        raise ValueError("Write header: Accept: application/json.")
    if match[1].lower() in OURS:
        raise ValueError(f"{match[1]} cannot be set: StatusWire sets it itself, or it could open other doors.")
    return match[1], match[2]


def _judge_names(line: str, known: set[str]) -> None:
    for name in _USE.findall(line):
        if name not in known:
            raise ValueError(
                f"{{{{{name}}}}} is not known yet. Save it in an earlier step; there are {', '.join(sorted(known))}."
            )


def filled(text: str, values: Mapping[str, str]) -> str:
    """Return a text with each {{name}} replaced; what is not known stays empty."""
    return _USE.sub(lambda match: values.get(match[1], ""), text)
