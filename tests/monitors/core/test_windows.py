"""Windows open when the wall clock says so, on both nights when it jumps, and never in the past."""

from datetime import UTC, datetime, timedelta

import pytest

from monitors.core.windows import BadRule, Plan, Span, check_rule, covers, merged, next_span, spans

LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


def plan(first, *, minutes=60, rule="", zone="Europe/Berlin", made_at=LONG_AGO, ended_at=None):
    return Plan(datetime.fromisoformat(first), zone, minutes, rule, made_at, ended_at)


def utc(text):
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def opened(plan, start, end):
    return [f"{s.start:%m-%d %H:%M} {s.end:%H:%M}" for s in spans(plan, start=utc(start), end=utc(end))]


@pytest.mark.parametrize(
    ("first", "zone", "rule", "days", "expected"),
    [
        # Spring in Berlin is the night to 2026-03-29: 02:30 does not exist, and opens at 03:30.
        ("2026-03-28T02:30", "Europe/Berlin", "FREQ=DAILY", ("2026-03-28", "2026-03-31"),
         ["03-28 01:30 02:30", "03-29 01:30 02:30", "03-30 00:30 01:30"]),
        # Autumn, the night to 2026-10-25: 02:30 comes twice, the first counts, for one real hour.
        ("2026-10-24T02:30", "Europe/Berlin", "FREQ=DAILY", ("2026-10-24", "2026-10-27"),
         ["10-24 00:30 01:30", "10-25 00:30 01:30", "10-26 01:30 02:30"]),
        # The same wall hour before and after: what is weekly stays where it is.
        ("2026-03-22T12:00", "Europe/Berlin", "FREQ=WEEKLY;BYDAY=SU", ("2026-03-22", "2026-04-06"),
         ["03-22 11:00 12:00", "03-29 10:00 11:00", "04-05 10:00 11:00"]),
        ("2026-03-08T02:15", "America/New_York", "", ("2026-03-07", "2026-03-10"), ["03-08 07:15 08:15"]),
        ("2026-11-01T01:15", "America/New_York", "", ("2026-10-31", "2026-11-03"), ["11-01 05:15 06:15"]),
        # Half an hour is skipped on Lord Howe Island.
        ("2026-10-04T02:15", "Australia/Lord_Howe", "", ("2026-10-03", "2026-10-05"), ["10-03 15:45 16:45"]),
        ("2026-01-31T23:30", "Pacific/Kiritimati", "FREQ=MONTHLY;BYDAY=-1SA", ("2026-01-01", "2026-03-01"),
         ["01-31 09:30 10:30", "02-28 09:30 10:30"]),
        ("2026-01-01T10:00", "UTC", "FREQ=DAILY;UNTIL=20260102T100000", ("2026-01-01", "2026-01-09"),
         ["01-01 10:00 11:00", "01-02 10:00 11:00"]),
    ],
    ids=["spring", "autumn", "weekly", "New York's spring", "New York's autumn", "Lord Howe", "far east", "until"],
)  # fmt: skip
def test_windows_follow_the_wall(first, zone, rule, days, expected):
    assert opened(plan(first, zone=zone, rule=rule), *days) == expected


def test_a_window_over_midnight_is_one_and_is_cut_at_what_was_asked_for():
    night = plan("2026-06-01T23:00", minutes=120, zone="UTC")
    assert opened(night, "2026-06-01T00:00", "2026-06-03T00:00") == ["06-01 23:00 01:00"]
    assert opened(night, "2026-06-02T00:30", "2026-06-02T09:00") == ["06-02 00:30 01:00"]


def test_the_longest_window_is_found_on_its_last_day():
    week = plan("2026-06-01T00:00", minutes=7 * 24 * 60, zone="UTC")
    assert opened(week, "2026-06-07T23:00", "2026-06-08T05:00") == ["06-07 23:00 00:00"]


def test_nobody_plans_the_past_and_an_ended_plan_keeps_its_own():
    daily = {"rule": "FREQ=DAILY", "zone": "UTC"}
    made = plan("2026-06-01T10:00", made_at=utc("2026-06-02T10:20"), ended_at=utc("2026-06-03T10:30"), **daily)
    assert opened(made, "2026-06-01", "2026-06-06") == ["06-02 10:20 11:00", "06-03 10:00 10:30"]


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        ("2026-06-01T09:00", "2026-06-01T10:00"),
        ("2026-06-01T10:59", "2026-06-01T10:00"),
        ("2026-06-01T11:00", "2026-06-08T10:00"),
        ("2026-06-08T11:00", None),
    ],
)
def test_the_open_or_the_next_window_is_told(now, expected):
    weekly = plan("2026-06-01T10:00", rule="FREQ=WEEKLY;UNTIL=20260608T100000", zone="UTC")
    found = next_span(weekly, now=utc(now))
    assert (found and found.start) == (expected and utc(expected))


@pytest.mark.parametrize(
    ("rule", "why"),
    [
        ("FREQ=SECONDLY", "A rule needs FREQ=DAILY"),
        ("BYDAY=SU", "A rule needs FREQ=DAILY"),
        ("FREQ=DAILY;BYHOUR=3", "We do not read BYHOUR"),
        ("FREQ=WEEKLY;BYDAY=XX", "We cannot read"),
        ("FREQ=DAILY;INTERVAL=often", "We cannot read"),
        ("FREQ=DAILY;UNTIL=yesterday", "We cannot read"),
        ("FREQ=DAILY;COUNT=3", "We do not read COUNT"),
        ("FREQ=DAILY;INTERVAL=0", "INTERVAL must be 1 to 366"),
        ("FREQ=DAILY;UNTIL=99991231", "UNTIL must be within ten years"),
        ("FREQ=MONTHLY;BYMONTHDAY=99", "never comes true from 1 June 2026 on"),
        ("FREQ=DAILY;INTERVAL=7;BYDAY=TU", "never comes true"),
        ("FREQ=DAILY\nFREQ=WEEKLY", "A rule needs FREQ=DAILY"),
    ],
)
def test_a_rule_that_we_do_not_read_is_refused_with_what_to_write(rule, why):
    with pytest.raises(BadRule, match=why):
        check_rule(rule, first=datetime.fromisoformat("2026-06-01T02:00"))


def test_a_rule_is_kept_in_capitals_and_none_is_fine():
    assert [
        check_rule(rule, first=datetime.fromisoformat("2026-06-01T02:00")) for rule in (" freq=weekly;byday=su ", "")
    ] == ["FREQ=WEEKLY;BYDAY=SU", ""]


def test_overlapping_windows_become_one_that_has_its_start_and_not_its_end():
    noon, hour = utc("2026-06-01T12:00"), timedelta(hours=1)
    windows = merged([Span(noon + hour, noon + 3 * hour), Span(noon, noon + 2 * hour), Span(noon, noon + hour)])
    assert windows == [Span(noon, noon + 3 * hour)]
    assert [covers(windows, noon + n * hour) for n in (-1, 0, 2, 3)] == [False, True, True, False]
