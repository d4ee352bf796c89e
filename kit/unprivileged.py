"""Programs that must not run as root: where we are root they run as a user without rights, else as ourselves."""

import os
import pwd
import signal
import subprocess
from dataclasses import dataclass
from pathlib import Path

from kit.orphans import die_with_parent

UNPRIVILEGED = "nobody"


@dataclass(frozen=True, slots=True)
class _Identity:
    user: int | None
    group: int | None


def _identity() -> _Identity:
    if os.geteuid() != 0:
        return _Identity(None, None)  # as ourselves
    user = pwd.getpwnam(UNPRIVILEGED)
    return _Identity(user.pw_uid, user.pw_gid)


def hand_over(path: Path) -> None:
    """Make `path`, which we made, the property of the user that programs run as."""
    run_as = _identity()
    if run_as.user is not None and run_as.group is not None:
        os.chown(path, run_as.user, run_as.group)


def run(command: list[str], folder: Path, stdin: str = "") -> subprocess.CompletedProcess[str]:
    """Run a program in `folder` to its end, whatever that is."""
    run_as = _identity()
    return subprocess.run(
        command,
        input=stdin,
        text=True,
        capture_output=True,
        cwd=folder,
        env=_environment(),
        user=run_as.user,
        group=run_as.group,
    )


def spawn(command: list[str], log: Path, on_orphan: signal.Signals) -> subprocess.Popen[bytes]:
    """Start a program in the folder of its `log`; it gets `on_orphan` when we end, however that is."""
    run_as = _identity()
    with log.open("ab") as out:
        return subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=out,
            cwd=log.parent,
            env=_environment(),
            start_new_session=True,  # Ctrl-C is for the supervisor, which stops services last
            preexec_fn=die_with_parent(on_orphan),
            user=run_as.user,
            group=run_as.group,
        )


def _environment() -> dict[str, str]:
    return {"PATH": os.environ.get("PATH", "/usr/bin:/bin"), "LC_ALL": "C.UTF-8"}
