"""List the monitors of this installation."""

from argparse import ArgumentParser

from django.core.management.base import BaseCommand

from monitors.management.organizations import organization_called
from monitors.models import Monitor


class Command(BaseCommand):
    help = "List monitors with their last results."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--organization", help="only those of the organization with this slug")

    def handle(self, *, organization: str | None, **options: object) -> None:
        rows = Monitor.objects.select_related("organization").order_by("organization__slug", "id")
        if organization:
            rows = rows.filter(organization=organization_called(organization))
        for row in rows.iterator():
            state = "paused" if row.is_paused else row.last_state.word
            last = f"{row.last_check_at:%F %T}" if row.last_check_at else "never"
            self.stdout.write(
                f"{row.id:>6}  {row.organization.slug:<20}  {state:<15}  {last:<19}  {row.name}  {row.target}"
            )
