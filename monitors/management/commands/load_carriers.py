"""manage.py load_carriers"""

from django.core.management.base import BaseCommand

from monitors.services import carriers


class Command(BaseCommand):
    help = "Load the shipped table of mobile operators, and place the posts again that named one it lacked. Safe to repeat."

    def handle(self, **options: object) -> None:
        changed = carriers.load()
        self.stdout.write(f"{changed} carriers made or changed.")
        self.stdout.write(f"{carriers.place_again()} stored posts placed anew.")
