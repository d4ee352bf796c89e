"""The providers we ship: facts about who they are and where they say how they are (providers.csv)."""

import csv
from dataclasses import dataclass
from pathlib import Path

SHIPPED = Path(__file__).parent / "providers.csv"
COLUMNS = ("slug", "name", "category", "homepage", "status_page", "format", "feed")


class BadCatalogue(Exception):
    """A catalogue that cannot be loaded; the message names the line and what was expected."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One provider. `format` and `feed` are "" where it has no status page that a machine can read."""

    slug: str
    name: str
    category: str
    homepage: str
    status_page: str
    format: str
    feed: str


def read(path: Path = SHIPPED) -> list[Entry]:
    """Return the entries of a catalogue file. Raises BadCatalogue."""
    try:
        with path.open(newline="", encoding="utf-8") as lines:
            return _entries(csv.DictReader(lines))
    except (OSError, UnicodeDecodeError) as error:
        raise BadCatalogue(f"{path} cannot be read: {error}") from error


def _entries(rows: "csv.DictReader[str]") -> list[Entry]:
    if tuple(rows.fieldnames or ()) != COLUMNS:
        raise BadCatalogue(f"The first line must be {','.join(COLUMNS)}, not {','.join(rows.fieldnames or ())}.")
    entries: dict[str, Entry] = {}
    for number, row in enumerate(rows, 2):
        if None in row or None in row.values() or not row["slug"] or not row["name"]:
            raise BadCatalogue(f"Line {number} must have {len(COLUMNS)} fields, with a slug and a name.")
        if row["slug"] in entries:
            raise BadCatalogue(f"Line {number} has the slug {row['slug']!r}, which an earlier line has too.")
        entries[row["slug"]] = Entry(**{name: row[name].strip() for name in COLUMNS})
    return list(entries.values())
