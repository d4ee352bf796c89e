"""Hold a condition against what a check saw. What is not known makes a condition neither true nor false."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from monitors.core.conditions.tree import (
    Among,
    And,
    Compare,
    Condition,
    Exists,
    Leaf,
    Length,
    Literal,
    Matches,
    Not,
    Number,
    Operand,
    Or,
    Path,
    Pattern,
    Percentile,
    Type,
)

_NUMBER = re.compile(r"[+-]?[0-9]{1,15}(\.[0-9]{1,15})?(e[+-]?[0-9]{1,2})?", re.I)
MAX_SHOWN = 80  # characters of a value in a sentence
# What the patterns of one check may cost, in steps of a pattern times characters, so that nobody's checks wait for
# another's pattern: some 7 ns each where RE2 must follow all ways at once, a hundredth of that where it need not.
WORK = 15_000_000


class _Absent:
    """What a path leads to when nothing is there."""


ABSENT = _Absent()


@dataclass(frozen=True)
class Facts:
    """What a check saw. `values` by name (durations in microseconds), `headers` by lower-case name.

    `past` are percentiles of earlier checks in microseconds by (percent, window in seconds), None
    or missing where too few are known.
    """

    values: Mapping[str, object] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    body: str | None = None
    past: Mapping[tuple[int, int], int | None] = field(default_factory=dict)
    work: list[int] = field(default_factory=lambda: [WORK])  # what is left for patterns

    @cached_property
    def document(self) -> object:
        """The body as JSON, or ABSENT."""
        return read_json(self.body) if self.body is not None else ABSENT


@dataclass(frozen=True, slots=True)
class Outcome:
    """`holds` is None while something is not known yet. `why` are sentences about what decided it."""

    holds: bool | None
    why: tuple[str, ...] = ()


def read_json(text: str) -> object:
    """Return a JSON document, or ABSENT for anything that is none. Any depth and any number ends well."""
    try:
        return json.loads(text, parse_constant=_refuse)
    except (ValueError, RecursionError):
        return ABSENT


def evaluate(condition: Condition, facts: Facts) -> Outcome:
    """Return whether a condition holds, and what it hangs on: the failing values where it does not."""
    if isinstance(condition, Not):
        inner = evaluate(condition.inner, facts)
        return Outcome(None if inner.holds is None else not inner.holds, inner.why)
    if isinstance(condition, And | Or):
        return _joined([evaluate(part, facts) for part in condition.parts], deciding=isinstance(condition, Or))
    limit = _affordable(condition.pattern, facts) if isinstance(condition, Matches) else 0
    holds = _leaf(condition, facts)
    cut = f", looked through to character {limit:,}" if _is_cut(condition, facts, limit) and not holds else ""
    return Outcome(holds, (f"{condition.source}: {_shown(condition.left, facts)}{cut}",))


def _is_cut(leaf: Leaf, facts: Facts, limit: int) -> bool:
    """Whether a pattern was too costly to look for in all of a text."""
    if not isinstance(leaf, Matches):
        return False
    found = _value(leaf.left, facts)
    return isinstance(found, str) and len(found) > limit


def _joined(outcomes: Sequence[Outcome], *, deciding: bool) -> Outcome:
    """Join parts of which one that is `deciding` decides: True of an or, False of an and."""
    for holds in (deciding, None, not deciding):
        found = [outcome for outcome in outcomes if outcome.holds is holds]
        if found:
            return Outcome(holds, tuple(why for outcome in found for why in outcome.why))
    raise AssertionError("A condition has at least one part.")


def _leaf(leaf: Leaf, facts: Facts) -> bool | None:
    left = _value(leaf.left, facts)
    if isinstance(leaf, Exists):
        return left is not ABSENT
    if left is None and isinstance(leaf.left, Percentile):
        return None
    if isinstance(leaf, Compare):
        right = _value(leaf.right, facts)
        return None if right is None and isinstance(leaf.right, Percentile) else _compare(leaf.operator, left, right)
    if isinstance(leaf, Matches):
        texts = left if isinstance(left, list) else [left]
        return any(isinstance(one, str) and _is_found(leaf.pattern, one, facts) for one in texts)
    if isinstance(leaf, Among):
        return any(_same(left, choice.value) for choice in leaf.choices)
    return left is True


def _is_found(pattern: Pattern, text: str, facts: Facts) -> bool:
    """Whether a pattern is in what we can afford to look through of a text."""
    looked_at = text[: _affordable(pattern, facts)]
    facts.work[0] -= len(looked_at) * pattern.programsize
    return pattern.search(looked_at.encode(errors="replace").decode()) is not None


def _affordable(pattern: Pattern, facts: Facts) -> int:
    return max(0, facts.work[0]) // pattern.programsize


def _compare(operator: str, left: Any, right: Any) -> bool:
    if operator in ("==", "!="):
        return _same(left, right) is (operator == "==")
    if operator == "contains":
        if isinstance(left, str):
            return isinstance(right, str) and right in left
        return isinstance(left, list | dict) and any(_same(item, right) for item in left)
    if not (_is_number(left) and _is_number(right)):
        return False
    return bool({"<": left < right, "<=": left <= right, ">": left > right, ">=": left >= right}[operator])


def _same(left: object, right: object) -> bool:
    """Equality without Python's True == 1."""
    return isinstance(left, bool) == isinstance(right, bool) and left == right


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _value(operand: Operand, facts: Facts) -> object:
    if isinstance(operand, Literal):
        return operand.value
    if isinstance(operand, Percentile):
        return facts.past.get((operand.percent, operand.window_s))
    if isinstance(operand, Length):
        found = _value(operand.of, facts)
        return len(found) if isinstance(found, str | list | dict) else ABSENT
    if isinstance(operand, Number):
        return _number(_value(operand.of, facts))
    return value_at(operand, facts)


def _number(found: object) -> object:
    """Return a number, or a text that is one, as a number; else ABSENT."""
    if _is_number(found):
        return found
    text = found.strip() if isinstance(found, str) else ""
    return float(text) if _NUMBER.fullmatch(text) else ABSENT


def value_at(path: Path, facts: Facts) -> object:
    """Return what a path leads to, or ABSENT."""
    if path.name == "header":
        return facts.headers.get(str(path.keys[0]), ABSENT)
    if path.name != "body":
        return _walk(facts.values.get(path.name, ABSENT), path)
    if not path.keys:
        return ABSENT if facts.body is None else facts.body
    return _walk(facts.document, path)


def _walk(found: object, path: Path) -> object:
    for key in path.keys:
        if isinstance(found, dict) and isinstance(key, str):
            found = found.get(key, ABSENT)
        elif isinstance(found, list) and isinstance(key, int) and key < len(found):
            found = found[key]
        else:
            return ABSENT
    return found


def _shown(operand: Operand, facts: Facts) -> str:
    """Return what a value was, as in `it was 503`."""
    found = _value(operand, facts)
    if isinstance(operand, Percentile) and found is None:
        return "too few checks are known yet"
    if found is ABSENT:
        if isinstance(operand, Path) and operand.name == "certificate_days":
            return "the connection showed no certificate"
        is_json = isinstance(operand, Path) and operand.name == "body" and operand.keys and facts.body is not None
        return "the body is not JSON" if is_json and facts.document is ABSENT else "it was not there"
    if operand.type == Type.DURATION and isinstance(found, int | float):
        return f"it was {found / 1000:.4g} ms" if found < 10_000_000 else f"it was {found / 1e6:.4g} s"
    # A long body is cut before it is turned into a sentence.
    piece = found[: MAX_SHOWN + 1] if isinstance(found, str) else found
    text = json.dumps(piece, ensure_ascii=False, default=str) if not isinstance(piece, dict | list) else _outline(piece)
    return f"it was {text if len(text) <= MAX_SHOWN else text[:MAX_SHOWN] + '…'}"


def _outline(found: dict[str, object] | list[object]) -> str:
    if isinstance(found, dict):
        return f"an object with {len(found):,} names"
    plain = json.dumps(found[:10], ensure_ascii=False) if not any(isinstance(one, dict | list) for one in found) else ""
    return plain if plain and len(found) <= 10 else f"a list of {len(found):,}"


def _refuse(word: str) -> object:
    raise ValueError(f"{word} is not JSON")
