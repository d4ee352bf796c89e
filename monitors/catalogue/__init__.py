"""The providers we ship: facts about who they are and where they say how they are (providers.csv)."""

import csv
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path

SHIPPED = Path(__file__).parent / "providers.csv"
COLUMNS = (
    "slug", "name", "category", "homepage", "status_page", "format", "feed", "parent", "alternatives", "formerly",
)  # fmt: skip
CATEGORIES = frozenset(
    "ai cdn cloud comms crm crypto data devtools ecommerce education finance gaming hosting hr iot it-management marketing "
    "media network observability other payments productivity security social support telecom".split()
)
_SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_ADDRESS = re.compile(r"https?://[^\s/]+\S*")
_LISTS = ("alternatives", "formerly")


class BadCatalogue(Exception):
    """A catalogue that cannot be loaded; the message names the line and what was expected."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One provider. `format` and `feed` are "" where it has no status page that a machine can read.

    `parent` is the provider that it is a part of, `alternatives` are others that do the same job, likeliest first;
    `formerly` are slugs that it had in earlier catalogues, by which its history is found again.
    """

    slug: str
    name: str
    category: str
    homepage: str
    status_page: str
    format: str
    feed: str
    parent: str = ""
    alternatives: tuple[str, ...] = ()
    formerly: tuple[str, ...] = ()


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
    lines: dict[str, int] = {}
    for number, row in enumerate(rows, 2):
        if None in row or None in row.values() or not row["slug"] or not row["name"]:
            raise BadCatalogue(f"Line {number} must have {len(COLUMNS)} fields, with a slug and a name.")
        entry = _entry(row)
        if entry.slug in entries:
            raise BadCatalogue(f"Line {number} has the slug {entry.slug!r}, which an earlier line has too.")
        entries[entry.slug], lines[entry.slug] = entry, number
    for slug, entry in entries.items():
        if problem := _problem(entry, entries.keys()):
            raise BadCatalogue(f"Line {lines[slug]} ({slug}): {problem}")
    return list(entries.values())


def _entry(row: Mapping[str, str]) -> Entry:
    words = {name: row[name].strip() for name in COLUMNS if name not in _LISTS}
    lists = {name: tuple(row[name].split()) for name in _LISTS}
    return Entry(**words, **lists)  # type: ignore[arg-type]  # two kinds of values


def _problem(entry: Entry, slugs: Collection[str]) -> str:
    """Return what is wrong with an entry among those called `slugs`, or ""."""
    if not _SLUG.fullmatch(entry.slug):
        return "A slug has small letters, digits and single hyphens."
    if entry.category not in CATEGORIES:
        return f"The category {entry.category!r} is none of {', '.join(sorted(CATEGORIES))}."
    for address in filter(None, (entry.homepage, entry.status_page, entry.feed)):
        if not _ADDRESS.fullmatch(address):
            return f"{address!r} is no web address."
    if bool(entry.format) != bool(entry.feed):
        return "A format needs a feed, and a feed a format."
    others = (*filter(None, (entry.parent,)), *entry.alternatives)
    if entry.slug in others or len(set(entry.alternatives)) < len(entry.alternatives):
        return "A parent or an alternative is another provider, named once."
    for slug in others:
        if slug not in slugs:
            return f"There is no provider {slug!r} to be its parent or alternative."
    for slug in entry.formerly:
        if slug in slugs:
            return f"Its former slug {slug!r} is that of another line."
    return ""
