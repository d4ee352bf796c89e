"""The two rules that people know, at their borders."""

from datetime import UTC, datetime, timedelta

import pytest

from monitors.core.delivery import Minute
from monitors.core.delivery_rules import Finding, Rule, apply_rule
from monitors.core.states import State

NOW = datetime(2026, 1, 24, 12, 30, 40, tzinfo=UTC)


def minute(ago, delivered=0, failed=0, sender=0):
    at = NOW.replace(second=0) - timedelta(minutes=ago)
    return Minute(at, delivered=delivered, failed=failed, sender=sender)


def fires(rule, *minutes):
    found = apply_rule(rule, minutes, NOW, fired=False)
    return bool(found and found.fires)


@pytest.mark.parametrize(
    ("minutes", "expected"),
    [
        ([minute(0, failed=10)], False),
        ([minute(0, failed=11)], True),
        ([minute(0, failed=5), minute(4, failed=5)], False),
        ([minute(0, failed=6), minute(4, failed=5)], True),
        ([minute(0, failed=6), minute(5, failed=5)], False),  # of six minutes
        ([minute(-1, failed=11)], False),  # of a minute to come
        ([minute(0, failed=10, sender=500)], False),  # the sender's own failures are none
        ([minute(0, delivered=100_000, failed=11)], True),
        ([], False),
    ],
)
def test_more_than_ten_failures_in_five_minutes(minutes, expected):
    assert fires(Rule.BURST, *minutes) is expected


@pytest.mark.parametrize(
    ("delivered", "failed", "expected"),
    [
        (0, 20, False),  # twenty messages, whatever failed
        (19, 1, False),
        (0, 21, True),
        (20, 1, False),  # 4.8 % of 21
        (19, 2, True),  # 9.5 % of 21
        (38, 2, False),  # exactly 5 % of 40
        (37, 3, True),  # 7.5 % of 40
        (95, 5, False),  # exactly 5 % of 100
        (94, 6, True),
        (949_999, 50_001, True),
        (950_000, 50_000, False),
        (0, 0, False),
    ],
)
def test_over_five_percent_of_more_than_twenty_in_fifteen_minutes(delivered, failed, expected):
    assert fires(Rule.SHARE, minute(14, delivered=delivered), minute(0, failed=failed)) is expected
    assert fires(Rule.SHARE, minute(15, delivered=delivered), minute(15, failed=failed)) is False


def test_the_senders_own_failures_leave_numerator_and_denominator():
    assert fires(Rule.SHARE, minute(0, delivered=18, failed=2, sender=50)) is False
    assert fires(Rule.SHARE, minute(0, delivered=38, failed=2, sender=50)) is False


@pytest.mark.parametrize(
    ("minutes", "expected"),
    [
        ([minute(0, failed=11)], True),
        ([minute(4, failed=11), minute(0, delivered=3)], True),
        ([minute(13, failed=11), minute(0, delivered=3)], True),  # it applied nine minutes ago
        ([minute(14, failed=11), minute(0, delivered=3)], False),  # and here ten
        ([minute(14, failed=11), minute(9, delivered=1)], False),
        ([minute(14, failed=11), minute(10, delivered=9)], None),  # nothing arrived since: nobody knows
        ([minute(3, failed=2)], None),
        ([], None),
    ],
)
def test_it_is_over_when_it_has_not_applied_for_ten_minutes_and_messages_arrive(minutes, expected):
    found = apply_rule(Rule.BURST, minutes, NOW, fired=True)
    assert (None if found is None else found.fires) is expected


def test_the_reason_has_the_numbers_and_what_the_rule_allows():
    burst = apply_rule(Rule.BURST, [minute(0, delivered=9, failed=14)], NOW, fired=False)
    assert burst == Finding(True, 23, 14, "14 messages failed in 5 min; your rule allows 10.")
    share = apply_rule(Rule.SHARE, [minute(0, delivered=27, failed=3)], NOW, fired=False)
    assert share == Finding(
        True, 30, 3, "3 of 30 messages failed in 15 min (10.0 %); your rule allows 5 % of more than 20."
    )
    waning = apply_rule(Rule.BURST, [minute(6, failed=11), minute(0, failed=1)], NOW, fired=True)
    assert waning is not None
    assert waning.reason == (
        "1 message failed in 5 min; your rule allows 10. It ends when it has not applied for 10 min."
    )


def test_a_whole_account_is_degraded_and_a_part_of_it_fails_in_part():
    found = Finding(True, 20, 11, "")
    assert [found.state(of_component=of) for of in (True, False)] == [State.PARTIAL_OUTAGE, State.DEGRADED]
    assert Finding(False, 20, 1, "").state(of_component=True) is State.OPERATIONAL
