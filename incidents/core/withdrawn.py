"""Whether a vendor's closing words take its incident back: "This was determined to be a false alarm."."""

import re

# Said of the incident itself. Vendors of alerting also have real incidents about "false alerts" and "false positives".
_TAKEN_BACK = re.compile(
    r"""
    \b(?:this|it|that|(?:the|our)\ (?:incident|alert|issue|report|alarm|outage|post|notice))\b
    (?:(?!\bnot\b|\bnever\b|n't\b)[^.!?]){0,80}?
    (?: \b(?:a|as)\ false[ -](?:alarm|positive|alert)\b
      | \b(?:posted|published|opened|created|raised|reported|triggered|declared)\ (?:in\ error|by\ mistake)\b
      | \b(?:mistakenly|erroneously|accidentally|inadvertently)\ (?:posted|published|opened|created|raised|triggered)\b
    )
    """,
    re.IGNORECASE | re.VERBOSE,
)
_ANNOUNCED = re.compile(r"^\W*false[ -]alarm\b", re.IGNORECASE)
LONGEST = 4000  # characters of one update that are read


def takes_back(words: str) -> bool:
    """Whether one closing update says that there had been no incident."""
    text = " ".join(words[:LONGEST].split())
    return bool(_ANNOUNCED.search(text) or _TAKEN_BACK.search(text))
