"""What a condition is once it is read. Every comparison keeps its own text, to say later which one failed."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol


class Type(StrEnum):
    """What a value is, as messages say it."""

    NUMBER = "a number"
    DURATION = "a time"
    TEXT = "a text"
    BOOLEAN = "true or false"
    NULL = "null"
    ANY = "a value of the document"  # known only when it is there
    BODY = "the body"  # a text; with a path, a value of its JSON
    HEADERS = "the headers"  # one text for each name


# The names that a condition may use, and what they are.
Names = Mapping[str, Type]


class Pattern(Protocol):
    """A compiled pattern of an engine that takes linear time."""

    @property
    def programsize(self) -> int:
        """The steps that it unfolds to: what it may cost for each character."""

    def search(self, text: str) -> object: ...


@dataclass(frozen=True, slots=True)
class Literal:
    value: object
    type: Type


@dataclass(frozen=True, slots=True)
class Path:
    """`status`, `body.user.name`, `body.items[0]`, `header["x-y"]`."""

    name: str
    keys: tuple[str | int, ...]
    type: Type
    source: str


@dataclass(frozen=True, slots=True)
class Percentile:
    """`p95(5m)`: of the monitor's own checks of the last `window_s` seconds; in microseconds."""

    percent: int
    window_s: int
    source: str
    type: Type = Type.DURATION


@dataclass(frozen=True, slots=True)
class Length:
    """`length(body.items)`: of a list, an object or a text."""

    of: Path
    source: str
    type: Type = Type.NUMBER


@dataclass(frozen=True, slots=True)
class Number:
    """`number(body.value)`: a number, or a text that is one, as monitoring tools write them."""

    of: Path
    source: str
    type: Type = Type.NUMBER


Operand = Literal | Path | Percentile | Length | Number


@dataclass(frozen=True, slots=True)
class Compare:
    """`operator` is one of == != < <= > >= contains."""

    operator: str
    left: Operand
    right: Operand
    source: str


@dataclass(frozen=True, slots=True)
class Matches:
    left: Operand
    pattern: Pattern
    source: str


@dataclass(frozen=True, slots=True)
class Among:
    """`status in [200, 204]`."""

    left: Operand
    choices: tuple[Literal, ...]
    source: str


@dataclass(frozen=True, slots=True)
class Exists:
    left: Path
    source: str


@dataclass(frozen=True, slots=True)
class Truth:
    """`body.ready`, standing alone: true and nothing else."""

    left: Path
    source: str


@dataclass(frozen=True, slots=True)
class Not:
    inner: "Condition"


@dataclass(frozen=True, slots=True)
class And:
    parts: tuple["Condition", ...]


@dataclass(frozen=True, slots=True)
class Or:
    parts: tuple["Condition", ...]


Leaf = Compare | Matches | Among | Exists | Truth
Condition = Leaf | Not | And | Or


def leaves(condition: Condition) -> Iterator[Leaf]:
    """Give every comparison of a condition, from left to right."""
    if isinstance(condition, Not):
        yield from leaves(condition.inner)
    elif isinstance(condition, And | Or):
        for part in condition.parts:
            yield from leaves(part)
    else:
        yield condition


def paths(leaf: Leaf) -> Iterator[Path]:
    """Give what a comparison takes from what a check saw."""
    for side in (leaf.left, leaf.right) if isinstance(leaf, Compare) else (leaf.left,):
        side = side.of if isinstance(side, Length | Number) else side
        if isinstance(side, Path):
            yield side


def percentiles(condition: Condition) -> Iterator[Percentile]:
    """Give what a condition has to know of earlier checks."""
    for leaf in leaves(condition):
        sides = (leaf.left, leaf.right) if isinstance(leaf, Compare) else (leaf.left,)
        yield from (side for side in sides if isinstance(side, Percentile))
