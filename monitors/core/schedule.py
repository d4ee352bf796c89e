"""When the checks of a monitor fall due: slots, the same on every machine and after every restart.

Slot k of a monitor is at epoch + phase + k × interval; the phase spreads the monitors of one interval
evenly over it. In UTC, so that no night is short. `monitors.services.dispatch` has the same sum in SQL.

One monitor that is made, changed or resumed is checked at once. Of many together each begins at its own first
slot (`first_slot_after`): five hundred that begin in one moment would be five hundred checks in one moment.
"""

from datetime import UTC, datetime, timedelta

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)
# Knuth's multiplicative hash: ids in a row land far apart.
MULTIPLIER = 2_654_435_761
MODULUS = 2**32
FIRST_WITHIN_S = 300  # the longest that one of many waits for its first check: a day's interval is too long


def phase_ms(monitor_id: int, interval_s: int) -> int:
    """Return how far a monitor's slots lie behind the multiples of its interval, in milliseconds."""
    return monitor_id * MULTIPLIER % MODULUS % (interval_s * 1000)


def slot_at(monitor_id: int, interval_s: int, at: datetime) -> datetime:
    """Return the latest slot of a monitor at or before `at`."""
    phase, interval = phase_ms(monitor_id, interval_s), interval_s * 1000
    slots = ((at - _EPOCH) // _MILLISECOND - phase) // interval
    return _EPOCH + (phase + slots * interval) * _MILLISECOND


def slot_after(monitor_id: int, interval_s: int, at: datetime) -> datetime:
    """Return the first slot of a monitor after `at`."""
    return slot_at(monitor_id, interval_s, at) + timedelta(seconds=interval_s)


def first_slot_after(monitor_id: int, interval_s: int, at: datetime) -> datetime:
    """Return when a monitor that begins together with many others is first checked: within FIRST_WITHIN_S.

    That is its first slot after `at`; one with a longer interval has a moment of its own before that.
    """
    return slot_after(monitor_id, min(interval_s, FIRST_WITHIN_S), at)
