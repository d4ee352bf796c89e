import os
from argparse import ArgumentParser

from django.core.management.base import BaseCommand

from config.processes import PROCESSES


class Command(BaseCommand):
    help = "Become one of the processes. For more than one machine, with *_URL set."
    requires_system_checks = "__all__"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("process", choices=sorted(PROCESSES))

    def handle(self, *, process: str, **options: object) -> None:
        this = PROCESSES[process]()
        os.execve(this.arguments[0], this.arguments, {**this.defaults, **os.environ})
