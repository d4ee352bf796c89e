"""When to try again, and whether a waiting message is still worth sending."""

from datetime import timedelta

import pytest

from alerts.core.pacing import Waiting, retry_delay_s, superseded


@pytest.mark.parametrize(
    ("failures", "after_s", "least"),
    [
        (0, None, 5), (1, None, 5), (2, None, 10), (5, None, 80), (8, None, 640), (9, None, 900), (10_000, None, 900),
        (1, 30.0, 30), (1, 0.0, 5), (1, -5.0, 5), (9, 30.0, 900), (1, 3600.0, 3600), (1, 1e12, 3600), (1, float("inf"), 3600),
    ],
)  # fmt: skip
def test_delays_double_to_a_quarter_hour_and_never_undercut_what_was_asked(failures, after_s, least):
    assert least <= retry_delay_s(failures, "key", after_s) <= least * 1.25


def test_the_spread_is_the_keys_own():
    delays = {retry_delay_s(3, f"key {n}") for n in range(100)}
    assert len(delays) == 100
    assert retry_delay_s(3, "key 1") == retry_delay_s(3, "key 1")


@pytest.mark.parametrize(
    ("transition", "minutes", "is_over", "reached", "overtaken", "is_sent"),
    [
        ("opened", 0, False, False, False, True),
        ("opened", 600, False, False, False, True),  # it is still going on
        ("opened", 10, True, False, False, True),
        ("opened", 11, True, False, False, False),
        ("worse", 11, True, True, False, False),
        ("better", 11, True, True, False, False),
        ("resolved", 0, True, True, False, True),
        ("resolved", 600, True, True, False, True),
        ("resolved", 600, True, False, True, True),  # the one summary of what happened meanwhile
        ("resolved", 0, True, False, False, False),
    ],
)
def test_a_backlog_is_judged_again(transition, minutes, is_over, reached, overtaken, is_sent):
    waiting = Waiting(transition, timedelta(minutes=minutes), is_over, reached, overtaken)
    assert (superseded(waiting) is None) is is_sent
