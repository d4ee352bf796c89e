"""One supervisor per data folder."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class NotAlone(Exception):
    """Another process holds the folder; `pid` is its id and `note` what it left for us to know."""

    def __init__(self, pid: str, note: str) -> None:
        super().__init__(f"process {pid} holds the folder")
        self.pid, self.note = pid, note


@contextmanager
def alone_in(folder: Path, note: str) -> Iterator[None]:
    """Hold `folder` until the block or this process ends, however it ends. Raises NotAlone, or OSError."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "up.lock").open("a+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            file.seek(0)
            pid, _, left = file.read().partition(" ")
            raise NotAlone(pid, left) from error
        file.truncate(0)
        file.write(f"{os.getpid()} {note}")
        file.flush()
        yield
