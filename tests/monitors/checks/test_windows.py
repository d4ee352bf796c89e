"""Windows are planned on the organization's clock by its admins, ended by them, and shown to its members."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.urls import reverse

from accounts.models import Role
from monitors.core.windows import Span
from monitors.models import MaintenanceWindow
from monitors.queries.window_rows import MOST_PAST, window_rows
from monitors.queries.windows import in_window, planned_spans
from monitors.services import windows
from tests.factories import MaintenanceWindowFactory, MembershipFactory, MonitorFactory, OrganizationFactory

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 3, 24, 12, tzinfo=UTC)  # a Tuesday, the fourth of its month
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)


@pytest.fixture
def organization():
    return OrganizationFactory(time_zone="Europe/Berlin")


def login(client, organization, role=Role.ADMIN):
    client.force_login(MembershipFactory(organization=organization, role=role).user)
    return client


def fields(**changes):
    return {"name": "Upgrade", "first": "2026-03-28T02:30", "minutes": "60", "repeats": "once", "rule": ""} | changes


def post(client, organization, **changes):
    with time_machine.travel(NOON, tick=False):
        return client.post(reverse("monitor_windows", args=[organization.slug]), fields(**changes))


def test_a_window_is_planned_on_the_clock_of_the_organization(client, organization):
    monitor, other = MonitorFactory.create_batch(2, organization=organization)
    assert post(login(client, organization), organization, monitors=[monitor.id]).status_code == 302
    window = MaintenanceWindow.objects.get()
    assert (window.starts_on_wall, window.time_zone, window.rule) == ("2026-03-28T02:30", "Europe/Berlin", "")
    night = datetime(2026, 3, 28, 1, 30, tzinfo=UTC)
    assert planned_spans(NOON, NOON + 9 * 24 * HOUR) == {monitor.id: [Span(night, night + HOUR)]}
    assert in_window({monitor.id: night, other.id: night}) == {monitor.id}


@pytest.mark.parametrize(
    ("repeats", "rule", "stored"),
    [
        ("FREQ=DAILY", "", "FREQ=DAILY"),
        ("FREQ=MONTHLY;BYDAY={nth}{day}", "", "FREQ=MONTHLY;BYDAY=4SA"),
        ("own", "freq=weekly;byday=sa,su", "FREQ=WEEKLY;BYDAY=SA,SU"),
    ],
)
def test_how_a_window_repeats(client, organization, repeats, rule, stored):
    post(login(client, organization), organization, repeats=repeats, rule=rule)
    assert MaintenanceWindow.objects.get().rule == stored


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        ("", "once"),
        ("FREQ=WEEKLY;INTERVAL=2", "every two weeks"),
        ("FREQ=MONTHLY;BYDAY=4SA", "every month, on the fourth Saturday"),
        ("FREQ=MONTHLY;BYDAY=-1FR", "every month, on the last Friday"),
        ("FREQ=WEEKLY;BYDAY=SA,SU", "FREQ=WEEKLY;BYDAY=SA,SU"),
    ],
)
def test_how_a_window_repeats_is_said_in_words_where_there_are_some(organization, rule, words):
    MaintenanceWindowFactory(organization=organization, rule=rule)
    assert [row.repeats for row in window_rows(organization.id, now=NOON)] == [words]


@pytest.mark.parametrize(
    ("day", "words"),
    [
        (28, "every month, on that date"),
        (29, "every month that has a 29th"),
        (30, "every month that has a 30th"),
        (31, "every month that has a 31st"),
    ],
)
def test_a_date_that_some_months_lack_is_said_so(organization, day, words):
    window = MaintenanceWindowFactory(
        organization=organization, rule="FREQ=MONTHLY", starts_on_wall=f"2026-03-{day}T02:00", created_at=NOON
    )
    row = window_rows(organization.id, now=NOON + 10 * 24 * HOUR)[0]
    assert (row.repeats, row.id) == (words, window.id)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"repeats": "own", "rule": "FREQ=HOURLY"}, "A rule needs FREQ=DAILY"),
        ({"repeats": "own"}, "Write the rule"),
        ({"first": "soon"}, "Enter a valid date/time."),
        ({"first": "9999-12-31T23:30"}, "Choose a year from 2000 to 2099."),
        ({"first": "0001-01-01T00:00", "repeats": "FREQ=DAILY"}, "Choose a year from 2000 to 2099."),
        ({"minutes": "99999"}, "Select a valid choice."),
        ({"first": "2026-03-24T11:59"}, "It would be over already. Choose a later time, or let it repeat."),
        (
            {"repeats": "own", "rule": "FREQ=DAILY;UNTIL=20260301T000000", "first": "2026-02-01T00:00"},
            "It would be over already.",
        ),
    ],
)
def test_what_cannot_be_planned_is_refused_with_the_way_out(client, organization, changes, words):
    answer = post(login(client, organization), organization, **changes)
    assert (answer.status_code, MaintenanceWindow.objects.count()) == (422, 0)
    assert words in answer.content.decode()


def test_a_window_is_for_those_with_a_tag_and_those_chosen(client, organization):
    eu, prod, other = (MonitorFactory(organization=organization, tags=tags) for tags in (["eu"], ["prod", "eu"], []))
    MonitorFactory(organization=organization, tags=["us"])
    MonitorFactory(tags=["eu"])  # a stranger's
    assert post(login(client, organization), organization, tag="eu", monitors=[other.id]).status_code == 302
    assert planned_spans(NOON, NOON + 9 * 24 * HOUR).keys() == {eu.id, prod.id, other.id}
    assert post(client, organization, tag="asia").status_code == 422


@pytest.mark.parametrize(
    ("count", "words"), [(0, "no monitor any more"), (2, "M0, M1"), (3, "M0, M1, M2"), (5, "M0, M1, M2 and 2 more")]
)
def test_a_window_names_a_few_of_its_monitors(organization, count, words):
    window = MaintenanceWindowFactory(organization=organization, is_for_all=False)
    window.monitors.set([MonitorFactory(organization=organization, name=f"M{n}") for n in range(count)])
    assert [row.whose for row in window_rows(organization.id, now=NOON)] == [words]


def test_a_strangers_monitor_cannot_be_planned_for(client, organization):
    strange = MonitorFactory()
    assert post(login(client, organization), organization, monitors=[strange.id]).status_code == 422


@pytest.mark.parametrize(("role", "expected"), [(Role.VIEWER, (200, 403, 403)), (Role.ADMIN, (200, 302, 302))])
def test_who_may_plan_and_end(client, organization, role, expected):
    window = MaintenanceWindowFactory(organization=organization)
    page, end = (
        reverse("monitor_windows", args=[organization.slug]),
        reverse("monitor_window_end", args=[organization.slug, window.id]),
    )
    login(client, organization, role)
    statuses = client.get(page).status_code, post(client, organization).status_code, client.post(end).status_code
    assert statuses == expected


def test_an_ended_plan_keeps_what_was_and_stops_what_would_come():
    monitor = MonitorFactory()
    window = MaintenanceWindowFactory(
        organization=monitor.organization, starts_on_wall="2026-03-24T11:30", rule="FREQ=DAILY", created_at=NOON - HOUR
    )
    assert windows.end(window, now=NOON)
    assert not windows.end(window, now=NOON + HOUR)
    half_past = NOON - timedelta(minutes=30)
    assert planned_spans(NOON - HOUR, NOON + 99 * HOUR) == {monitor.id: [Span(half_past, NOON)]}


def test_the_last_monitor_of_a_window_goes_and_takes_no_other_with_it():
    monitor, _other = MonitorFactory.create_batch(2, organization=OrganizationFactory())
    window = MaintenanceWindowFactory(
        organization=monitor.organization, starts_on_wall="2026-03-24T12:00", created_at=NOON - HOUR, is_for_all=False
    )
    window.monitors.add(monitor)
    monitor.delete()
    assert planned_spans(NOON, NOON + HOUR) == {}


def test_open_windows_come_first_and_past_ones_last():
    organization = OrganizationFactory()
    for name, first in [("past", "2026-03-23T12:00"), ("next", "2026-03-25T12:00"), ("open", "2026-03-24T11:30")]:
        MaintenanceWindowFactory(
            organization=organization, name=name, starts_on_wall=first, created_at=NOON - 99 * HOUR
        )  # fmt: skip
    rows = [(row.name, row.is_open, row.next is None) for row in window_rows(organization.id, now=NOON)]
    assert rows == [("open", True, False), ("next", False, False), ("past", False, True)]


def test_however_many_are_past_what_is_planned_is_shown(organization):
    daily = MaintenanceWindowFactory(organization=organization, rule="FREQ=DAILY", created_at=NOON - 999 * HOUR)
    MaintenanceWindowFactory.create_batch(MOST_PAST + 5, organization=organization, created_at=NOON - HOUR)
    rows = window_rows(organization.id, now=NOON)
    assert (rows[0].id, len(rows)) == (daily.id, 1 + MOST_PAST)


@pytest.mark.parametrize("count", [1, 3])
def test_the_page_takes_the_same_few_queries(client, organization, count, django_assert_num_queries):
    MaintenanceWindowFactory.create_batch(count, organization=organization)
    login(client, organization)
    with django_assert_num_queries(8):
        client.get(reverse("monitor_windows", args=[organization.slug]))
