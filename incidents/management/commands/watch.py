import signal
import threading
from argparse import ArgumentParser

from django.core.management.base import BaseCommand

from incidents.services.watching import stand_watch
from kit.clock import clock


class Command(BaseCommand):
    help = "Weigh what organizations share of their deliveries, minute by minute, until asked to stop. One works at a time."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--once", action="store_true", help="Weigh what has come in so far, say it, and end.")

    def handle(self, *, once: bool, **options: object) -> None:
        stop = threading.Event()
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: stop.set())
        if once:
            stop.set()
        self.stdout.write("Watching what organizations share of their deliveries.")
        stand_watch(stop, clock)
