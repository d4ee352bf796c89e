"""Read a vendor's JSON without trusting it: every surprise is an UnreadableFeed that names the place.

Formats use these instead of `doc["key"]`, so that a wrong type, a missing key or an absurd number never
escapes as another exception. Wrap a parser in `reading` and it raises UnreadableFeed and nothing else.
"""

import functools
import json
import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from monitors.core.states import State
from monitors.formats import fitting
from monitors.formats.base import ComponentReading, Phase, Snapshot, UnreadableFeed

Json = Mapping[str, object]

LARGEST_BODY = 8_000_000  # bytes; the client's cap is lower, this one is for stored bodies
MOST_POSTS = fitting.MOST_POSTS
EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)
LATEST = datetime(2100, 1, 1, tzinfo=UTC)


def reading(parse: Callable[[bytes], Snapshot]) -> Callable[[bytes], Snapshot]:
    """Make `parse` raise UnreadableFeed where it would raise what hostile bytes make it raise."""

    @functools.wraps(parse)
    def guarded(body: bytes) -> Snapshot:
        if len(body) > LARGEST_BODY:
            raise UnreadableFeed(f"The body has {len(body)} bytes; a feed has at most {LARGEST_BODY}.")
        try:
            return fitting.fit(parse(body))
        except (ValueError, TypeError, KeyError, IndexError, AttributeError, OverflowError, RecursionError) as error:
            raise UnreadableFeed(f"The body is not what the format promises: {error!r:.200}") from error

    return guarded


def decode(body: bytes) -> str:
    """Return the text of a body by its byte order mark, else as UTF-8. Raises UnreadableFeed."""
    marks = {b"\xef\xbb\xbf": "utf-8-sig", b"\xfe\xff": "utf-16", b"\xff\xfe": "utf-16"}
    encoding = next((name for mark, name in marks.items() if body.startswith(mark)), "utf-8")
    try:
        return body.decode(encoding)
    except UnicodeDecodeError as error:
        raise UnreadableFeed(f"The body is not {encoding} text: {error.reason} at byte {error.start}.") from error


def load(body: bytes) -> object:
    """Return the JSON document in `body`. Raises UnreadableFeed, for an empty or an HTML body too."""
    text = decode(body).strip()
    if not text:
        raise UnreadableFeed("The body is empty.")
    if text.startswith("<"):
        raise UnreadableFeed("The body is HTML or XML where JSON was expected: the page may have moved.")
    try:
        return json.loads(text, parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as error:
        raise UnreadableFeed(f"The body is not JSON: {error!s:.200}") from error


def _refuse_constant(word: str) -> object:
    raise ValueError(f"{word} is not JSON")


def load_object(body: bytes) -> Json:
    """Return the JSON object in `body`. Raises UnreadableFeed for anything else."""
    return as_object(load(body), "the document")


def as_object(value: object, where: str) -> Json:
    if not isinstance(value, dict):
        raise UnreadableFeed(f"{where} is {_kind(value)} where an object was expected.")
    return value


def as_list(value: object, where: str) -> list[object]:
    if not isinstance(value, list):
        raise UnreadableFeed(f"{where} is {_kind(value)} where a list was expected.")
    return value


def objects(source: Json, key: str, *, required: bool = True) -> Iterator[Json]:
    """Yield the objects of the list `source[key]`; an absent or null list is empty unless `required`."""
    value = source.get(key)
    if value is None and not required:
        return
    for item in as_list(value, key):
        yield as_object(item, f"an item of {key}")


def text(source: Json, key: str, default: str | None = None) -> str:
    """Return the string (or whole number) `source[key]`; `default` where it is absent or null."""
    value = source.get(key)
    if value is None and default is not None:
        return default
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    if not isinstance(value, str):
        raise UnreadableFeed(f"{key} is {_kind(value)} where a text was expected.")
    return value


def _kind(value: object) -> str:
    return {dict: "an object", list: "a list", str: "a text", bool: "a truth value", type(None): "null"}.get(
        type(value), "a number"
    )


def moment(value: object) -> datetime | None:
    """Return an aware UTC time from ISO 8601 or an RFC 2822 date; None where there is none that makes sense.

    A time without zone is taken as UTC, as vendors' servers write it.
    """
    if not isinstance(value, str) or not value.strip():
        return None
    found = _parsed(value.strip())
    return sensible(found)


def _parsed(value: str) -> datetime | None:
    try:
        return datetime.fromisoformat(value)
    except ValueError:
        pass
    try:
        return parsedate_to_datetime(value)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


def epoch(value: object, *, unit_s: float = 1.0) -> datetime | None:
    """Return the UTC time of a Unix time, a number or its text, in units of `unit_s` seconds."""
    try:
        seconds = float(value) * unit_s  # type: ignore[arg-type]
        return sensible(datetime.fromtimestamp(seconds, UTC)) if math.isfinite(seconds) else None
    except (TypeError, ValueError, OverflowError, OSError):
        return None


def sensible(value: datetime | None) -> datetime | None:
    """Return `value` in UTC, or None where it is absent or outside of 2000 to 2100."""
    if value is None:
        return None
    try:
        value = value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)
    except (OverflowError, ValueError):
        return None
    return value if EARLIEST <= value < LATEST else None


class Words:
    """A full table of a vendor's words; a word that is not in it is UNKNOWN and remembered."""

    def __init__(self, table: Mapping[str, State]) -> None:
        self._table = {word.casefold(): state for word, state in table.items()}
        self.unknown: list[str] = []

    def state(self, word: object) -> State:
        found = self._table.get(str(word).strip().casefold())
        if found is None:
            self.unknown.append(str(word)[:60])
            return State.UNKNOWN
        return found


class Phases:
    """The same for a vendor's words for how far a post has come."""

    def __init__(self, table: Mapping[str, Phase]) -> None:
        self._table = {word.casefold(): phase for word, phase in table.items()}
        self.unknown: list[str] = []

    def phase(self, word: object) -> Phase:
        found = self._table.get(str(word).strip().casefold())
        if found is None:
            self.unknown.append(str(word)[:60])
            return Phase.UNKNOWN
        return found


def listed(components: Iterable[ComponentReading]) -> tuple[ComponentReading, ...]:
    """Return the components of a feed that always lists some. Raises UnreadableFeed if there is none."""
    found = tuple(components)
    if not found:
        raise UnreadableFeed("The body lists no component, where the page always has some.")
    return found


def minutes(value: object) -> timedelta | None:
    """Return a length given in minutes, as a number or its text."""
    try:
        length = float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        return None
    return timedelta(minutes=length) if 0 <= length < 1e6 else None
