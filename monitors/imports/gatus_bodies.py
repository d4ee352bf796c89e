"""Conditions of Gatus on a body or a part of it, as ours. Gatus trims a body, and counts the items of one that is a list."""

import re
from collections.abc import Callable

from monitors.imports.base import Impossible
from monitors.imports.gatus_patterns import compared

_MOST_REPEATED = 1000  # times in a pattern


def part_of_body(path: str, function: str, operator: str, right: str) -> str:
    """Return a condition on a part of a JSON body."""
    if function == "len":
        return compared(f"length({path})", operator, right)
    if function == "has":  # what is null counts as absent
        return (
            f"{path} exists and {path} != null"
            if _is_wanted(operator, right)
            else f"not {path} exists or {path} == null"
        )
    return compared(path, operator, right)


def whole_body(function: str, operator: str, right: str) -> str:
    """Return a condition on a whole body, which Gatus trims."""
    if function == "has":
        return f"{'' if _is_wanted(operator, right) else 'not '}body matches /\\S/"
    if function == "len":
        return _length(operator, right)
    return compared("body", operator, right, is_trimmed=True)


def _is_wanted(operator: str, right: str) -> bool:
    if operator not in ("==", "!=") or right not in ("true", "false"):
        raise Impossible("has is true or false.")
    return (right == "true") is (operator == "==")


def _length(operator: str, right: str) -> str:
    """Return a condition on how many items a body has that is a list, or characters one that is a text."""
    if not re.fullmatch(r"\d{1,6}", right):
        raise Impossible("a length is a whole number.")
    number, is_list = int(right), r"body matches /^\s*\[/"
    items, characters = (_counted(at_least, operator, number) for at_least in (_items, _characters))
    return f"{is_list} and {items} or not {is_list} and {characters}"


def _counted(at_least: Callable[[int], str], operator: str, number: int) -> str:
    least, above = at_least(number), at_least(number + 1)
    return {
        ">": above, ">=": least, "<": f"not {least}", "<=": f"not {above}",
        "==": f"{least} and not {above}", "!=": f"(not {least} or {above})",
    }[operator]  # fmt: skip


def _items(number: int) -> str:
    return f"body[{number - 1}] exists" if number else "body exists"


def _characters(number: int) -> str:
    """Return that a body has so many characters without the space around it."""
    if number < 2:
        return r"body matches /\S/" if number else "body exists"
    return rf"body matches /(?s)\S.{{{number - 2},}}\S/" if number < _MOST_REPEATED else f"length(body) >= {number}"
