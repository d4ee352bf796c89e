"""When a job should report: cron lines of every shape, over both nights on which clocks jump, and clocks that differ."""

from datetime import datetime

import pytest

from monitors.probes.job_schedule import Schedule, cron_line


@pytest.mark.parametrize(
    ("raw", "stored"),
    [
        ("30 4 * * 1-5", "30 4 * * 1-5"), (" 30\t4 *  * mon-FRI ", "30 4 * * mon-FRI"), ("@daily", "0 0 * * *"),
        ("@Hourly", "0 * * * *"), ("5/15 9-17 1,15 jan */2", "5/15 9-17 1,15 jan */2"), ("0 0 L * *", "0 0 L * *"),
        ("0 0 LW * *", "0 0 LW * *"), ("0 0 * * 5#2", "0 0 * * 5#2"), ("0 0 * * 5L", "0 0 * * 5L"),
        ("0 0 29 2 *", "0 0 29 2 *"), ("0 30 4 * * *", "0 30 4 * * *"), ("0 0 31 2 fri", "0 0 31 2 fri"),
    ],
)  # fmt: skip
def test_cron_lines_of_these_shapes_are_taken(raw, stored):
    assert cron_line(raw) == stored


@pytest.mark.parametrize(
    ("raw", "advice"),
    [
        ("@reboot", "@daily"), ("0 4 * *", "five fields"), ("0 4 * * 1-5 root", "five fields"),
        ("TZ=Europe/Berlin 0 4 * * *", "five fields"), ("* * * * * *", "once a minute at most"),
        ("0,30 0 4 * * *", "once a minute at most"), ("0 0 15W * *", "LW (the last weekday)"),
        ("0 0 L-3 * *", "LW (the last weekday)"), ("0 0 ? * MON", "Write * for ?"), ("0 0 31 2 *", "No such day"),
        ("0 0 31 4,6 *", "No such day"), ("0 22-2 * * *", "The hour cannot be read"), ("H 4 * * *", "The minute cannot"),
        ("0 0 * * SUNDAY", "The day of week cannot"), ("*/0 * * * *", "The minute cannot"), ("0 0 * * 5#6", "The day of week"),
    ],
)  # fmt: skip
def test_other_cron_lines_are_refused_with_what_to_do(raw, advice):
    with pytest.raises(ValueError) as refused:
        cron_line(raw)
    assert advice in str(refused.value)


@pytest.mark.parametrize(
    ("cron", "last", "due"),
    [
        ("0 4 * * *", "2026-11-21T03:59:30", "2026-11-22T04:00"),  # half a minute early, by a clock that is fast
        ("0 4 * * *", "2026-11-21T03:58:30", "2026-11-21T04:00"),
        ("* * * * *", "2026-11-21T03:59:05", "2026-11-21T04:00"),
        ("* * * * *", "2026-11-21T03:59:35", "2026-11-21T04:01"),
        ("0 0 13 * 5", "2026-11-12T00:00:05", "2026-11-13T00:00"),  # the day of the month or that of the week
        ("0 0 13 * 5", "2026-11-13T00:00:05", "2026-11-20T00:00"),
        ("0 0 L * *", "2028-02-01T00:00:05", "2028-02-29T00:00"),
    ],
)
def test_a_report_counts_for_the_time_that_it_is_nearest_to(cron, last, due):
    assert _next("UTC", cron, last + "+00:00") == due


@pytest.mark.parametrize(
    ("zone", "cron", "last", "due"),
    [
        # Berlin, 2026-03-29: 02:00 becomes 03:00, and what runs at 02:30 is due at the jump.
        ("Europe/Berlin", "30 2 * * *", "2026-03-28T01:30:05", "2026-03-29T01:00"),
        ("Europe/Berlin", "30 2 * * *", "2026-03-29T01:00:05", "2026-03-30T00:30"),
        ("Europe/Berlin", "*/15 * * * *", "2026-03-29T00:45:05", "2026-03-29T01:00"),
        # Berlin, 2026-10-25: 03:00 becomes 02:00. What runs by the hour runs in both; what runs at 02:30 does so once.
        ("Europe/Berlin", "0 * * * *", "2026-10-25T00:00:05", "2026-10-25T01:00"),
        ("Europe/Berlin", "*/30 * * * *", "2026-10-25T00:30:05", "2026-10-25T01:00"),
        ("Europe/Berlin", "30 2 * * *", "2026-10-24T00:30:05", "2026-10-25T00:30"),
        ("Europe/Berlin", "30 2 * * *", "2026-10-25T00:29:40", "2026-10-26T01:30"),
        ("America/New_York", "30 2 * * *", "2026-03-07T07:30:05", "2026-03-08T07:00"),
        ("America/New_York", "30 1 * * *", "2026-11-01T05:30:02", "2026-11-02T06:30"),
        # Lord Howe moves its clocks by half an hour.
        ("Australia/Lord_Howe", "15 2 * * *", "2026-10-02T15:45:05", "2026-10-03T15:30"),
        ("Australia/Lord_Howe", "45 1 * * *", "2027-04-03T14:45:05", "2027-04-04T15:15"),
    ],
)
def test_cron_lines_keep_to_the_wall_clock_on_nights_that_skip_or_repeat_an_hour(zone, cron, last, due):
    assert _next(zone, cron, last + "+00:00") == due


def _next(zone, cron, last):
    return f"{Schedule.of({'cron': cron, 'zone': zone}).next_after(datetime.fromisoformat(last)):%Y-%m-%dT%H:%M}"
