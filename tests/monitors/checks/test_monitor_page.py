"""The page of one monitor: uptime and times of every span, gaps that stay gaps, and the rules behind its word."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection

from monitors.core.histogram import bins_of, encode
from monitors.core.states import State
from monitors.models import MaintenanceWindow, MonitorDay, RegionWatch, RegionWord, SourceState, StateChange
from monitors.queries.monitor_charts import SPANS, AskedCharts
from monitors.queries.monitor_page import monitor_page
from monitors.services.storage import pack_closed_hours
from tests.factories import MonitorFactory

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 3, 29, 12, tzinfo=UTC)
HOUR, MINUTE, DAY = timedelta(hours=1), timedelta(minutes=1), timedelta(days=1)
UP, DOWN = State.OPERATIONAL, State.MAJOR_OUTAGE


def store(monitor, *checks):
    with connection.cursor() as cursor:
        cursor.executemany(
            "INSERT INTO monitors_checkresult VALUES (%s, %s, %s, 0, %s, 1, 2, 3, 4, 5, 0)",
            [(monitor.id, at, state, us) for at, state, us in checks],
        )


def page_of(monitor, span="24h", region=""):
    return monitor_page(monitor, asked=AskedCharts.of({"span": span, "from": region}), now=NOON)


def test_tiles_tell_uptime_and_times_of_each_span():
    monitor = MonitorFactory(interval_s=3600)
    store(monitor, *((NOON - MINUTE - n * HOUR, DOWN if n == 30 else UP, 100_000) for n in range(48)))
    pack_closed_hours(now=NOON)
    tiles = [(t.label, t.checks, t.failed, t.down_minutes, t.p50_ms, t.p99_ms) for t in page_of(monitor).tiles]
    assert tiles == [("24 hours", 24, 0, 0, 100, 100)] + [
        (f"{days} days", 48, 1, 60, 100, 100) for days in (7, 30, 90)
    ]  # fmt: skip


@pytest.mark.parametrize("span", ["24h", "7d"])
def test_a_gap_stays_a_gap_in_single_checks_and_in_hours(span):
    monitor = MonitorFactory(interval_s=60)
    width = SPANS[span][1]
    for start in (NOON - 20 * width, NOON - 16 * width):
        store(monitor, *((start + n * MINUTE, UP, 100_000) for n in range(3)))
    pack_closed_hours(now=NOON)
    assert page_of(monitor, span).charts.latency.median.count("M") == 2


def test_a_gap_stays_a_gap_in_days():
    monitor = MonitorFactory()
    for ago in (80, 79, 40):
        MonitorDay.objects.create(
            monitor=monitor, day=(NOON - ago * DAY).date(), checks=9, failed=0, sum_us=9, max_us=9,
            histogram=encode(bins_of([100_000] * 9)),
        )  # fmt: skip
    assert page_of(monitor, "90d").charts.latency.median.count("M") == 2


def test_an_unknown_span_is_the_first():
    assert page_of(MonitorFactory(), "forever").charts.span == "24h"


def test_planned_work_is_counted_apart():
    monitor = MonitorFactory()
    MaintenanceWindow.objects.create(
        organization=monitor.organization, name="Move", starts_on_wall="2026-03-29T11:00", time_zone="UTC",
        minutes=30, created_at=NOON - DAY, is_for_all=True,
    )  # fmt: skip
    store(monitor, (NOON - 45 * MINUTE, DOWN, 1), (NOON - MINUTE, UP, 1000))
    tile = page_of(monitor).tiles[0]
    assert (tile.share, tile.failed, tile.planned) == (1.0, 0, 1)


def test_the_rules_behind_the_verdict_are_told():
    monitor = MonitorFactory(
        confirmations=2, recovery_confirmations=1, baseline_us=300_000, noisy_since=NOON - HOUR,
        muted_until=NOON + HOUR,
    )  # fmt: skip
    SourceState.objects.create(
        source="probe", ref=f"monitor:{monitor.id}", scope=monitor.scope, state=UP, since=NOON, observed_at=NOON,
        pending=DOWN, pending_since=NOON - MINUTE, agreeing=1, reason=f"{monitor.name}: GET answered 200 in 7 ms.",
    )  # fmt: skip
    RegionWatch.objects.create(region=0, blind_since=NOON)
    MaintenanceWindow.objects.create(
        organization=monitor.organization, name="Move", starts_on_wall="2026-03-29T12:00", time_zone="UTC",
        minutes=30, created_at=NOON - DAY, is_for_all=True,
    )  # fmt: skip
    assert list(page_of(monitor).why) == [
        "It says operational since 29 March, 12:00 UTC: GET answered 200 in 7 ms.",
        "Down counts after 2 checks in a row, up after 1 check.",
        "1 check since 29 March, 11:59 UTC said major outage; not yet enough.",
        "Slow is above 600 ms, five times in a row: in the last week 95 of 100 checks took 300 ms at most.",
        "It goes up and down since 29 March, 11:00 UTC: up counts after 15 quiet minutes.",
        "The maintenance window “Move” is open until 29 March, 12:30 UTC: failures wake nobody and cost no uptime.",
        "Muted until 29 March, 13:00 UTC: it is judged as ever, and nobody is alerted.",
        "Our own network does not work since 29 March, 12:00 UTC: failures do not count until it does.",
    ]


def test_of_many_open_windows_those_are_told_that_end_last():
    monitor = MonitorFactory()
    for minutes in (10, 50, 20, 40, 30):
        MaintenanceWindow.objects.create(
            organization=monitor.organization, name=f"{minutes}", starts_on_wall="2026-03-29T12:00", time_zone="UTC",
            minutes=minutes, created_at=NOON - DAY, is_for_all=True,
        )  # fmt: skip
    told = [line for line in page_of(monitor).why if "aintenance window" in line]
    assert [line.partition("until 29 March, ")[2][:5] for line in told] == ["12:50", "12:40", "12:30", ""]
    assert told[3] == "Maintenance windows that are open besides, and end no later: 2."


@pytest.mark.parametrize(
    ("tags", "expected"),
    [
        ([], []),
        (
            ["eu"],
            [
                "The maintenance window “Move”, for monitors with the tag “eu”, is open until 29 March, 12:30 UTC:"
                " failures wake nobody and cost no uptime.",
                "The maintenance window “Move”, for monitors with the tag “eu”, opens next,"
                " from 30 March, 11:30 UTC to 30 March, 12:30 UTC.",
            ],
        ),
    ],
)
def test_the_windows_that_reach_a_monitor_by_its_tag_are_told(tags, expected):
    monitor = MonitorFactory(tags=tags)
    MaintenanceWindow.objects.create(
        organization=monitor.organization, name="Move", starts_on_wall="2026-03-29T11:30", time_zone="UTC",
        minutes=60, rule="FREQ=DAILY", created_at=NOON - DAY, tag="eu",
    )  # fmt: skip
    assert [line for line in page_of(monitor).why if "aintenance window" in line] == expected


@pytest.mark.parametrize("checks", [1, 200])
def test_the_page_takes_as_many_queries_however_much_there_is(checks, django_assert_max_num_queries):
    monitor = MonitorFactory()
    store(monitor, *((NOON - n * 20 * MINUTE, UP, 1000) for n in range(checks)))
    pack_closed_hours(now=NOON)
    for span in SPANS:
        with django_assert_max_num_queries(16):
            page_of(monitor, span)


def test_the_verdict_names_what_each_region_said(settings):
    settings.PROBE_REGIONS = ["tokyo", "oslo", "lima"]
    monitor = MonitorFactory(regions=[0, 1, 2], quorum=2)
    for region, state in ((0, DOWN), (1, UP)):
        RegionWord.objects.create(monitor=monitor, region=region, state=state, since=NOON - HOUR, at=NOON - MINUTE)
    RegionWatch.objects.create(region=0, suspected_since=NOON)
    assert page_of(monitor).why[:4] == [
        "Regions check in turn. Down counts when 2 of 3 see it fail, and up when fewer do.",
        "tokyo says major outage since 29 March, 11:00 UTC, last at 11:59:00 UTC."
        " Its word does not count, as it disagrees with all others about several monitors.",
        "oslo says operational since 29 March, 11:00 UTC, last at 11:59:00 UTC.",
        "lima: not asked yet.",
    ]
    assert ("Confirmed after", "2 of 3 regions: tokyo, oslo, lima") in page_of(monitor).configuration


def store_from(region, monitor, *checks):
    with connection.cursor() as cursor:
        cursor.executemany(
            "INSERT INTO monitors_checkresult VALUES (%s, %s, %s, 0, %s, 10, 20, 0, 30, 0, %s)",
            [(monitor.id, at, state, us, region) for at, state, us in checks],
        )


@pytest.mark.parametrize("span", SPANS)
@pytest.mark.parametrize("is_packed", [False, True])
def test_each_region_has_its_own_line_over_every_span(settings, span, is_packed):
    settings.PROBE_REGIONS = ["tokyo", "oslo"]
    monitor = MonitorFactory(regions=[0, 1], interval_s=600)
    for region, us in ((0, 100_000), (1, 900_000)):
        store_from(region, monitor, *((NOON - 2 * HOUR - (n + region) * MINUTE, UP, us) for n in (10, 20)))
    if is_packed:
        pack_closed_hours(now=NOON)
    pages = {name: page_of(monitor, span, region=name).charts for name in ("", "tokyo", "oslo", "mars")}
    assert {name: (page.region, page.latency.top_ms) for name, page in pages.items()} == {
        "": ("", 1000), "tokyo": ("tokyo", 100), "oslo": ("oslo", 1000), "mars": ("", 1000),
    }  # fmt: skip
    assert pages[""].regions == ["tokyo", "oslo"]


def test_a_monitor_of_one_region_has_none_to_choose():
    assert page_of(MonitorFactory(), region="home").charts.regions == []


@pytest.mark.parametrize("span", SPANS)
@pytest.mark.parametrize("is_packed", [False, True])
def test_the_phases_of_good_checks_are_shown_over_every_span(span, is_packed):
    monitor = MonitorFactory(interval_s=600)
    store_from(0, monitor, *((NOON - 2 * HOUR - n * MINUTE, UP, 6_000) for n in (10, 20)), (NOON - 3 * HOUR, DOWN, 1))
    if is_packed:
        pack_closed_hours(now=NOON)
    drawn = page_of(monitor, span).charts.phases
    assert drawn.summary == "On average: DNS 1.0 ms, Connect 2.0 ms, First byte 3.0 ms."


def test_what_the_monitor_said_and_what_was_planned_stand_in_the_chart():
    monitor = MonitorFactory()
    own = {"source": "probe", "ref": f"monitor:{monitor.id}", "scope": monitor.scope}
    for old, new, hours in ((DOWN, UP, 20), (UP, State.DEGRADED, 10), (State.DEGRADED, UP, 9), (UP, DOWN, 1)):
        StateChange.objects.create(**own, old=old, new=new, at=NOON - hours * HOUR)
    SourceState.objects.create(**own, state=DOWN, since=NOON - HOUR, observed_at=NOON)
    MaintenanceWindow.objects.create(
        organization=monitor.organization, name="Move", starts_on_wall="2026-03-29T06:00", time_zone="UTC",
        minutes=60, created_at=NOON - DAY, is_for_all=True,
    )  # fmt: skip
    shown = page_of(monitor).charts
    minute = timedelta(minutes=1)
    assert [(band.state, band.span.start, band.span.end) for band in shown.impaired] == [
        (DOWN, NOON + minute - DAY, NOON - 20 * HOUR),  # it began before what is shown
        (State.DEGRADED, NOON - 10 * HOUR, NOON - 9 * HOUR),
        (DOWN, NOON - HOUR, NOON),
    ]
    assert [(band.span.start, band.span.end) for band in shown.planned] == [(NOON - 6 * HOUR, NOON - 5 * HOUR)]


@pytest.mark.parametrize("span", SPANS)
def test_what_a_new_monitor_saw_today_stands_at_the_end_of_every_span(span):
    monitor = MonitorFactory(interval_s=60)
    store(monitor, *((NOON - n * MINUTE, UP, 100_000) for n in range(5)))
    page = page_of(monitor, span)
    assert [tile.checks for tile in page.tiles] == [5, 5, 5, 5]
    assert float(page.charts.latency.median[1:].split(",")[0]) > 700


def test_what_was_not_measured_is_no_time_of_zero():
    monitor = MonitorFactory(kind="heartbeat", target="", interval_s=600, confirmations=1, last_total_us=0)
    store(monitor, *((NOON - n * MINUTE, UP, 0) for n in range(5)))
    page = page_of(monitor)
    assert (page.row.last_ms, page.tiles[0].p50_ms, page.charts.latency.median) == (None, None, "")
    assert page.charts.latency.summary == "5 checks, 0 failed."
    assert (page.has_times, page.results[0].total_ms) == (False, 0)
    assert page.configuration == [("Kind", "Heartbeat"), ("Confirmed after", "1 check")]
