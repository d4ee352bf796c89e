"""What makes a process fit to tell the time: nothing of it may keep the probing loop from running for long."""

import gc
import sys

# How long another thread, as one that reads a thousand claimed checks, may keep the loop waiting for its turn. With 40 ms
# of such work twice a second, p99 of the error in what is reported is 37 ms at Python's own 5 ms, and 4 ms at this.
SWITCH_S = 0.0001


def be_prompt() -> None:
    """Prepare this process, which has loaded all that it needs, for probing.

    The collector looks no more through what is there to stay, the whole of Django: that takes it 60 ms each time.
    """
    gc.collect()
    gc.freeze()
    sys.setswitchinterval(SWITCH_S)
