"""An hour of checks survives its packing to the last microsecond, and in few bytes."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitors.core.blocks import Packed, UnreadableBlock, pack, unpack

HOUR_US = 3_600_000_000
PHASE = st.integers(0, 32_767)
CHECKS = st.builds(
    Packed,
    offset_us=st.integers(0, HOUR_US - 1),
    state=st.integers(-1, 4),
    reason=st.integers(0, 255),
    total_us=st.integers(0, 2**31 - 1),
    dns=PHASE,
    connect=PHASE,
    tls=PHASE,
    first_byte=PHASE,
    transfer=PHASE,
)


def ordinary_hour(every_s, seed=1):
    """Checks as a healthy API gives them: around 150 ms, with a tail."""
    noise = random.Random(seed)
    rows = []
    for offset in range(0, 3600, every_s):
        phases = [int(noise.lognormvariate(mu, 0.3)) for mu in (3, 5, 5.5, 6.5, 2)]
        rows.append(Packed(offset * 1_000_000 + 137_000, 0, 0, sum(phases) * 100 + noise.randrange(400), *phases))
    return rows


@given(st.lists(CHECKS, max_size=50))
@settings(max_examples=100)
def test_every_hour_comes_back_as_it_was(checks):
    assert unpack(pack(checks)) == sorted(checks)


@pytest.mark.parametrize(
    "checks",
    [
        [],
        [Packed(0, -1, 17, 0)],
        [Packed(HOUR_US - 1, 4, 9, 2**31 - 1, *[32_767] * 5)],
        [Packed(60_000_000 * minute, 0, 0, 1) for minute in (0, 1, 58, 59)],  # a gap of an hour but for its ends
        [Packed(5, 0, 0, 1), Packed(5, 4, 2, 1)],  # two regions' at the same time, should they ever meet
    ],
    ids=["empty", "one of our own faults", "the largest", "a gap", "twins"],
)
def test_the_borders_come_back_as_they_were(checks):
    assert unpack(pack(checks)) == checks


def test_the_order_that_checks_arrive_in_does_not_matter():
    hour = ordinary_hour(60)
    assert pack(reversed(hour)) == pack(hour)


@pytest.mark.parametrize(("every_s", "bytes_each"), [(10, 9), (60, 10), (300, 14)])
def test_an_ordinary_hour_takes_few_bytes_per_check(every_s, bytes_each):
    hour = ordinary_hour(every_s)
    assert len(pack(hour)) / len(hour) <= bytes_each


@pytest.mark.parametrize(
    "damaged",
    [b"\x01", b"\x02\x01\0\0\0", pack(ordinary_hour(60))[:-4], b"\x01\xff\xff\0\0" + pack(ordinary_hour(60))[5:]],
    ids=["too short", "no columns", "cut off", "another count"],
)
def test_a_damaged_block_is_refused_and_never_read_as_an_empty_hour(damaged):
    with pytest.raises(UnreadableBlock):
        unpack(damaged)
