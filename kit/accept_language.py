"""What a browser's Accept-Language header tells of where its reader lives: a guess, for a field that can be changed."""

import re

from kit.countries import NAMES

_TAG = re.compile(r"[a-z]{2,3}(?:-[a-z]{4})?-([a-z]{2})(?:[-;,\s]|$)", re.IGNORECASE)
LONGEST = 500  # characters of the header that are looked at


def country_hint(header: str) -> str:
    """Return the first country that the header names ("ja-JP,en;q=0.8": "JP"), or "" for none."""
    for part in header[:LONGEST].split(","):
        match = _TAG.match(part.strip())
        if match and match[1].upper() in NAMES:
            return match[1].upper()
    return ""
