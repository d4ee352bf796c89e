"""Read the parts of a document that may be anything; what is wrong is named by its key."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

_KINDS = {str: "a text", bool: "true or false", int: "a number", float: "a number", list: "a list", dict: "an object"}


_WORDS = {"yes": True, "on": True, "true": True, "no": False, "off": False, "false": False}


class Unreadable(Exception):
    """A file that cannot be read. The text is for people, names the line or the key, and says what to do."""


@dataclass(frozen=True, slots=True)
class Part:
    """An object of a document, with where it is: `endpoints[2].client`. What is null counts as absent."""

    values: Mapping[object, object]
    place: str = ""

    @classmethod
    def of(cls, value: object, place: str = "The file") -> "Part":
        """Raises Unreadable if `value` is no object."""
        if not isinstance(value, Mapping):
            raise Unreadable(f"{place} must be an object of keys and values, and is {kind_of(value)}.")
        return cls(value, "" if place == "The file" else place)

    def has(self, key: str) -> bool:
        return self.values.get(key) is not None

    def text(self, key: str, default: str = "") -> str:
        """Return a text; numbers are taken as they are written."""
        value = self.values.get(key)
        if value is None:
            return default
        return _text(value, self.at(key)).strip()

    def exactly(self, key: str) -> str:
        """Return a text with the space around it; nothing if it is absent."""
        value = self.values.get(key)
        return "" if value is None else _text(value, self.at(key))

    def needed(self, key: str) -> str:
        """Return a text that must be there."""
        if not (found := self.text(key)):
            raise Unreadable(f"{self.at(key)} is missing.")
        return found

    def flag(self, key: str, default: bool = False) -> bool:
        """Return a yes or no, which some tools write as 1 and 0, and YAML in many words."""
        value = self.values.get(key)
        if value is None:
            return default
        if isinstance(value, str) and value.lower() in _WORDS:
            return _WORDS[value.lower()]
        if isinstance(value, bool | int) and value in (0, 1):
            return bool(value)
        raise self._wrong(key, "true or false", value)

    def number(self, key: str, default: int) -> int:
        value = self.values.get(key)
        if value is None or value == "":
            return default
        if isinstance(value, float) and value.is_integer():
            value = int(value)
        if isinstance(value, str) and value.isascii() and value.strip().isdigit() and len(value) < 10:
            value = int(value)
        if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value < 10**9:
            raise self._wrong(key, "a whole number", value)
        return value

    def decimal(self, key: str, default: float) -> float:
        """Return a number that need not be whole."""
        value = self.values.get(key)
        is_number = isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value < 10**9
        return float(value) if is_number and isinstance(value, int | float) else self.number(key, 0) or default

    def part(self, key: str) -> "Part":
        """Return an object; an empty one if it is absent."""
        value = self.values.get(key)
        if value is None:
            return Part({}, self.at(key))
        if not isinstance(value, Mapping):
            raise self._wrong(key, "an object", value)
        return Part(value, self.at(key))

    def parts(self, key: str) -> Iterator["Part"]:
        """Give the objects of a list."""
        for number, value in enumerate(self._list(key)):
            yield Part.of(value, f"{self.at(key)}[{number}]")

    def texts(self, key: str) -> list[str]:
        """Return a list of texts."""
        return [_text(value, f"{self.at(key)}[{number}]") for number, value in enumerate(self._list(key))]

    def pairs(self, key: str) -> list[tuple[str, str]]:
        """Return an object of texts as pairs, with the texts exactly as they are."""
        part = self.part(key)
        return [
            (_text(name, part.place), _text(_plain(value), part.at(str(name)))) for name, value in part.values.items()
        ]

    def at(self, key: str) -> str:
        return f"{self.place}.{key}" if self.place else key

    def _list(self, key: str) -> list[object]:
        value = self.values.get(key)
        if value is None:
            return []
        if not isinstance(value, list):
            raise self._wrong(key, "a list", value)
        return value

    def _wrong(self, key: str, wanted: str, value: object) -> Unreadable:
        return Unreadable(f"{self.at(key)} must be {wanted}, and is {kind_of(value)}.")


def _plain(value: object) -> object:
    return "" if value is None else str(value).lower() if isinstance(value, bool) else value


def _text(value: object, place: str) -> str:
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise Unreadable(f"{place} must be a text, and is {kind_of(value)}.")
    try:
        text = str(value)
    except ValueError as error:  # of more than some thousand digits
        raise Unreadable(f"{place} is a number that is too long to be one.") from error
    if "\0" in text or any("\ud800" <= character <= "\udfff" for character in text):
        raise Unreadable(f"{place} has a null byte or half a character in it. Remove it.")
    return text


def kind_of(value: object) -> str:
    """Return what a value is, in words."""
    if value is None:
        return "empty"
    return _KINDS.get(type(value), f"a {type(value).__name__}")
