"""Slots are the same sum everywhere, whatever the clocks on the wall do."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from monitors.core.schedule import FIRST_WITHIN_S, first_slot_after, phase_ms, slot_after, slot_at

NOON = datetime(2026, 3, 29, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("monitor_id", "interval_s", "expected"), [(0, 60, 0), (1, 60, 35_761), (2, 60, 24_226), (1, 10, 5_761)]
)
def test_a_phase_follows_from_the_id_alone(monitor_id, interval_s, expected):
    assert phase_ms(monitor_id, interval_s) == expected


def test_monitors_of_one_interval_are_spread_over_it():
    tenths = {phase_ms(monitor_id, 60) // 6000 for monitor_id in range(1, 41)}
    assert tenths == set(range(10))


@pytest.mark.parametrize("interval_s", [10, 60, 300, 3600, 86_400])
@pytest.mark.parametrize("monitor_id", [1, 2, 77, 2_000_000_000])
def test_slots_are_one_interval_apart(monitor_id, interval_s):
    slot = slot_at(monitor_id, interval_s, NOON)
    assert timedelta(0) <= NOON - slot < timedelta(seconds=interval_s)
    assert slot_at(monitor_id, interval_s, slot) == slot
    assert slot_at(monitor_id, interval_s, slot - timedelta(milliseconds=1)) == slot - timedelta(seconds=interval_s)
    assert slot_after(monitor_id, interval_s, slot) == slot + timedelta(seconds=interval_s)


@pytest.mark.parametrize("night", [datetime(2026, 3, 29), datetime(2026, 10, 25)])  # noqa: DTZ001 - a local midnight
def test_no_night_is_short_or_long(night):
    """Berlin's clocks jump in these nights; the slots do not notice."""
    midnight = night.replace(tzinfo=ZoneInfo("Europe/Berlin"))
    next_day = (night + timedelta(days=1)).replace(tzinfo=ZoneInfo("Europe/Berlin"))
    hours = (next_day.astimezone(UTC) - midnight.astimezone(UTC)) // timedelta(hours=1)
    slot, count = slot_after(5, 3600, midnight.astimezone(UTC)), 0
    while slot <= next_day.astimezone(UTC):
        slot, count = slot_after(5, 3600, slot), count + 1
    assert count == hours


@pytest.mark.parametrize("interval_s", [10, 60, 300, 3600, 86_400])
def test_many_that_begin_together_are_first_checked_spread_over_their_interval_or_five_minutes(interval_s):
    within_s = min(interval_s, FIRST_WITHIN_S)
    waits_s = [(first_slot_after(id_, interval_s, NOON) - NOON).total_seconds() for id_ in range(1, 501)]
    assert 0 < min(waits_s) <= max(waits_s) <= within_s
    tenths = Counter(int(wait_s / within_s * 10 - 1e-9) for wait_s in waits_s)
    assert all(40 <= tenths[tenth] <= 60 for tenth in range(10))


@pytest.mark.parametrize("interval_s", [10, 60, 300])
def test_who_begins_with_others_begins_at_its_own_slot(interval_s):
    assert first_slot_after(7, interval_s, NOON) == slot_after(7, interval_s, NOON)
