"""manage.py ingest FORMAT FILE --provider SLUG"""

import json
from argparse import ArgumentParser
from datetime import UTC, datetime
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from kit.clock import clock
from monitors.formats import formats
from monitors.formats.base import Format, Snapshot, UnreadableFeed
from monitors.models import Provider
from monitors.queries.readings import reading_as_json, reading_as_text
from monitors.services.bodies import feed_for_body, provider_for_body, take_in_body, together


class Command(BaseCommand):
    help = "Run a stored body of a feed through the code that reads polled ones, and print what came of it."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("format", help=f"one of {', '.join(sorted(formats()))}")
        parser.add_argument("file", type=Path, help="the body, as it came")
        parser.add_argument("--provider", required=True, metavar="SLUG")
        parser.add_argument("--at", metavar="TIME", help="when the body was fetched, ISO 8601; UTC without a zone")
        parser.add_argument("--create", action="store_true", help="make the provider if there is none of this slug")
        parser.add_argument("--dry-run", action="store_true", help="store nothing")
        parser.add_argument("--json", action="store_true", help="print one JSON document (docs/FORMATS.md)")

    def handle(self, **options: object) -> None:
        format_ = _format(str(options["format"]))
        snapshot = _snapshot(format_, Path(str(options["file"])))
        now = _moment(options["at"])
        with together(keep=not options["dry_run"]):
            provider = _provider(str(options["provider"]), create=bool(options["create"]))
            feed = feed_for_body(provider, str(options["format"]))
            report = take_in_body(feed, snapshot, now=now)
            document = reading_as_json(feed.id, snapshot, report, now=now, stored=not options["dry_run"])
        if options["json"]:
            self.stdout.write(json.dumps(document, indent=2, ensure_ascii=False))
        else:
            self.stdout.write(reading_as_text(document))


def _format(name: str) -> Format:
    if name not in formats():
        raise CommandError(f"There is no format {name!r}. Choose one of: {', '.join(sorted(formats()))}")
    return formats()[name]


def _snapshot(format_: Format, path: Path) -> Snapshot:
    try:
        return format_.parse(path.read_bytes())
    except OSError as error:
        raise CommandError(f"{path} cannot be read: {error.strerror}.") from error
    except UnreadableFeed as error:
        raise CommandError(f"{path} is not readable as {format_.label}: {error} Nothing was changed.") from error


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
