"""What may stand in a person's comment: words alone, without what names people or leads elsewhere."""

import re

LONGEST = 280  # characters, as typed
_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]")
_MAIL = re.compile(r"[^\s@<>]{1,64}@[^\s@<>]{1,255}")
_LINK = re.compile(r"(?:[a-z][a-z0-9+.-]{1,15}://|www\.)\S+|\b(?:javascript|data|vbscript):\S*", re.IGNORECASE)
_SITE = re.compile(
    r"\b(?:[a-z0-9-]{1,63}\.)+(?:com|net|org|io|co|ru|cn|info|biz|xyz|top|me|app|dev)\b\S*", re.IGNORECASE
)
_NUMBER = re.compile(r"\+?\d(?:[\s().-]{0,2}\d){7,}")  # as long as a telephone number: error codes are shorter
_COMBINING = re.compile(
    r"([\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff]{3})[\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff]+"
)


def printable(text: str) -> str:
    """Return `text` on one line, without control characters and what turns the direction of writing."""
    return _UNPRINTABLE.sub("", re.sub(r"\s+", " ", text)).strip()


def cleaned(text: str) -> str:
    """Return a comment without links, mail addresses and telephone numbers; each is named in its place."""
    text = _COMBINING.sub(r"\1", printable(text))
    text = _LINK.sub("[link]", _MAIL.sub("[mail address]", text))
    return _NUMBER.sub("[number]", _SITE.sub("[link]", text))[:LONGEST]
