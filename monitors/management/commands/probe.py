import signal
import threading
from argparse import ArgumentParser

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from kit.clock import clock
from monitors.probes.promptness import be_prompt
from monitors.services.checks import engine
from monitors.services.probing import Prober


class Command(BaseCommand):
    help = "Make the checks of a region, each at its time, until asked to stop. Any number may run."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--region", default=settings.PROBE_REGIONS[0], help="One of PROBE_REGIONS; the first unless given."
        )

    def handle(self, *, region: str, **options: object) -> None:
        if region not in settings.PROBE_REGIONS:
            raise CommandError(f"{region!r} is not one of PROBE_REGIONS: {', '.join(settings.PROBE_REGIONS)}.")
        stop = threading.Event()
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: stop.set())
        be_prompt()
        self.stdout.write(f"Making the checks of region {region}.")
        Prober(engine(), region=settings.PROBE_REGIONS.index(region), clock=clock).run(stop)
