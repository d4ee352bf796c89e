"""Write an organization's monitors as YAML, without their secrets."""

from argparse import ArgumentParser

from django.core.management.base import BaseCommand

from monitors.imports.statuswire import write
from monitors.management.organizations import organization_called
from monitors.queries.exporting import drafts


class Command(BaseCommand):
    help = "Write an organization's monitors to the standard output, as YAML that import_monitors reads."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--organization", required=True, help="slug of the organization")

    def handle(self, *, organization: str, **options: object) -> None:
        self.stdout.write(write(drafts(organization_called(organization).id)), ending="")
