"""Text that is safe to put into headers and messages, whatever it came from."""

import re
import unicodedata

# Marks that turn text around or hide in it: a name could read as another one.
_INVISIBLE = re.compile("[\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff]")


def one_line(text: str, limit: int) -> str:
    """Return `text` as one line of at most `limit` characters; line breaks and controls become blanks."""
    kept = "".join(" " if _is_control(c) else c for c in _INVISIBLE.sub("", text))
    line = " ".join(kept.split())
    return line if len(line) <= limit else line[: limit - 1].rstrip() + "…"


def lines(text: str, limit: int) -> str:
    """Return `text` with its line breaks and without other controls, at most `limit` characters."""
    unified = re.sub("\r\n?|[\u2028\u2029\x0b\x0c\x85]", "\n", _INVISIBLE.sub("", text))
    kept = "".join(c for c in unified if c == "\n" or not _is_control(c)).strip()
    return kept if len(kept) <= limit else kept[: limit - 1].rstrip() + "…"


def _is_control(character: str) -> bool:
    return unicodedata.category(character) in ("Cc", "Cs", "Zl", "Zp")
