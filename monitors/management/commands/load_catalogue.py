"""manage.py load_catalogue"""

from argparse import ArgumentParser
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from kit.clock import clock
from monitors import catalogue
from monitors.formats import formats
from monitors.services.catalogue import load


class Command(BaseCommand):
    help = (
        "Make the providers and feeds of the catalogue that do not exist yet. Safe to repeat; changes nothing of yours."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--file", type=Path, default=catalogue.SHIPPED, help="another catalogue than the shipped one"
        )
        parser.add_argument(
            "--overwrite", action="store_true", help="replace names and addresses that were changed here"
        )

    def handle(self, *, file: Path, overwrite: bool, **options: object) -> None:
        try:
            entries = catalogue.read(file)
        except catalogue.BadCatalogue as error:
            raise CommandError(str(error)) from error
        report = load(entries, formats(), now=clock(), overwrite=overwrite)
        self.stdout.write(
            f"{report.providers} providers in the catalogue: {report.new} made, {report.filled} filled in, "
            f"{report.feeds} feeds made, {report.moved} moved, {report.unreadable} without a feed that we can read."
        )
        if report.left:
            self.stdout.write(f"{report.left} of an earlier catalogue are not in this one; they stay as they are.")
