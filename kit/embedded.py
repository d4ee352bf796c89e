"""PostgreSQL and Valkey of our own, from the wheels in requirements.txt, for `make up` and the tests.

Both listen on Unix sockets in a folder that only they and we can enter. PostgreSQL refuses to run as
root, so root starts both as an unprivileged user; only folders that we made ourselves change owner.
"""

import hashlib
import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import psycopg

from kit import binaries as binaries_of
from kit import unprivileged
from kit.binaries import BinaryMissing, open_to_others
from kit.orphans import is_running
from kit.secrets import local_secret

FAST_STOP = signal.SIGINT  # PostgreSQL: ends sessions and writes its data; Valkey: saves and exits
SOCKET_PATH_LIMIT = 100  # Linux allows 107 bytes, and PostgreSQL adds a name


class ServiceFailed(Exception):
    """A service could not be started; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where the services of one installation live: `home` is theirs, `sockets` is where they listen."""

    home: Path
    sockets: Path
    secrets: Path

    @property
    def password(self) -> str:
        """The database's password, made on first use."""
        return local_secret(self.secrets / "database_password")

    @property
    def database_url(self) -> str:
        return f"postgres://statuswire:{self.password}@{quote(str(self.sockets), safe='')}/statuswire"

    @property
    def valkey_url(self) -> str:
        return f"unix://{self.sockets}/valkey.sock"


def place(var: Path) -> Place:
    """Return where the services of the installation with the data folder `var` live.

    That is a folder inside `var`, unless another user has to reach it through a folder that is
    closed to others (a checkout under /root): then it is one under /var/lib, named after `var`.
    """
    var = var.resolve()
    name = "statuswire-" + hashlib.sha256(str(var).encode()).hexdigest()[:12]
    home = var / "services"
    if os.geteuid() == 0 and not open_to_others(var):
        home = Path("/var/lib") / name
    sockets = home / "run"
    if len(str(sockets)) + len("/.s.PGSQL.5432") > SOCKET_PATH_LIMIT:
        sockets = Path("/tmp") / name
    return Place(home, sockets, var / "secrets")


def prepare(at: Place) -> None:
    """Make the folders of `at`, owned by the user the services run as. Raises ServiceFailed if they are another's."""
    for folder in (at.home, at.sockets):
        try:
            folder.mkdir(parents=True, exist_ok=True)
            unprivileged.hand_over(folder)
            folder.chmod(0o700)
        except PermissionError as error:
            raise ServiceFailed(
                f"{folder} cannot be used: it belongs to another user, perhaps from a start as root. "
                "Start as that user, or set VAR_DIR to a folder of your own."
            ) from error


def _found(find: Callable[[Path], Path], at: Place) -> Path:
    try:
        return find(at.home)
    except BinaryMissing as error:
        raise ServiceFailed(str(error)) from error


def start_postgres(at: Place, *, fast: bool = False) -> subprocess.Popen[bytes]:
    """Start PostgreSQL and wait until it answers; the first time, make its cluster and database.

    `fast` gives up durability for speed, for throw-away clusters of tests.
    Raises ServiceFailed with the end of the server's log.
    """
    prepare(at)
    binaries = _found(binaries_of.postgres, at)
    data = at.home / "postgres"
    if not (data / "postgresql.conf").exists() or not (at.home / "made").exists():
        _make_cluster(at, binaries, data)
    _wait_for_predecessor(data / "postmaster.pid")
    options = {
        "listen_addresses": "",
        "unix_socket_directories": str(at.sockets),
        "max_connections": "200",
        "shared_buffers": "128MB",
        "log_min_messages": "warning",
        "timezone": "UTC",
    }
    if fast:
        options |= {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
    arguments = [part for name, value in options.items() for part in ("-c", f"{name}={value}")]
    log = at.home / "postgres.log"
    process = unprivileged.spawn([str(binaries / "postgres"), "-D", str(data), *arguments], log, FAST_STOP)
    _wait_for(process, lambda: _postgres_answers(at), log)
    return process


def _make_cluster(at: Place, binaries: Path, data: Path) -> None:
    shutil.rmtree(data, ignore_errors=True)  # what an interrupted first start left
    password = at.home / "password"  # for initdb alone
    password.touch(mode=0o600)
    password.write_text(at.password)
    unprivileged.hand_over(password)
    try:
        _run(
            [
                *[str(binaries / "initdb"), "-D", str(data), "-U", "statuswire", f"--pwfile={password}"],
                *["--auth=scram-sha-256", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync"],
            ],
            at,
        )
    finally:
        password.unlink()
    single = [str(binaries / "postgres"), "--single", "-D", str(data), "postgres"]
    _run(single, at, stdin="CREATE DATABASE statuswire;\n")
    (at.home / "made").touch()  # the cluster is whole


def _wait_for_predecessor(pid_file: Path, within_s: float = 10) -> None:
    """Wait while the server of a supervisor that was killed a moment ago shuts down."""
    deadline = time.monotonic() + within_s
    while pid_file.exists() and time.monotonic() < deadline:
        lines = pid_file.read_text().splitlines()
        if not lines or not is_running(int(lines[0])):
            return  # a crash left the file; PostgreSQL looks into that itself
        time.sleep(0.05)


def _run(command: list[str], at: Place, stdin: str = "") -> None:
    done = unprivileged.run(command, at.home, stdin)
    if done.returncode:
        raise ServiceFailed(f"{Path(command[0]).name} failed: {(done.stderr or done.stdout)[-800:]}")


def _postgres_answers(at: Place) -> bool:
    try:
        psycopg.connect(at.database_url, connect_timeout=2).close()
    except psycopg.OperationalError:
        return False
    return True


def start_valkey(at: Place, *, fast: bool = False) -> subprocess.Popen[bytes]:
    """Start Valkey and wait until it answers. `fast` keeps nothing on disk, for tests."""
    prepare(at)
    socket_path = at.sockets / "valkey.sock"
    socket_path.unlink(missing_ok=True)
    options = {
        "port": "0",
        "unixsocket": str(socket_path),
        "unixsocketperm": "700",
        "dir": str(at.home),
        "appendonly": "no" if fast else "yes",
        "save": "",
        "maxmemory-policy": "noeviction",
        "daemonize": "no",
        "loglevel": "warning",
    }
    arguments = [part for name, value in options.items() for part in (f"--{name}", value)]
    log = at.home / "valkey.log"
    process = unprivileged.spawn([str(_found(binaries_of.valkey, at)), *arguments], log, FAST_STOP)
    _wait_for(process, lambda: _valkey_answers(socket_path), log)
    return process


def _valkey_answers(socket_path: Path) -> bool:
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(2)
        try:
            connection.connect(str(socket_path))
            connection.sendall(b"PING\r\n")
            return connection.recv(16).startswith(b"+PONG")
        except OSError:
            return False


def _wait_for(process: subprocess.Popen[bytes], answers: Callable[[], bool], log: Path, within_s: float = 30) -> None:
    deadline = time.monotonic() + within_s
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise ServiceFailed(f"{log.stem} stopped at once. Its log ends: {_tail(log)}")
        if answers():
            return
        time.sleep(0.05)
    process.terminate()
    raise ServiceFailed(f"{log.stem} did not answer within {within_s:g} s. Its log ends: {_tail(log)}")


def _tail(log: Path) -> str:
    return log.read_text(errors="replace")[-800:].strip() if log.exists() else "(no log)"


def stop(process: subprocess.Popen[bytes], within_s: float = 10) -> None:
    """Stop a service, politely first."""
    if process.poll() is not None:
        return
    process.send_signal(FAST_STOP)
    try:
        process.wait(within_s)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
