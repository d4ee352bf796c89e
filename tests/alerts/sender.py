"""A process that sends, to be killed: for each line on its input it forks a sender and prints its id."""

import os
import sys
import time

import django


def main() -> None:
    django.setup()
    from alerts.deliver import deliver_all

    nursery = os.getpid()
    _say("ready")
    for _ in sys.stdin:
        child = os.fork()
        if child == 0:
            while os.getppid() == nursery:  # a test that fails leaves no sender behind
                deliver_all(senders=1, timeout_s=5)
                time.sleep(0.02)
            os._exit(0)
        _say(str(child))


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


main()
