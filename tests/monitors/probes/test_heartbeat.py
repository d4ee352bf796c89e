"""What a job's reports mean: on time, late, failed, too long under way."""

from datetime import UTC, datetime, timedelta

import pytest

from monitors.core.states import State
from monitors.probes.base import KNOWN, BadOptions, ProbeTask, Reason
from monitors.probes.heartbeat import PROBE, Heard, Schedule, judge

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
HOURLY = {"period": "1h", "grace": "5m"}
UP, DOWN, UNKNOWN = State.OPERATIONAL, State.MAJOR_OUTAGE, State.UNKNOWN


def ago(minutes):
    return NOON - timedelta(minutes=minutes)


def running(minutes, last=None):
    return {"began_at": ago(minutes), "latest_at": ago(last or minutes)}


@pytest.mark.parametrize(
    ("options", "heard", "expected"),
    [
        (HOURLY, {}, (UNKNOWN, Reason.NOT_KNOWN_YET)),
        (HOURLY, {"succeeded_at": ago(65)}, (UP, Reason.OK)),
        (HOURLY, {"succeeded_at": ago(66)}, (DOWN, Reason.HEARTBEAT_LATE)),
        (HOURLY, {"succeeded_at": ago(50), "failed_at": ago(10), "exit_code": 3}, (DOWN, Reason.HEARTBEAT_FAILED)),
        (HOURLY, {"succeeded_at": ago(5), "failed_at": ago(10)}, (UP, Reason.OK)),
        (HOURLY, {"began_at": ago(4)}, (UNKNOWN, Reason.NOT_KNOWN_YET)),
        (HOURLY, {"began_at": ago(6)}, (DOWN, Reason.HEARTBEAT_OVERDUE)),
        (HOURLY | {"longest": "30m"}, running(29, last=29) | {"succeeded_at": ago(90)}, (UP, Reason.OK)),
        (HOURLY | {"longest": "90m"}, running(80, last=20) | {"succeeded_at": ago(85)}, (UP, Reason.OK)),
        # It began, but only when it was late already; or what runs began before another that ended since.
        (HOURLY, running(4) | {"succeeded_at": ago(70)}, (DOWN, Reason.HEARTBEAT_LATE)),
        (HOURLY | {"longest": "5h"}, running(99) | {"succeeded_at": ago(70)}, (DOWN, Reason.HEARTBEAT_LATE)),
        (HOURLY | {"longest": "30m"}, {"began_at": ago(31), "succeeded_at": ago(90)}, (DOWN, Reason.HEARTBEAT_OVERDUE)),
        (HOURLY, running(3) | {"failed_at": ago(10)}, (DOWN, Reason.HEARTBEAT_FAILED)),
        # Resumed, or its schedule changed: what was due before is let pass, and what is due after is not.
        (HOURLY, {"succeeded_at": ago(500), "waits_from": ago(65)}, (UNKNOWN, Reason.NOT_KNOWN_YET)),
        (HOURLY, {"succeeded_at": ago(500), "waits_from": ago(66)}, (DOWN, Reason.HEARTBEAT_LATE)),
        (HOURLY, {"succeeded_at": ago(30), "waits_from": ago(10)}, (UP, Reason.OK)),
        (HOURLY, {"succeeded_at": ago(66), "waits_from": ago(3)}, (UNKNOWN, Reason.NOT_KNOWN_YET)),
        (HOURLY, {"succeeded_at": ago(66), "waits_from": ago(67)}, (DOWN, Reason.HEARTBEAT_LATE)),
        (HOURLY, {"failed_at": ago(500), "waits_from": ago(10)}, (DOWN, Reason.HEARTBEAT_FAILED)),
        (HOURLY, running(500) | {"succeeded_at": ago(510), "waits_from": ago(4)}, (UNKNOWN, Reason.NOT_KNOWN_YET)),
        (HOURLY, running(500) | {"succeeded_at": ago(510), "waits_from": ago(6)}, (DOWN, Reason.HEARTBEAT_OVERDUE)),
        ({"cron": "0 * * * *", "grace": "5m"}, {"succeeded_at": ago(59)}, (UP, Reason.OK)),
        ({"cron": "50 11 * * *", "grace": "5m"}, {"succeeded_at": ago(60)}, (DOWN, Reason.HEARTBEAT_LATE)),
        ({"cron": "50 11 * * *", "grace": "11m"}, {"succeeded_at": ago(60)}, (UP, Reason.OK)),
        ({"cron": "50 12 * * *", "zone": "Europe/Berlin"}, {"succeeded_at": ago(60)}, (DOWN, Reason.HEARTBEAT_LATE)),
    ],
)
def test_reports_are_judged_by_the_schedule(options, heard, expected):
    result = judge(Schedule.of(options), Heard(NOON, **heard))
    assert (result.state, result.reason) == expected
    assert result.summary.isprintable()


@pytest.mark.parametrize(
    ("cron", "last", "is_asked"),
    [
        ("0 10 * * *", ago(3 * 60 - 1), True),  # 09:01, an hour early
        ("0 10 * * *", ago(3 * 60 - 30), False),  # half an hour: no zone is that far away, but the job may be
        ("0 10 * * *", ago(26 * 60 - 1), False),  # yesterday's, in time
        ("0 * * * *", ago(3 * 60), False),
    ],
)
def test_a_daily_job_that_is_whole_hours_early_is_asked_for_its_zone(cron, last, is_asked):
    result = judge(Schedule.of({"cron": cron, "grace": "5m"}), Heard(NOON, succeeded_at=last))
    assert (result.reason, "time of UTC?" in result.summary) == (Reason.HEARTBEAT_LATE, is_asked)


def test_a_zone_is_known_however_it_is_written():
    raw = {"cron": "@daily", "zone": " america/new york "}
    assert PROBE.clean(raw) == {"cron": "0 0 * * *", "zone": "America/New_York"}


def test_a_check_reads_what_it_is_told(prober):
    heard = {"now": NOON.isoformat(), "succeeded_at": ago(1).isoformat(), "duration_us": 2_500_000}
    told = prober.check(ProbeTask("heartbeat", "", {**HOURLY, KNOWN: {"heard": heard}}, 2))
    untold = prober.check(ProbeTask("heartbeat", "", HOURLY, 2))
    assert (told.reason, told.total_us, untold.reason) == (Reason.OK, 2_500_000, Reason.NOT_KNOWN_YET)
    assert told.summary == "The last ping came at 2026-11-21 11:59 UTC and took 2.5 s."
    runs = prober.check(
        ProbeTask("heartbeat", "", {**HOURLY, KNOWN: {"heard": heard | {"began_at": ago(2).isoformat()}}}, 2)
    )
    assert runs.summary == "The job has been running since 2026-11-21 11:58 UTC."


@pytest.mark.parametrize(
    ("raw", "field"),
    [
        ({}, "period"), ({"period": "soon"}, "period"), ({"period": "5s"}, "period"), ({"cron": "* * *"}, "cron"),
        ({"cron": "61 * * * *"}, "cron"), ({"cron": "0 0 31 2 *"}, "cron"), ({"period": "1d", "cron": "0 4 * * *"}, "cron"),
        ({"period": "1d", "zone": "Mars/Base"}, "zone"), ({"period": "1d", "grace": "-5m"}, "grace"),
    ],
)  # fmt: skip
def test_schedules_that_cannot_be_are_refused(raw, field):
    with pytest.raises(BadOptions) as refused:
        PROBE.clean(raw)
    assert list(refused.value.errors) == [field]
