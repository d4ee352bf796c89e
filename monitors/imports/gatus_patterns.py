"""What stands on the right of a condition of Gatus: a value, any(…) of several, or pat(…), as in a shell."""

import re
from collections.abc import Sequence
from itertools import groupby

from monitors.imports.base import Impossible
from monitors.imports.writing import pattern, quoted

_NUMBER = re.compile(r"-?\d{1,15}(\.\d{1,15})?")
_PIECE = re.compile(
    r"\\(?P<literal>.)|(?P<all>\*)|(?P<one>\?)|(?P<class>\[\^?[^]\[^]+\])|(?P<bad>[\[\\])|(?P<plain>.)", re.S
)


def glob_of(right: str) -> str | None:
    """Return the pattern within pat(…), or None."""
    match = re.fullmatch(r"pat\((.*)\)", right, re.S)
    return match[1] if match else None


def any_of(right: str) -> list[str]:
    match = re.fullmatch(r"any\((.*)\)", right, re.S)
    return [choice.strip() for choice in match[1].split(",")] if match else []


def regex_of(glob: str, *, is_trimmed: bool = False) -> str:
    """Return a pattern as a regular expression for the whole, around which there may be space. Raises Impossible."""
    body = "".join(_piece(match) for match in _PIECE.finditer(glob))
    space = r"\s*" if is_trimmed else ""
    regex = f"(?s)^{space}{body}{space}$"
    return regex.removesuffix(f".*{space}$").replace(f"(?s)^{space}.*", "(?s)", 1)


def _piece(match: re.Match[str]) -> str:
    if match["bad"]:
        raise Impossible("its pattern has a bracket or a backslash that nothing ends.")
    if match["all"] or match["one"] or match["class"]:
        return ".*" if match["all"] else match["class"] or "."
    return re.escape(match["literal"] or match["plain"])


def statuses_like(glob: str) -> list[str]:
    """Return the ranges of statuses that a pattern means: 2* is 200-299."""
    regex = re.compile(regex_of(glob))
    runs = groupby(range(100, 600), lambda code: regex.search(str(code)) is not None)
    fitting = [list(codes) for is_meant, codes in runs if is_meant]
    return [f"{codes[0]}-{codes[-1]}" if len(codes) > 1 else str(codes[0]) for codes in fitting]


def compared(path: str, operator: str, right: str, *, is_trimmed: bool = False) -> str:
    """Return a comparison with a value, with any(…), or with pat(…). Raises Impossible."""
    glob, choices = glob_of(right), any_of(right)
    if operator not in ("==", "!="):
        if glob is not None or choices:
            raise Impossible("any and pat go with == or != only.")
        if not _NUMBER.fullmatch(right) or not path.startswith(("body", "header[", "length(")):
            raise Impossible("more and less go with numbers only.")
        return f"{path if path.startswith('length(') else f'number({path})'} {operator} {right}"
    negated = "not " if operator == "!=" else ""
    if glob is not None:
        return f"{negated}{path} matches {pattern(regex_of(glob, is_trimmed=is_trimmed))}"
    if is_trimmed:
        return f"{negated}{path} matches {whole(choices or [right])}"
    values = [value for choice in choices or [right] for value in _values(path, choice)]
    if len(values) == 1:
        return f"{path} {operator} {values[0]}"
    return f"{negated}{path} in [{', '.join(values)}]"


def whole(choices: Sequence[str]) -> str:
    """Return the pattern of a text that is one of some, with space around it or not."""
    meant = "|".join(map(re.escape, choices))
    return pattern(rf"(?s)^\s*({meant})\s*$" if len(choices) > 1 else rf"(?s)^\s*{meant}\s*$")


def _values(path: str, text: str) -> list[str]:
    """Return what a text may be: Gatus takes 5 and "5" for the same."""
    is_plain = bool(_NUMBER.fullmatch(text)) or text in ("true", "false")
    if path.startswith("length("):
        if not _NUMBER.fullmatch(text):
            raise Impossible("a length is a whole number.")
        return [text]
    if is_plain and path.startswith(("body.", "body[")):
        return [text, quoted(text)]
    return [quoted(text)]
