"""Wake a task. A wake-up that the broker does not take costs the time until the sweep, and nothing else."""

import logging
from typing import Protocol

from kombu.exceptions import OperationalError

logger = logging.getLogger(__name__)
_lost: dict[str, int] = {}  # wake-ups in a row that the broker did not take, by task


class Task(Protocol):
    name: str

    def apply_async(self, *, retry: bool) -> object: ...


def wake(task: Task) -> None:
    """Ask a worker to run `task` soon; says once per spell that the broker is away."""
    try:
        task.apply_async(retry=False)  # whoever waits for the broker here is somebody's request
    except (OperationalError, OSError) as error:
        if task.name not in _lost:
            logger.warning(
                "The broker does not take wake-ups of %s, the sweep will run it: %s", task.name, type(error).__name__
            )
        _lost[task.name] = _lost.get(task.name, 0) + 1
        return
    if lost := _lost.pop(task.name, 0):
        logger.info("The broker takes wake-ups of %s again, after %d were left to the sweep", task.name, lost)
