from django.conf import settings
from django.core.management.base import BaseCommand

from config.preparing import prepare


class Command(BaseCommand):
    help = "Migrate the database, load the catalogue, make the first owner. For deployments; `up` does it itself."
    requires_system_checks = "__all__"

    def handle(self, **options: object) -> None:
        password = prepare(self.stdout.write)
        if password:
            self.stdout.write(f"First owner: {settings.FIRST_OWNER_EMAIL}  one-time password: {password}")
        self.stdout.write("The database is ready.")
