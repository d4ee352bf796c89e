"""List the monitors of this installation."""

from argparse import ArgumentParser

from django.core.management.base import BaseCommand, CommandError

from accounts.models import Organization
from monitors.models import Monitor


class Command(BaseCommand):
    help = "List monitors with their last results."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--organization", help="only those of the organization with this slug")

    def handle(self, *, organization: str | None, **options: object) -> None:
        rows = Monitor.objects.select_related("organization").order_by("organization__slug", "id")
        if organization:
            if not Organization.objects.filter(slug=organization).exists():
                known = ", ".join(Organization.objects.order_by("slug").values_list("slug", flat=True)[:20])
                raise CommandError(f"There is no organization {organization!r}. There are: {known or 'none'}.")
            rows = rows.filter(organization__slug=organization)
        for row in rows.iterator():
            state = "paused" if row.is_paused else row.last_state.word
            last = f"{row.last_check_at:%F %T}" if row.last_check_at else "never"
            self.stdout.write(
                f"{row.id:>6}  {row.organization.slug:<20}  {state:<15}  {last:<19}  {row.name}  {row.target}"
            )
