"""manage.py make_partner_key"""

from argparse import ArgumentParser

from django.core.management.base import BaseCommand, CommandError

from monitors.services.report_partners import make_key


class Command(BaseCommand):
    help = "Make a key with which a partner may send reports of its users. It is printed once and kept as a hash."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("name", help="who gets it")

    def handle(self, *, name: str, **options: object) -> None:
        if not name.strip() or len(name) > 80:
            raise CommandError("A partner's name has 1 to 80 characters.")
        partner, key = make_key(name.strip())
        self.stdout.write(key)
        self.stderr.write(
            f"This is the only time that the key of {partner.name} is shown. In the admin you can revoke it, and say how"
            f" many of its reports count in ten minutes: {partner.trusted_networks} until then."
        )
