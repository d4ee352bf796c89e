"""No process of ours outlives the one that started it, however that one ends."""

import ctypes
import os
import signal
import sys
from collections.abc import Callable

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
