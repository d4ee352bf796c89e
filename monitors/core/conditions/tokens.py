"""The words of a condition, each with the place where it stands."""

import re
from dataclasses import dataclass
from enum import StrEnum

MAX_LENGTH = 500  # characters of one condition


class ConditionError(ValueError):
    """A condition that cannot be read. `message` says what was expected, `at` is the offset of the fault.

    Its text is three lines for a fixed-width font: the condition, a caret below the fault, the message.
    """

    def __init__(self, text: str, at: int, message: str) -> None:
        # A tab or a line break would move the caret away from its character.
        line = "".join(c if c.isprintable() else " " for c in text)
        shift = max(0, at - 60)
        super().__init__(f"{line[shift : shift + 80]}\n{' ' * (at - shift)}^\n{message}")
        self.at, self.message = at, message


class Kind(StrEnum):
    NAME = "a name"
    NUMBER = "a number"
    DURATION = "a time"
    TEXT = "a text"
    REGEX = "a pattern"
    SIGN = "a sign"
    END = "the end"


@dataclass(frozen=True, slots=True)
class Token:
    """One word. `value` is a number, microseconds of a duration, a text without its quotes, or the word itself."""

    kind: Kind
    value: str | float
    at: int
    source: str

    def __str__(self) -> str:
        return "the end" if self.kind == Kind.END else self.source if len(self.source) <= 30 else f"{self.source[:30]}…"


MICROSECONDS = {"us": 1, "ms": 1000, "s": 1_000_000, "m": 60_000_000, "h": 3_600_000_000, "d": 86_400_000_000}

_TOKEN = re.compile(
    r"""(?P<space>\s+)
      | (?P<number>-?\d+(?:\.\d+)?)(?:[ ](?=(?:us|ms|s|m|h|d)\b))?(?P<unit>[A-Za-zµ%]*)
      | (?P<name>[A-Za-z_][A-Za-z0-9_-]*)
      | "(?P<text>(?:[^"\\]|\\.)*)"
      | /(?P<regex>(?:[^/\\]|\\.)*)/(?P<flags>[a-z]*)
      | (?P<sign><=|>=|==|!=|[<>()\[\],.])""",
    re.X,
)
_ESCAPE = re.compile(r"\\(.)")
_HINTS = {
    "=": "Write == to compare.",
    "&": "Write the word and.",
    "|": "Write the word or.",
    "!": "Write the word not, or != for unequal.",
    "'": 'Write texts in double quotes, as in "ok".',
    '"': 'This text has no end. Close it with a second ".',
    "/": "This pattern has no end. Close it with a second /.",
}


def tokens(text: str) -> list[Token]:
    """Return the words of a condition with an END at last. Raises ConditionError."""
    if len(text) > MAX_LENGTH:
        raise ConditionError(
            text, MAX_LENGTH, f"A condition has at most {MAX_LENGTH} characters; this has {len(text)}."
        )
    found, at = [], 0
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None:
            raise ConditionError(text, at, _HINTS.get(text[at], f"{text[at]!r} has no meaning here."))
        if not match["space"]:
            found.append(_token(text, match))
        at = match.end()
    return [*found, Token(Kind.END, "", len(text), "")]


def _token(text: str, match: re.Match[str]) -> Token:
    at, source = match.start(), match[0]
    if match["number"]:
        return _number(text, match)
    if match["name"]:
        return Token(Kind.NAME, source, at, source)
    if match["text"] is not None:
        return Token(
            Kind.TEXT, _ESCAPE.sub(lambda m: {"n": "\n", "t": "\t"}.get(m[1], m[1]), match["text"]), at, source
        )
    if match["regex"] is not None:
        if match["flags"] not in ("", "i"):
            raise ConditionError(
                text, match.start("flags"), "After a pattern only i may stand: upper and lower case alike."
            )
        flag = "(?i)" if match["flags"] else ""
        return Token(Kind.REGEX, flag + match["regex"].replace("\\/", "/"), at, source)
    return Token(Kind.SIGN, source, at, source)


def _number(text: str, match: re.Match[str]) -> Token:
    unit, number = match["unit"].replace("µ", "u"), float(match["number"])
    if not unit:
        return Token(Kind.NUMBER, number, match.start(), match[0])
    if unit not in MICROSECONDS:
        known = ", ".join(MICROSECONDS)
        raise ConditionError(
            text, match.start("unit"), f"{match['unit']} is not a unit. Write one of {known}, as in 800ms."
        )
    return Token(Kind.DURATION, number * MICROSECONDS[unit], match.start(), match[0])
