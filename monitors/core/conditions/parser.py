"""Read a condition: a small recursive-descent parser whose errors point at the character.

condition := all ("or" all)*           all := one ("and" one)*
one       := "not" one | "(" condition ")" | comparison
comparison:= value (("==" | "!=" | "<" | "<=" | ">" | ">=") value
                   | "not"? ("contains" value | "matches" pattern | "in" "[" literal, ... "]" | "exists"))?
value     := 200 | 800ms | "text" | true | false | null | p95(5m) | length(path) | number(path) | path
path      := name (.name | [0] | ["name"])*
"""

import re
from functools import lru_cache

from monitors.core.conditions.cursor import Cursor
from monitors.core.conditions.hints import advice, unknown
from monitors.core.conditions.patterns import compiled
from monitors.core.conditions.tokens import ConditionError, Kind, Token
from monitors.core.conditions.tree import (
    Among,
    And,
    Compare,
    Condition,
    Exists,
    Length,
    Literal,
    Matches,
    Names,
    Not,
    Number,
    Operand,
    Or,
    Path,
    Pattern,
    Percentile,
    Truth,
    Type,
)
from monitors.core.conditions.types import judge_types

MAX_DEPTH = 20  # of brackets and nots
MAX_KEYS = 20  # of one path
MAX_WINDOW_S = 86_400
_COMPARISONS = ("==", "!=", "<", "<=", ">", ">=")
_LITERALS = {"true": (True, Type.BOOLEAN), "false": (False, Type.BOOLEAN), "null": (None, Type.NULL)}
_WORDS = {"and", "or", "not", "contains", "matches", "in", "exists", *_LITERALS}
_NEGATED = ("contains", "matches", "in", "exists")  # body not contains "error"
_VALUE = 'Expected a value, such as 400, 800ms, "ok" or {example}, and found {found}.'


def parse(text: str, names: Names) -> Condition:
    """Return what a condition means, where `names` are what it may speak of. Raises ConditionError."""
    return _parse(text, tuple(names.items()))


def parse_path(text: str, names: Names) -> Path:
    """Return where a value is, as in body.user.id. Raises ConditionError."""
    return _Parser(text, names).path_alone()


@lru_cache(maxsize=4096)
def _parse(text: str, names: tuple[tuple[str, Type], ...]) -> Condition:
    try:
        return _Parser(text, dict(names)).condition()
    except ConditionError as error:
        if better := advice(text, error.at):
            raise ConditionError(text, *better) from None
        raise


class _Parser(Cursor):
    def __init__(self, text: str, names: Names) -> None:
        super().__init__(text)
        self._names, self._depth = names, 0

    def condition(self) -> Condition:
        found = self._any()
        if self.next.source in _COMPARISONS:
            raise self.error("Two comparisons need a word between them, as in 200 <= status and status < 300.")
        if self.next.kind != Kind.END:
            raise self.error(f"Expected and, or, or the end, and found {self.next}.")
        return found

    def path_alone(self) -> Path:
        found = self._path()
        if self.next.kind != Kind.END:
            raise self.error(f"Expected the end, and found {self.next}.")
        return found

    def _any(self) -> Condition:
        parts = [self._all()]
        while self.take("or"):
            parts.append(self._all())
        return parts[0] if len(parts) == 1 else Or(tuple(parts))

    def _all(self) -> Condition:
        parts = [self._one()]
        while self.take("and"):
            parts.append(self._one())
        return parts[0] if len(parts) == 1 else And(tuple(parts))

    def _one(self) -> Condition:
        start = self.next
        if not (self.take("not") or self.take("(")):
            return self._comparison()
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise self.error(f"Brackets and nots lie more than {MAX_DEPTH} deep here.", start)
        found = Not(self._one()) if start.source == "not" else self._any()
        if start.source == "(":
            self.expect(")", "A bracket is still open. Expected )")
        self._depth -= 1
        return found

    def _comparison(self) -> Condition:
        start = self.next
        left = self._operand()
        if self.next.source == "not" and self.after_next.source in _NEGATED:
            self.step()
            return Not(self._compared(start, left))
        return self._compared(start, left)

    def _compared(self, start: Token, left: Operand) -> Condition:
        word = self.next
        if word.source in _COMPARISONS or word.source == "contains":
            self.step()
            right_start = self.next
            right = self._operand()
            compared = Compare(word.source, left, right, self.since(start))
            if fault := judge_types(compared):
                raise self.error(fault, right_start)
            return compared
        if self.take("matches"):
            return Matches(left, self._pattern(), self.since(start))
        if self.take("in"):
            return Among(left, self._choices(), self.since(start))
        if not isinstance(left, Path):
            raise self.error(f"Expected a comparison such as == or <, and found {word}.")
        if self.take("exists"):
            return Exists(left, self.since(start))
        if left.type not in (Type.ANY, Type.BOOLEAN):
            raise self.error(f"{left.source} is {left.type}. Compare it with something, as in {left.source} == …")
        return Truth(left, left.source)

    def _operand(self) -> Operand:
        token = self.next
        if token.kind == Kind.NAME and token.source not in _WORDS:
            return self._call() if self.after_next.source == "(" else self._path()
        return self._literal()

    def _literal(self) -> Literal:
        token = self.next
        types = {Kind.NUMBER: Type.NUMBER, Kind.DURATION: Type.DURATION, Kind.TEXT: Type.TEXT}
        if token.kind in types:
            self.step()
            return Literal(token.value, types[token.kind])
        if token.source in _LITERALS:
            self.step()
            return Literal(*_LITERALS[token.source])
        raise self.error(_VALUE.format(example=next(iter(self._names)), found=token))

    def _call(self) -> Operand:
        start = self.next
        if start.source in ("length", "number"):
            self.step(2)
            of = self._path()
            self.expect(")", "Expected )")
            if of.type not in (Type.ANY, Type.TEXT, Type.BODY):
                wrong = "has no length" if start.source == "length" else "needs no number(…)"
                raise self.error(f"{of.source} is {of.type}, which {wrong}.", start)
            return (Length if start.source == "length" else Number)(of, self.since(start))
        match = re.fullmatch(r"p(\d{1,2})", start.source)
        if not match or not 1 <= int(match[1]) <= 99:
            raise self.error(f"{start} is no function. There are p1(…) to p99(…), as p95(5m), length(…) and number(…).")
        self.step(2)
        window = self.next
        if window.kind != Kind.DURATION:
            raise self.error(f"Expected how far to look back, such as 5m, and found {window}.")
        self.step()
        self.expect(")", "Expected )")
        return self._percentile(int(match[1]), window, start)

    def _percentile(self, percent: int, window: Token, start: Token) -> Percentile:
        seconds = float(window.value) / 1e6
        if not 60 <= seconds <= MAX_WINDOW_S:
            raise self.error("Look back at least 1m and at most 24h.", window)
        return Percentile(percent, int(seconds), self.since(start))

    def _path(self) -> Path:
        start = self.next
        if start.kind != Kind.NAME or start.source in _WORDS:
            raise self.error(_VALUE.format(example=next(iter(self._names)), found=start))
        base = self._names.get(start.source)
        if base is None:
            raise self.error(unknown(start.source, self._names, is_right_side=self.is_right_side))
        self.step()
        keys = self._keys()
        if keys and base not in (Type.ANY, Type.BODY, Type.HEADERS):
            raise self.error(f"{start} is {base} and has no parts.", start)
        if base == Type.HEADERS and (len(keys) != 1 or not isinstance(keys[0], str)):
            raise self.error('Name one header, as in header["content-type"].', start)
        if base == Type.HEADERS:
            return Path(start.source, (str(keys[0]).lower(),), Type.TEXT, self.since(start))
        return Path(start.source, keys, Type.ANY if keys else base, self.since(start))

    def _keys(self) -> tuple[str | int, ...]:
        keys: list[str | int] = []
        while self.next.source in (".", "["):
            is_dot = self.next.source == "."
            self.step()
            keys.append(self._name_of_part() if is_dot else self._subscript())
            if len(keys) > MAX_KEYS:
                raise self.error(f"A path has at most {MAX_KEYS} parts.")
        return tuple(keys)

    def _name_of_part(self) -> str:
        token = self.next
        if token.kind != Kind.NAME:
            raise self.error(f'Expected a name after the dot, and found {token}. Odd names are written body["a b"].')
        self.step()
        return token.source

    def _subscript(self) -> str | int:
        token = self.next
        is_index = token.kind == Kind.NUMBER and token.source.isdigit()
        if not is_index and token.kind != Kind.TEXT:
            raise self.error(f"Expected a number from 0 or a text in quotes between the brackets, and found {token}.")
        self.step()
        self.expect("]", "Expected ]")
        return int(token.source) if is_index else str(token.value)

    def _pattern(self) -> Pattern:
        token = self.next
        if token.kind != Kind.REGEX:
            raise self.error(f"Expected a pattern between slashes, such as /ok|ready/, and found {token}.")
        self.step()
        try:
            return compiled(str(token.value))
        except ValueError as error:
            raise self.error(str(error), token) from error

    def _choices(self) -> tuple[Literal, ...]:
        self.expect("[", "Expected a list such as [200, 204]")
        choices = [self._literal()]
        while self.take(","):
            choices.append(self._literal())
        self.expect("]", "Expected , or ]")
        return tuple(choices)
