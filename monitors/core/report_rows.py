"""Files of report counts, CSV or JSON, read into rows; what is no row is said with its place and the reason."""

import csv
import io
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

COLUMNS = ("provider", "component", "country", "carrier", "minute", "count", "source")
REQUIRED = ("provider", "minute", "count", "source")
MOST_ROWS = 200_000
MOST_COUNT = 1_000_000  # reports of one scope and minute
_SOURCE = re.compile(r"[\w .:/-]{1,60}")


class Unreadable(Exception):
    """The file as a whole cannot be read. The message says why, and what would do."""


@dataclass(frozen=True, slots=True)
class Row:
    """What a source counted about a scope in a minute (UTC)."""

    line: int  # of a CSV file; the place in a JSON list, from 1
    provider: str
    component: str
    country: str
    carrier: str
    minute: datetime
    count: int
    source: str


@dataclass(frozen=True, slots=True)
class Refusal:
    line: int
    reason: str


def read(text: str, *, is_json: bool) -> tuple[list[Row], list[Refusal]]:
    """Return the rows of a file, and what is none. Raises Unreadable."""
    rows: list[Row] = []
    refused: list[Refusal] = []
    for line, values in _of_json(text) if is_json else _of_csv(text):
        try:
            rows.append(_row(line, values))
        except ValueError as error:
            refused.append(Refusal(line, str(error)))
        if len(rows) + len(refused) > MOST_ROWS:
            raise Unreadable(f"More than {MOST_ROWS} rows. Split the file: what is loaded twice counts once.")
    return rows, refused


def _of_csv(text: str) -> Iterable[tuple[int, Mapping[str, Any]]]:
    reader = csv.DictReader(io.StringIO(text, newline=""))
    try:
        _look_at(reader.fieldnames or ())
        for values in reader:
            yield reader.line_num, values
    except csv.Error as error:
        raise Unreadable(f"Line {reader.line_num} is no CSV: {error}.") from error


def _look_at(names: Sequence[str]) -> None:
    if missing := [name for name in REQUIRED if name not in names]:
        raise Unreadable(f"The first line must name the columns {', '.join(COLUMNS)}; missing: {', '.join(missing)}.")
    if unknown := [name for name in names if name not in COLUMNS]:
        raise Unreadable(f"There is no column “{unknown[0]}”. There are: {', '.join(COLUMNS)}.")


def _of_json(text: str) -> Iterable[tuple[int, Mapping[str, Any]]]:
    try:
        document = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise Unreadable(f"The file is no JSON: {error}.") from error
    if not isinstance(document, list):
        raise Unreadable(f"The file must be a list of objects with {', '.join(COLUMNS)}.")
    return enumerate((row if isinstance(row, dict) else {} for row in document), 1)


def _row(line: int, values: Mapping[Any, Any]) -> Row:
    """Return a row. Raises ValueError with the reason in words."""
    if None in values:
        raise ValueError(f"it has more than {len(COLUMNS)} columns")
    if unknown := sorted(str(name) for name in values if name not in COLUMNS):
        raise ValueError(f"there is no column “{unknown[0][:40]}”")
    said = {name: _text(name, values.get(name)) for name in COLUMNS}
    if missing := [name for name in REQUIRED if not said[name]]:
        raise ValueError(f"{missing[0]} is missing")
    if not _SOURCE.fullmatch(said["source"]):
        raise ValueError("source has letters, digits, blanks and . : / - _ alone, at most 60")
    return Row(line, said["provider"], said["component"], said["country"], said["carrier"],
               _minute(said["minute"]), _count(said["count"]), said["source"])  # fmt: skip


def _text(name: str, value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise ValueError(f"{name} must be a text or a whole number")
    return str(value).strip()[:200]


def _minute(text: str) -> datetime:
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise ValueError(f"minute “{text[:40]}” is no time: write it like 2026-11-21T10:05Z") from None
    if at.tzinfo is None:
        raise ValueError(f"minute “{text[:40]}” has no zone: write it like 2026-11-21T10:05Z")
    try:
        return at.astimezone(UTC).replace(second=0, microsecond=0)
    except OverflowError:
        raise ValueError(f"minute “{text[:40]}” is no time of this world") from None


def _count(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= 7 and int(text) <= MOST_COUNT):
        raise ValueError(f"count “{text[:40]}” must be a whole number from 0 to {MOST_COUNT}")
    return int(text)
