"""`manage.py up`, for real: processes, ports, signals. Each installation has a folder and a port of its own."""

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from config.processes import PROCESSES
from kit import embedded
from kit.orphans import is_running
from tests.kit.servers import answer, serving

ROOT = Path(__file__).resolve().parents[2]
SERVICES = ("DATABASE_URL", "VALKEY_URL", "BROKER_URL", "CHANNEL_URL", "CACHE_URL")


def free_port():
    for port in range(18_800, 18_900):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)):
                return port
    raise AssertionError("no free port")


class Installation:
    """One installation in a folder of its own; `log` is what its supervisor has said."""

    def __init__(self, folder):
        self.folder, self.port = folder, free_port()
        kept = {name: value for name, value in os.environ.items() if name not in SERVICES}
        self.environment = {**kept, "VAR_DIR": str(folder), "PORT": str(self.port)}
        self.environment.pop("DJANGO_SETTINGS_MODULE", None)
        self.process = None
        self._log = folder / "up.log"

    @property
    def log(self):
        return self._log.read_text()

    def up(self, *arguments):
        with self._log.open("w") as out:
            self.process = subprocess.Popen(
                [sys.executable, "manage.py", "up", *arguments], cwd=ROOT, env=self.environment, stdout=out, stderr=out
            )
        self.wait_for("Ctrl-C stops everything")
        return self

    def wait_for(self, words, within_s=60):
        deadline = time.monotonic() + within_s
        while words not in self.log:
            assert self.process.poll() is None, self.log
            assert time.monotonic() < deadline, self.log
            time.sleep(0.05)

    def manage(self, *arguments):
        return subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=ROOT, env=self.environment, capture_output=True, text=True, timeout=60,
        )  # fmt: skip

    def get(self, path):
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=20) as response:
                return response.status, response.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()

    def children(self):
        listed = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()
        return {int(pid): Path(f"/proc/{pid}/cmdline").read_text().replace("\0", " ") for pid in listed}

    def end(self, how=signal.SIGINT):
        """Ask to stop; return the exit code and how many of its children still run."""
        pids = list(self.children())
        self.process.send_signal(how)
        code = self.process.wait(30)
        deadline = time.monotonic() + 5 * (how == signal.SIGKILL)
        while any(map(is_running, pids)) and time.monotonic() < deadline:
            time.sleep(0.05)
        return code, sum(map(is_running, pids))


@pytest.fixture
def installation():
    folder = Path(tempfile.mkdtemp(prefix="swu-"))
    folder.chmod(0o755)
    made = Installation(folder)
    yield made
    if made.process and made.process.poll() is None:
        made.process.terminate()
        made.process.wait(30)
    home = embedded.place(folder).home
    shutil.rmtree(folder)
    shutil.rmtree(home, ignore_errors=True)


def test_two_starts_of_one_installation(installation):
    installation.up("--only", "web")
    first = installation.log
    password = re.search(r"one-time password (\S+)", first)
    assert password, first
    assert f"Open http://127.0.0.1:{installation.port}" in first
    assert installation.get("/accounts/login/")[0] == 200
    again = installation.manage("up")
    assert (again.returncode, "runs already in" in again.stderr, "Traceback" in again.stderr) == (1, True, False)
    assert installation.end() == (0, 0)
    installation.up("--only", "web")
    assert "one-time password" not in installation.log, "a second start makes no second owner"
    assert installation.end(signal.SIGTERM) == (0, 0)


def test_a_dead_child_is_started_again_and_said_so(installation):
    installation.up("--only", "web")
    web = next(pid for pid, command in installation.children().items() if "uvicorn" in command)
    postgres = next(pid for pid, command in installation.children().items() if "postgres" in command)
    os.kill(web, signal.SIGKILL)
    os.kill(postgres, signal.SIGKILL)
    installation.wait_for("web was ended by SIGKILL")
    installation.wait_for("postgres was ended by SIGKILL")
    deadline = time.monotonic() + 30
    status = 0
    while status != 200 and time.monotonic() < deadline:
        time.sleep(0.2)
        try:
            status, _ = installation.get("/accounts/login/")
        except OSError:
            continue
    assert status == 200


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux ends children with a parent that was killed")
def test_a_killed_supervisor_leaves_nothing(installation):
    installation.up("--only", "web", "beat")
    assert len(installation.children()) == 4
    assert installation.end(signal.SIGKILL) == (-9, 0)


def test_a_taken_port_is_named(installation):
    with socket.socket() as other:
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        other.bind(("127.0.0.1", installation.port))
        other.listen()
        run = installation.manage("up")
    words = (
        f"CommandError: Port {installation.port} of 127.0.0.1 cannot be used: Address already in use. Choose another"
    )
    assert (run.returncode, run.stderr.startswith(words)) == (1, True)


def monitor_of(target):
    return f"""
from accounts.models import Organization
from monitors.models import Feed, Monitor, Provider, Scope
Feed.objects.update(is_enabled=False)  # nobody is polled by a test
organization = Organization.objects.get()
provider = Provider.objects.first()
scope = Scope.objects.create(provider=provider)
Monitor.objects.create(organization=organization, scope=scope, name="one", target={target!r}, interval_s=30)
"""


CHECKED = "from monitors.models import Monitor; print(Monitor.objects.filter(last_check_at__isnull=False).count())"


def test_with_urls_it_uses_those_servers_and_starts_none(installation):
    """Beat wakes the worker and the prober makes a check, all over the Unix sockets of somebody else's pair."""
    theirs = embedded.place(installation.folder / "theirs")
    (installation.folder / "theirs").mkdir()
    services = [embedded.start_postgres(theirs, fast=True), embedded.start_valkey(theirs, fast=True)]
    try:
        with serving(answer(b"fine")) as target:
            installation.environment |= {
                "DATABASE_URL": theirs.database_url,
                "VALKEY_URL": theirs.valkey_url,
                "ALLOWED_PRIVATE_HOSTS": target.place,
            }
            for arguments in (["prepare"], ["shell", "--no-imports", "-c", monitor_of(target.url)]):
                run = installation.manage(*arguments)
                assert run.returncode == 0, run.stderr
            installation.up()
            assert len(installation.children()) == len(PROCESSES), "no services of its own"
            assert (installation.folder / "services").exists() is False
            deadline = time.monotonic() + 60
            while installation.manage("shell", "--no-imports", "-c", CHECKED).stdout.strip() != "1":
                assert time.monotonic() < deadline, installation.log
            assert len(target.requests) >= 1
            assert json.loads(installation.get("/healthz")[1])["database"] is True
            assert installation.end() == (0, 0)
    finally:
        for service in services:
            embedded.stop(service)
        shutil.rmtree(theirs.home, ignore_errors=True)
