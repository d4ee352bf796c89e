"""What a monitor bore at any time is told by what it bears now and by what was put on and taken off since."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitors.core.tagging import Move, borne
from monitors.core.windows import Span, covers, shared

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)
M = timedelta(minutes=1)


def at(minute):
    return NOON + minute * M


def told(moves, *, now):
    moves = [Move(at(minute), is_put_on) for minute, is_put_on in moves]
    found = borne(moves, bears_it_now=now, start=at(0), end=at(60))
    return [((span.start - NOON) // M, (span.end - NOON) // M) for span in found]


@pytest.mark.parametrize(
    ("moves", "now", "expected"),
    [
        ([], True, [(0, 60)]),
        ([], False, []),
        ([(20, True)], True, [(20, 60)]),
        ([(20, False)], False, [(0, 20)]),
        ([(20, False), (30, True)], True, [(0, 20), (30, 60)]),
        ([(20, True), (30, False)], False, [(20, 30)]),
        ([(-5, True)], True, [(0, 60)]),
        ([(70, False)], False, [(0, 60)]),
        ([(70, True)], True, []),
        ([(10, True), (70, False), (80, True)], True, [(10, 60)]),
        ([(60, False)], False, [(0, 60)]),
        ([(0, True)], True, [(0, 60)]),
    ],
)
def test_a_tag_is_borne_from_when_it_is_put_on_until_it_is_taken_off(moves, now, expected):
    assert told(moves, now=now) == expected


@given(st.booleans(), st.lists(st.integers(-30, 90), max_size=8, unique=True), st.integers(0, 59))
def test_reckoning_back_finds_what_was_borne_at_any_minute(at_first, minutes, asked):
    bears, moves, bore = at_first, [], at_first
    for minute in sorted(minutes):
        bears = not bears
        moves.append((minute, bears))
        bore = bears if minute <= asked else bore
    spans = [Span(at(start), at(end)) for start, end in told(moves, now=bears)]
    assert covers(spans, at(asked)) == bore


_spans = st.lists(st.integers(0, 30), max_size=8, unique=True).map(
    lambda edges: [Span(at(a), at(b)) for a, b in zip(sorted(edges)[::2], sorted(edges)[1::2], strict=False)]
)


@given(_spans, _spans, st.integers(0, 30))
def test_what_is_shared_is_what_lies_in_both(some, others, minute):
    both = covers(some, at(minute)) and covers(others, at(minute))
    assert covers(shared(some, others), at(minute)) == both
