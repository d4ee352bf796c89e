"""For which time there is data."""

import pytest

from monitors.models import Coverage
from monitors.services.spans import cover_history, extend_coverage
from tests.monitors.services.bodies import NOON, minutes

pytestmark = pytest.mark.django_db


def spans():
    rows = Coverage.objects.order_by("began_at")
    return [((r.began_at - NOON) / minutes(1), (r.ended_at - NOON) / minutes(1)) for r in rows]


@pytest.mark.parametrize(
    ("readings", "expected"),
    [
        ([0], [(0, 0)]),
        ([0, 1, 2], [(0, 2)]),
        ([0, 3], [(0, 3)]),
        ([0, 4], [(0, 0), (4, 4)]),
        ([0, 4, 5], [(0, 0), (4, 5)]),
        ([0, 1, 1, 0], [(0, 1)]),
    ],
)
def test_readings_that_follow_each_other_make_one_span(readings, expected):
    for minute in readings:
        extend_coverage("feed:1", now=NOON + minutes(minute), interval_s=60)
    extend_coverage("feed:2", now=NOON + minutes(9), interval_s=60)
    assert spans() == sorted([*expected, (9, 9)])


@pytest.mark.parametrize(("own", "expected"), [([], [(-90, 5)]), ([0, 1], [(-90, 1)])])
def test_a_history_covers_the_time_before_our_first_reading(own, expected):
    for minute in own:
        extend_coverage("feed:1", now=NOON + minutes(minute), interval_s=60)
    cover_history("feed:1", since=NOON - minutes(90), now=NOON + minutes(5))
    cover_history("feed:1", since=NOON - minutes(30), now=NOON + minutes(5))
    assert spans() == expected
