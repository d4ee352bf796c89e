"""Make monitors of a file of another tool, or of our own."""

import sys
from argparse import ArgumentParser
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from kit.clock import clock
from monitors.imports import Unreadable
from monitors.imports.documents import MAX_BYTES, text_of
from monitors.management.organizations import organization_called
from monitors.services.importing import Fate, Plan, carry_out, plan

_WORDS = {Fate.NEW: "made", Fate.THERE: "already there", Fate.REFUSED: "cannot be"}


class Command(BaseCommand):
    help = "Import monitors from a file of StatusWire, Uptime Kuma, Gatus, blackbox_exporter or Healthchecks."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", help="the file, or - for the standard input; docs/IMPORTING.md says what it may be")
        parser.add_argument("--organization", required=True, help="slug of the organization that gets the monitors")
        parser.add_argument("--dry-run", action="store_true", help="only say what would be made")

    def handle(self, *, file: str, organization: str, dry_run: bool, **options: object) -> None:
        owner = organization_called(organization)
        try:
            planned = plan(owner.id, _text(file))
        except Unreadable as error:
            raise CommandError(str(error)) from error
        self._show(planned if dry_run else carry_out(owner.id, planned, now=clock()), dry_run=dry_run)

    def _show(self, plan: Plan, *, dry_run: bool) -> None:
        for line in plan.lines:
            word = "new" if dry_run and line.fate == Fate.NEW else _WORDS[line.fate]
            self.stdout.write(f"{word:<14} {line.kind or '-':<20}  {line.name}  {line.why or line.target}")
            for lost in line.lost:
                self.stdout.write(f"{'':<14} not carried over: {lost}")
        made = "would be made" if dry_run else "made"
        self.stdout.write(f"{plan.source}: {plan.new} {made}, {plan.there} already there, {plan.refused} cannot be.")


def _text(file: str) -> str:
    """Return a file's text; more than can be read is cut, which the reader then says. Raises CommandError."""
    try:
        with sys.stdin.buffer if file == "-" else Path(file).open("rb") as stream:
            return text_of(stream.read(MAX_BYTES + 1))
    except OSError as error:
        raise CommandError(f"{file} cannot be read: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise CommandError(f"{file} is no UTF-8 text. Save it as UTF-8.") from error
