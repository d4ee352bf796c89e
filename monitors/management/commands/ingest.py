"""manage.py ingest [FORMAT] FILE... [--provider SLUG]"""

import json
import re
from argparse import ArgumentParser
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from kit.clock import clock
from monitors.formats import detect, formats
from monitors.formats.base import Snapshot, UnreadableFeed
from monitors.models import Provider
from monitors.queries.readings import Json, reading_as_json, reading_as_row, reading_as_text, rows_as_text, unread_row
from monitors.services.bodies import feed_for_body, provider_for_body, take_in_body, together

_NOTES = (".md", ".txt")  # what lies beside bodies in a folder and is none


class Command(BaseCommand):
    help = (
        "Run stored bodies of feeds through the code that reads polled ones, and print what came of them. One body for "
        "--provider is stored; of several, or of a folder, a table is printed and nothing is stored."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "words",
            nargs="+",
            metavar="[FORMAT] FILE",
            help=f"bodies as they came, or folders of them; the format, where it is not to be detected, is one of "
            f"{', '.join(sorted(formats()))}",
        )
        parser.add_argument("--provider", metavar="SLUG", help="whose body it is")
        parser.add_argument("--at", metavar="TIME", help="when the body was fetched, ISO 8601; UTC without a zone")
        parser.add_argument("--create", action="store_true", help="make the provider if there is none of this slug")
        parser.add_argument("--dry-run", action="store_true", help="store nothing")
        parser.add_argument("--json", action="store_true", help="print one JSON document (docs/FORMATS.md)")

    def handle(self, *, words: Sequence[str], **options: object) -> None:
        format_name, paths = _arguments(words)
        now = _moment(options["at"])
        if options["provider"] and len(paths) == 1 and not paths[0].is_dir():
            self._one(format_name, paths[0], now, options)
        else:
            self._several(format_name, _files(paths), now, options)

    def _one(self, format_name: str, path: Path, now: datetime, options: dict[str, object]) -> None:
        name, snapshot = _snapshot(format_name, path)
        with together(keep=not options["dry_run"]):
            provider = _provider(str(options["provider"]), create=bool(options["create"]))
            document = _taken_in(provider, name, snapshot, now=now, stored=not options["dry_run"])
        self._print(document, reading_as_text(document), options)

    def _several(self, format_name: str, files: Sequence[Path], now: datetime, options: dict[str, object]) -> None:
        """Try each body by itself, with nothing of the others stored: what came of it depends on no order."""
        rows = [_row(format_name, path, str(options["provider"] or ""), now) for path in files]
        self._print(rows, rows_as_text(rows), options)
        unread = sum(row["reason"] != "" for row in rows)
        if unread:
            raise CommandError(f"{unread} of {len(rows)} bodies could not be read; the table says why.")

    def _print(self, document: object, text: str, options: dict[str, object]) -> None:
        self.stdout.write(json.dumps(document, indent=2, ensure_ascii=False) if options["json"] else text)


def _arguments(words: Sequence[str]) -> tuple[str, list[Path]]:
    """Return the format, "" where it is to be detected, and the paths. A format is told by its name."""
    first, rest = words[0], [Path(word) for word in words[1:]]
    if first in formats():
        if not rest:
            raise CommandError(f"Which body is to be read as {first}? Give a file or a folder after it.")
        return first, rest
    if rest and not Path(first).exists() and re.fullmatch(r"[a-z0-9_]+", first):
        raise CommandError(f"There is no format {first!r}. Choose one of: {', '.join(sorted(formats()))}")
    return "", [Path(first), *rest]


def _files(paths: Sequence[Path]) -> list[Path]:
    """Return the files in `paths`, those of folders in order of their names, without notes."""
    found: list[Path] = []
    for path in paths:
        inside = [item for item in path.rglob("*") if item.is_file()] if path.is_dir() else []
        found += sorted(item for item in inside if item.suffix not in _NOTES and not item.name.startswith("."))
        if not path.is_dir():
            found.append(path)
    if not found:
        raise CommandError(f"There is no body in {', '.join(map(str, paths))}.")
    return found


def _row(format_name: str, path: Path, slug: str, now: datetime) -> Json:
    name = f"{path.parent.name}/{path.name}"
    try:
        used, snapshot = _snapshot(format_name, path)
    except CommandError as error:
        return unread_row(name, format_name, str(error).removeprefix(f"{path} "))
    with together(keep=False):
        provider = provider_for_body(slug or _slug_in(path), create=True)
        assert provider is not None  # it is made where there is none
        return reading_as_row(name, _taken_in(provider, used, snapshot, now=now, stored=False))


def _slug_in(path: Path) -> str:
    """Return the provider that a file is named after ("twilio_summary_2020.json"), which may be one of the catalogue."""
    found = re.match(r"[a-z0-9]+", path.name.lower())
    return (found[0] if found else "body")[:60]


def _taken_in(provider: Provider, format_name: str, snapshot: Snapshot, *, now: datetime, stored: bool) -> Json:
    feed = feed_for_body(provider, format_name)
    report = take_in_body(feed, snapshot, now=now)
    return reading_as_json(feed.id, snapshot, report, now=now, stored=stored)


def _snapshot(format_name: str, path: Path) -> tuple[str, Snapshot]:
    """Return the format of a body and what it says. Raises CommandError."""
    try:
        body = path.read_bytes()
        if not format_name:
            found = detect.match(body)
            return found.name, found.snapshot
        return format_name, formats()[format_name].parse(body)
    except OSError as error:
        raise CommandError(f"{path} cannot be read: {error.strerror}.") from error
    except detect.NotDetected as error:
        raise CommandError(f"{path} is of no format that we know: {error}") from error
    except UnreadableFeed as error:
        label = formats()[format_name].label
        raise CommandError(f"{path} is not readable as {label}: {error} Nothing was changed.") from error


def _moment(value: object) -> datetime:
    if value is None:
        return clock()
    try:
        at = datetime.fromisoformat(str(value))
    except ValueError as error:
        raise CommandError(f"--at must be a time such as 2026-09-24T21:20:00+00:00, not {value!r}.") from error
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def _provider(slug: str, *, create: bool) -> Provider:
    provider = provider_for_body(slug, create=create)
    if provider is None:
        raise CommandError(
            f"There is no provider {slug!r}. Load the catalogue (manage.py load_catalogue), or add --create."
        )
    return provider
