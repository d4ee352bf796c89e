"""No process of ours outlives the one that started it, however that one ends."""

import ctypes
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path

_PR_SET_PDEATHSIG = 1
# Loaded here and not in the child: between fork and exec only the call itself is safe.
_libc = ctypes.CDLL(None) if sys.platform == "linux" else None


def die_with_parent(with_signal: signal.Signals) -> Callable[[], None]:
    """Return a `preexec_fn` that asks Linux to end the child when this process ends; elsewhere it does nothing.

    The child must be started by the main thread: Linux means the thread that started it, not the process.
    """
    parent = os.getpid()

    def ask() -> None:
        if _libc is None:
            return
        _libc.prctl(_PR_SET_PDEATHSIG, with_signal)
        if os.getppid() != parent:  # it ended before we asked
            os._exit(1)

    return ask


def is_running(pid: int) -> bool:
    """Return whether a process runs; one that has ended and that nobody has asked about yet (a zombie) does not."""
    try:
        os.kill(pid, 0)
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except ProcessLookupError:
        return False
    except PermissionError:  # somebody else's
        return True
    except FileNotFoundError:  # it has just ended, or there is no /proc here
        return not Path("/proc").exists()
