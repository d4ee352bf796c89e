import os
import shutil
import socket
import sys
import time
import urllib.error
import urllib.request
from argparse import ArgumentParser
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import OperationalError, connection

from config import demonstration
from config.preparing import prepare
from config.processes import PROCESSES
from kit import embedded
from kit.alone import NotAlone, alone_in
from kit.supervisor import Child, Supervisor, command

# Stages of stopping: beat first, then what does the work, the data services last.
SERVICES, WORK, BEAT = 0, 1, 2


class Command(BaseCommand):
    help = "Run everything on this machine: data services of our own where no URL names yours, web, workers, beat."
    requires_system_checks = "__all__"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--demo", action="store_true", help="Play a day of Twilio in ten minutes, in var/demo.")
        parser.add_argument("--only", nargs="+", choices=sorted(PROCESSES), metavar="PROCESS", help="Not the others.")

    def handle(self, *, demo: bool, only: list[str] | None, **options: object) -> None:
        if demo and not demonstration.is_on():
            self._become_the_demo()
        with _alone(settings.VAR_DIR), Supervisor() as supervisor:
            self._check_port()
            self._run(supervisor, only or list(PROCESSES))

    def _become_the_demo(self) -> None:
        """Start again with the demo's settings and nothing in its folder; all processes inherit them."""
        folder = demonstration.folder(settings.BASE_DIR)
        with _alone(folder):
            _empty(folder)
        environment = {**os.environ, **demonstration.environment(folder, settings.PORT)}
        os.execve(sys.executable, [sys.executable, *sys.argv], environment)

    def _check_port(self) -> None:
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((settings.HOST, settings.PORT))
            except OSError as error:
                raise CommandError(
                    f"Port {settings.PORT} of {settings.HOST} cannot be used: {error.strerror}. "
                    f"Choose another one, as in: PORT={settings.PORT + 1} make up"
                ) from error

    def _run(self, supervisor: Supervisor, names: list[str]) -> None:
        began = time.monotonic()
        try:
            supervisor.start(*_services())
            password = prepare(supervisor.say)
            if demonstration.is_on():
                demonstration.stage()
        except (embedded.ServiceFailed, OperationalError) as error:
            raise CommandError(f"The data services cannot be used: {error}") from error
        connection.close()  # a supervisor that runs for months holds none
        if supervisor.is_stopping:
            return
        supervisor.start(*_work(names))
        herald = _Herald(supervisor, password, began)
        try:
            supervisor.watch(herald.look)
        finally:
            herald.tell_password()


class _Herald:
    """Says once that web answers, and where; and the one-time password, whatever happens."""

    def __init__(self, supervisor: Supervisor, password: str | None, began: float) -> None:
        self._supervisor, self._password, self._began = supervisor, password, began
        self._is_done = False

    def look(self) -> None:
        if self._is_done or not _answers():
            return
        self._is_done = True
        self._supervisor.say(f"\nOpen {settings.PUBLIC_URL}   (ready after {time.monotonic() - self._began:.1f} s)")
        self.tell_password()
        if demonstration.is_on():
            self._supervisor.say(demonstration.words())
        self._supervisor.say("Ctrl-C stops everything.\n")

    def tell_password(self) -> None:
        if self._password:
            self._supervisor.say(f"Log in as {settings.FIRST_OWNER_EMAIL} with the one-time password {self._password}")
            self._supervisor.say("It is shown only now. `manage.py one_time_password EMAIL` makes a new one.")
        self._password = None


def _answers() -> bool:
    host = "127.0.0.1" if settings.HOST in ("0.0.0.0", "::") else settings.HOST
    request = urllib.request.Request(f"http://{host}:{settings.PORT}/healthz", headers={"Host": settings.PUBLIC_HOST})
    try:
        urllib.request.urlopen(request, timeout=5).close()
    except urllib.error.HTTPError:
        return True  # it answers, and says what is wrong with it
    except OSError:
        return False
    return True


def _services() -> list[Child]:
    at = embedded.place(settings.VAR_DIR)
    children = []
    if settings.EMBEDDED_POSTGRES:
        children.append(Child("postgres", lambda: embedded.start_postgres(at), SERVICES, embedded.FAST_STOP))
    if settings.EMBEDDED_VALKEY:
        children.append(Child("valkey", lambda: embedded.start_valkey(at), SERVICES, embedded.FAST_STOP))
    return children


def _work(names: list[str]) -> list[Child]:
    children = []
    for name in names:
        process = PROCESSES[name]()
        env = {key: os.environ.get(key, value) for key, value in process.defaults.items()}
        stage = BEAT if name == "beat" else WORK
        children.append(command(name, process.arguments, env=env, cwd=settings.BASE_DIR, stage=stage))
    if demonstration.is_on():
        children.append(command("outside", demonstration.COMMAND, cwd=settings.BASE_DIR, stage=BEAT))
    return children


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    try:
        with alone_in(folder, settings.PUBLIC_URL):
            yield
    except NotAlone as other:
        raise CommandError(
            f"StatusWire runs already in {folder}, as process {other.pid}: open {other.note}. "
            f"Stop that one first (kill {other.pid}), or set VAR_DIR and PORT for a second installation."
        ) from other
    except PermissionError as error:
        raise CommandError(
            f"{error.filename} cannot be written. Start as the user it belongs to, "
            "or set VAR_DIR to a folder of your own."
        ) from error


def _empty(folder: Path) -> None:
    """Remove what an earlier demo left, wherever its services keep their data; the lock stays."""
    shutil.rmtree(embedded.place(folder).home, ignore_errors=True)
    for path in folder.iterdir():
        if path.is_dir():
            shutil.rmtree(path)
        elif path.name != "up.lock":
            path.unlink()
