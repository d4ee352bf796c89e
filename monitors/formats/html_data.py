"""JSON that pages carry inside their HTML, cut out without running anything."""

import json
import re
from collections.abc import Iterator

from monitors.formats.markup import Markup
from monitors.formats.reading import Json

_PUSH = re.compile(r"^\s*self\.__next_f\.push\((.*)\)\s*;?\s*$", re.DOTALL)


class _Scripts(Markup):
    """Collects the scripts of a page: (their attributes, their text)."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[dict[str, str | None], str]] = []
        self._open: dict[str, str | None] | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "script":
            self._open = dict(attrs)
            self.found.append((self._open, ""))

    def handle_endtag(self, tag: str) -> None:
        if tag == "script":
            self._open = None

    def handle_data(self, data: str) -> None:
        if self._open is not None:
            attributes, words = self.found[-1]
            self.found[-1] = (attributes, words + data)


def scripts(html: str) -> list[tuple[dict[str, str | None], str]]:
    """Return (attributes, text) of every script of a page."""
    parser = _Scripts()
    parser.feed(html)
    parser.close()
    return parser.found


def script_json(html: str, script_id: str) -> Json | None:
    """Return the JSON object in the script whose id is `script_id`, or None."""
    for attributes, words in scripts(html):
        if attributes.get("id") == script_id:
            document = _loads(words)
            return document if isinstance(document, dict) else None
    return None


def next_data(html: str, key: str) -> Json | None:
    """Return the first object with `key` in what Next.js streams into a page, or in its `__NEXT_DATA__`.

    The stream is a list of pushes whose texts, joined, are lines "id:json".
    """
    whole = script_json(html, "__NEXT_DATA__")
    if whole is not None:
        return _holding(whole, key)
    for line in _stream(html):
        if f'"{key}"' in line:
            found = _holding(_loads(line.partition(":")[2]), key)
            if found is not None:
                return found
    return None


def _stream(html: str) -> Iterator[str]:
    joined = ""
    for _, words in scripts(html):
        if match := _PUSH.match(words):
            push = _loads(match[1])
            if isinstance(push, list) and len(push) > 1 and isinstance(push[1], str):
                joined += push[1]
    yield from joined.split("\n")


def _loads(words: str) -> object:
    try:
        document: object = json.loads(words)
    except (ValueError, RecursionError):
        return None
    return document


def _holding(document: object, key: str) -> Json | None:
    """Return the first object that has `key`, nearest to the root."""
    level = [document]
    for _ in range(40):
        for value in level:
            if isinstance(value, dict) and key in value:
                return value
        level = [inner for value in level for inner in _inside(value)]
        if not level:
            return None
    return None


def _inside(value: object) -> list[object]:
    if isinstance(value, dict):
        return list(value.values())
    return value if isinstance(value, list) else []
