"""The embedded services, as whoever starts them: root, an ordinary user, in open and in closed folders."""

import os
import pwd
import shutil
import signal
import subprocess
import sys
import sysconfig
import tempfile
import textwrap
from pathlib import Path

import psycopg
import pytest

from kit import embedded
from kit.orphans import is_running
from kit.secrets import local_secret
from kit.unprivileged import UNPRIVILEGED

ROOT = Path(__file__).resolve().parents[2]
as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can start services as somebody else")
ORDINARY = "games"  # a user that every Debian has and nobody uses


@pytest.fixture
def folder():
    """A data folder that others may pass through, as under /srv; pytest's own are closed to them."""
    path = Path(tempfile.mkdtemp(prefix="swe-"))
    path.chmod(0o755)
    yield path
    home = embedded.place(path).home
    shutil.rmtree(path)
    shutil.rmtree(home, ignore_errors=True)


def python_for_all():
    """Return a Python of our version that an ordinary user may run; ours may lie under /root."""
    wanted = f"python{sys.version_info.major}.{sys.version_info.minor}"
    for path in (Path(sys.executable).resolve(), Path("/usr/bin") / wanted):
        if path.exists() and all(part.stat().st_mode & 0o001 for part in [path, *path.parents, ROOT, *ROOT.parents]):
            return str(path)
    return pytest.skip("an ordinary user cannot reach this checkout or its Python")


def start_and_ask(at):
    """Start both, write a row, stop both; return what a second start still knows."""
    answers = []
    for statement in ("CREATE TABLE kept AS SELECT 42 AS number", "SELECT number FROM kept"):
        services = [embedded.start_postgres(at, fast=True), embedded.start_valkey(at)]
        try:
            with psycopg.connect(at.database_url, autocommit=True) as connection:
                answers.append(connection.execute(statement).rowcount)
        finally:
            for service in services:
                embedded.stop(service)
        assert [service.returncode for service in services] == [0, 0]
    return answers


@pytest.mark.parametrize("mode", [pytest.param(0o755, id="open"), pytest.param(0o700, id="closed")])
def test_data_is_found_again(folder, mode):
    folder.chmod(mode)
    assert start_and_ask(embedded.place(folder)) == [1, 1]
    assert folder.stat().st_mode & 0o777 == mode, "folders that are not ours keep their permissions"


@as_root
def test_root_runs_them_as_nobody_in_a_folder_that_nobody_can_reach(folder):
    folder.chmod(0o700)
    at = embedded.place(folder)
    service = embedded.start_postgres(at, fast=True)
    try:
        owner = Path(f"/proc/{service.pid}").stat().st_uid
    finally:
        embedded.stop(service)
    assert (pwd.getpwuid(owner).pw_name, at.home.parent) == (UNPRIVILEGED, Path("/var/lib"))


@as_root
def test_an_ordinary_user_runs_them_as_themselves(folder):
    user = pwd.getpwnam(ORDINARY)
    os.chown(folder, user.pw_uid, user.pw_gid)
    code = f"""
        from pathlib import Path
        from kit import embedded
        at = embedded.place(Path({str(folder)!r}))
        for service in [embedded.start_postgres(at, fast=True), embedded.start_valkey(at)]:
            print(Path(f"/proc/{{service.pid}}").stat().st_uid)
            embedded.stop(service)
    """
    run = subprocess.run(
        [python_for_all(), "-c", textwrap.dedent(code)],
        cwd=ROOT, user=user.pw_uid, group=user.pw_gid, extra_groups=[], capture_output=True, text=True,
        env={**os.environ, "PYTHONPATH": sysconfig.get_path("purelib")},
    )  # fmt: skip
    assert (run.stdout.split(), run.stderr) == ([str(user.pw_uid)] * 2, "")


@as_root
def test_services_of_a_supervisor_that_was_killed_end_too(folder):
    code = f"""
        import os, signal
        from pathlib import Path
        from kit import embedded
        at = embedded.place(Path({str(folder)!r}))
        print(*[service.pid for service in (embedded.start_postgres(at, fast=True), embedded.start_valkey(at))], flush=True)
        os.kill(os.getpid(), signal.SIGKILL)
    """
    run = subprocess.run([sys.executable, "-c", textwrap.dedent(code)], cwd=ROOT, capture_output=True, text=True)
    assert run.returncode == -signal.SIGKILL
    assert start_and_ask(embedded.place(folder)) == [1, 1], "the next start waits for the end of the one before"
    assert [is_running(int(pid)) for pid in run.stdout.split()] == [False, False]


def test_an_interrupted_first_start_is_made_anew(folder):
    at = embedded.place(folder)
    embedded.prepare(at)
    (at.home / "postgres").mkdir()
    (at.home / "postgres" / "postgresql.conf").write_text("half of it")
    assert start_and_ask(at) == [1, 1]


def test_a_server_that_stops_at_once_is_told_with_the_end_of_its_log(folder):
    at = embedded.place(folder)
    embedded.stop(embedded.start_postgres(at, fast=True))
    with (at.home / "postgres" / "postgresql.conf").open("a") as configuration:
        configuration.write("no_such_setting = 1\n")
    with pytest.raises(embedded.ServiceFailed, match=r"(?s)postgres stopped at once.*no_such_setting"):
        embedded.start_postgres(at, fast=True)


def test_a_long_path_puts_the_sockets_elsewhere(folder):
    deep = folder / ("a" * 60) / ("b" * 60)
    deep.mkdir(parents=True)
    at = embedded.place(deep)
    assert (at.sockets.parent, len(str(at.sockets)) < embedded.SOCKET_PATH_LIMIT) == (Path("/tmp"), True)


def test_two_installations_share_nothing(tmp_path):
    places = [embedded.place(tmp_path / name) for name in ("one", "two")]
    assert len({at.database_url for at in places} | {at.valkey_url for at in places}) == 4


def test_a_secret_is_made_once_and_only_for_us(tmp_path):
    path = tmp_path / "secrets" / "key"
    first = local_secret(path)
    assert (len(first) >= 43, local_secret(path), path.stat().st_mode & 0o777) == (True, first, 0o600)
    assert [entry.name for entry in path.parent.iterdir()] == ["key"]
