"""Patterns of people's own, in an engine that takes linear time."""

import re2

from monitors.core.conditions.tree import Pattern

MAX_PROGRAM = 1000  # steps that a pattern unfolds to
_MEMORY = 1 << 20  # bytes that one may use


def compiled(text: str) -> Pattern:
    """Return a pattern that can be looked for. Raises ValueError, with a sentence for people."""
    options = re2.Options()
    options.max_mem, options.log_errors = _MEMORY, False
    try:
        pattern: Pattern = re2.compile(text, options)
    except re2.error as error:
        why = error.args[0].decode(errors="replace") if isinstance(error.args[0], bytes) else str(error.args[0])
        limits = " RE2 looks neither ahead nor back." if "perl operator" in why else ""
        raise ValueError(f"This pattern cannot be used: {why}.{limits}") from error
    if pattern.programsize > MAX_PROGRAM:
        raise ValueError("This pattern repeats too much. Repeat fewer times, or without a count, as in .*")
    return pattern
