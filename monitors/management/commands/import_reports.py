"""manage.py import_reports"""

from argparse import ArgumentParser
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from kit.clock import clock
from monitors.core.report_rows import COLUMNS, Unreadable
from monitors.services.report_imports import load

SHOWN = 50  # refused rows


class Command(BaseCommand):
    help = f"Load counts of reports from a CSV or JSON file with {', '.join(COLUMNS)}. All of it or nothing; safe to repeat."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, help="*.csv or *.json, UTF-8")
        parser.add_argument("--dry-run", action="store_true", help="say what would happen, and store nothing")

    def handle(self, *, file: Path, dry_run: bool, **options: object) -> None:
        if file.suffix not in (".csv", ".json"):
            raise CommandError(f"{file.name} ends with neither .csv nor .json.")
        try:
            text = file.read_text(encoding="utf-8-sig")
            loaded = load(text, is_json=file.suffix == ".json", is_dry=dry_run, now=clock())
        except (OSError, UnicodeDecodeError, Unreadable) as error:
            raise CommandError(f"{file} cannot be read: {error}") from error
        for refusal in loaded.refused[:SHOWN]:
            self.stdout.write(f"{refusal.line:>7}  {refusal.reason}")
        if len(loaded.refused) > SHOWN:
            self.stdout.write(f"         and {len(loaded.refused) - SHOWN} more")
        counts = f"{loaded.new} new, {loaded.corrected} corrected, {loaded.same} as before"
        if loaded.refused:
            raise CommandError(f"{len(loaded.refused)} rows refused, so nothing was stored. The others: {counts}.")
        self.stdout.write(f"Nothing stored, as asked: {counts}." if dry_run else f"Stored: {counts}.")
