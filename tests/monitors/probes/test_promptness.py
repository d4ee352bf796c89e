"""A process that tells the time has nothing in it that keeps the loop waiting."""

import gc
import sys

from monitors.probes.promptness import SWITCH_S, be_prompt


def test_what_is_there_to_stay_is_not_collected_again_and_threads_take_short_turns():
    before = sys.getswitchinterval()
    try:
        be_prompt()
        assert gc.get_freeze_count() > 100_000
        assert abs(sys.getswitchinterval() - SWITCH_S) < 1e-6
    finally:
        gc.unfreeze()
        sys.setswitchinterval(before)
