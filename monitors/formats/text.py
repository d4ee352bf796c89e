"""Vendors' words as plain text: markup dropped, entities resolved once, nothing that fools a reader's eye.

Bodies come as plain text, as HTML and as a mix of both; what we keep and show is text, so no markup of
theirs can ever reach a page of ours.
"""

import re
import unicodedata

from monitors.formats.markup import Markup

LONGEST_TITLE = 300
LONGEST_BODY = 20_000
# Direction overrides and isolates, zero-width characters, BOM: they show one thing and say another.
_FOOLING = re.compile("[\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\u061c\u180e]")
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f]")
_UNSEEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\u061c\u180e]")
_BLOCKS = frozenset("p br div li ul ol tr table h1 h2 h3 h4 h5 h6 blockquote pre hr section article".split())
_SILENT = frozenset("script style template noscript iframe object svg math head".split())
_MARKUP = re.compile(r"<\s*/?\s*[a-zA-Z!][^<]*?>|&(?:[a-zA-Z]{2,31}|#\d{1,7}|#[xX][0-9a-fA-F]{1,6});")


class _Words(Markup):
    """Collects the words of a piece of HTML, a line break for each block, an address behind each link."""

    def __init__(self) -> None:
        super().__init__()
        self.parts: list[str] = []
        self._silent = 0
        self._links: list[tuple[str, int]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _SILENT:
            self._silent += 1
        elif tag == "li":
            self.parts.append("\n- ")
        elif tag == "a":
            self._links.append((dict(attrs).get("href") or "", len(self.parts)))
        elif tag in _BLOCKS:
            self.parts.append("\n")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)

    def handle_endtag(self, tag: str) -> None:
        if tag in _SILENT:
            self._silent = max(0, self._silent - 1)
        elif tag == "a" and self._links:
            address, start = self._links.pop()
            words = "".join(self.parts[start:]).strip()
            if re.match(r"https?://", address) and address.rstrip("/") != words.rstrip("/"):
                self.parts.append(f" ({address})")
        elif tag in _BLOCKS:
            self.parts.append("\n")

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self.parts.append(data)


def plain_text(words: str, *, longest: int = LONGEST_BODY) -> str:
    """Return `words` as plain text with single line breaks between blocks, cut to `longest` characters.

    Text without any markup is only cleaned, so that "<3" and "a < b" survive.
    """
    # First, so that they cannot hide a tag from what drops tags.
    words = _UNSEEN.sub("", words[: longest * 4].replace("\r\n", "\n").replace("\r", "\n"))
    if _MARKUP.search(words):
        parser = _Words()
        parser.feed(words)
        parser.close()
        words = "".join(parser.parts)
    lines = (re.sub(r"[^\S\n]+", " ", line).strip() for line in clean(words).split("\n"))
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()[:longest]


def title_text(words: str) -> str:
    """Return a title as one line of plain text, at most 300 characters."""
    return " ".join(plain_text(words, longest=2 * LONGEST_TITLE).split())[:LONGEST_TITLE]


def clean(words: str) -> str:
    """Drop control characters but line breaks, fooling ones, lone surrogates; at most two marks per letter."""
    if words.isascii() and not _CONTROL.search(words):
        return words
    words = _FOOLING.sub("", words)
    kept: list[str] = []
    marks = 0
    for letter in words:
        category = unicodedata.category(letter)
        if category == "Cs" or (category == "Cc" and letter not in "\n\t"):
            continue
        marks = marks + 1 if category in ("Mn", "Me") else 0
        if marks <= 2:
            kept.append(letter)
    return "".join(kept)


def web_address(value: object) -> str:
    """Return an absolute http(s) address, or "" for anything else (javascript:, data:, relative, absurdly long)."""
    address = clean(value).strip() if isinstance(value, str) else ""
    return address if re.match(r"https?://[^\s/]", address, re.IGNORECASE) and len(address) <= 1000 else ""
