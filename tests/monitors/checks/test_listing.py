"""The list of monitors shows trouble first, finds what the address asks for, and changes many at once."""

from datetime import UTC, datetime, timedelta

import pytest
from django.urls import reverse

from accounts.models import Role
from kit.clock import clock
from monitors.core.schedule import first_slot_after
from monitors.core.states import State
from monitors.models import Monitor, SourceState, StateChange
from monitors.queries.listing import PAGE, Asked, listing, overview
from monitors.services import bulk
from tests.factories import MembershipFactory, MonitorFactory, OrganizationFactory, ScopeFactory

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 3, 29, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
UNKNOWN, UP, PLANNED, SLOW, DOWN = (
    State.UNKNOWN, State.OPERATIONAL, State.MAINTENANCE, State.DEGRADED, State.MAJOR_OUTAGE,
)  # fmt: skip


@pytest.fixture
def organization():
    return OrganizationFactory()


def says(state, at=NOON, **fields):
    monitor = MonitorFactory(**fields)
    SourceState.objects.create(
        source="probe", ref=f"monitor:{monitor.id}", scope=monitor.scope, organization=monitor.organization,
        state=state, since=at, observed_at=at, fresh_for_s=300,
    )  # fmt: skip
    return monitor


def names(organization, **asked):
    return [row.name for row in listing(organization.id, Asked(**asked), now=NOON).rows]


def world(organization):
    says(UP, organization=organization, name="up", tags=["prod"], target="https://one.example.com/health")
    says(DOWN, organization=organization, name="b down", tags=["prod", "sms"])
    says(DOWN, organization=organization, name="A down")
    says(SLOW, organization=organization, name="slow")
    says(PLANNED, organization=organization, name="planned")
    says(UP, NOON - 6 * MINUTE, organization=organization, name="stale")
    says(DOWN, organization=organization, name="paused", is_paused=True)
    says(DOWN, name="a stranger's")
    MonitorFactory(organization=organization, name="new", muted_until=NOON + MINUTE)


def test_trouble_comes_first_then_what_nobody_knows(organization):
    world(organization)
    assert names(organization) == ["A down", "b down", "slow", "new", "stale", "planned", "up", "paused"]


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ({"show": "trouble"}, ["A down", "b down", "slow"]),
        ({"show": "unknown"}, ["new", "stale"]),
        ({"show": "up"}, ["planned", "up"]),
        ({"show": "paused"}, ["paused"]),
        ({"show": "muted"}, ["new"]),
        ({"words": "DOWN"}, ["A down", "b down"]),
        ({"words": "one.example"}, ["up"]),
        ({"words": "%"}, []),
        ({"tag": "prod"}, ["b down", "up"]),
        ({"tag": "prod", "show": "trouble"}, ["b down"]),
        ({"page": 2}, []),
    ],
)
def test_the_address_says_which(organization, asked, expected):
    world(organization)
    assert names(organization, **asked) == expected


def test_the_ways_on_keep_what_was_asked_and_count(organization):
    world(organization)
    page = listing(organization.id, Asked(show="trouble", tag="prod"), now=NOON)
    assert [(c.label, c.count, c.address) for c in page.choices] == [
        ("All", 8, "?tag=prod"), ("In trouble", 3, "?show=trouble&tag=prod"), ("No data", 2, "?show=unknown&tag=prod"),
        ("Up", 2, "?show=up&tag=prod"), ("Paused", 1, "?show=paused&tag=prod"), ("Muted", 1, "?show=muted&tag=prod"),
    ]  # fmt: skip
    assert [(t.label, t.count, t.address, t.is_chosen) for t in page.tags] == [
        ("prod", 2, "?show=trouble", True), ("sms", 1, "?show=trouble&tag=sms", False),
    ]  # fmt: skip


def test_fifty_rows_are_a_page(organization):
    scope = ScopeFactory()
    for n in range(PAGE + 1):
        MonitorFactory(organization=organization, scope=scope, name=f"m {n:03}")
    first, second = (listing(organization.id, Asked(page=page), now=NOON) for page in (1, 2))
    assert (len(first.rows), first.earlier, first.later, first.found) == (PAGE, "", "?page=2", PAGE + 1)
    assert ([row.name for row in second.rows], second.earlier, second.later) == (["m 050"], "?", "")


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({}, Asked()),
        ({"q": " sms ", "show": "trouble", "tag": "x", "page": "3"}, Asked("sms", "trouble", "x", 3)),
        ({"show": "everything", "page": "-1"}, Asked()),
        ({"page": "٣"}, Asked()),
        ({"page": "99999999999"}, Asked()),
    ],
)
def test_what_makes_no_sense_in_an_address_is_left_out(values, expected):
    assert Asked.of(values) == expected


@pytest.mark.parametrize("count", [1, 3, 60])
def test_any_number_takes_five_queries(organization, count, django_assert_num_queries):
    MonitorFactory.create_batch(count, organization=organization, scope=ScopeFactory(), tags=["a"])
    with django_assert_num_queries(5):
        listing(organization.id, Asked(), now=NOON)


def change(client, organization, role=Role.ADMIN, **data):
    client.force_login(MembershipFactory(organization=organization, role=role).user)
    return client.post(reverse("monitors_change", args=[organization.slug]), data)


def test_pausing_many_withdraws_what_they_said_and_tells_the_end_of_trouble(client, organization):
    up, down, other = (says(state, clock(), organization=organization) for state in (UP, DOWN, UP))
    stranger = says(UP, clock())
    answer = change(client, organization, do="pause", id=[up.id, down.id, stranger.id], show="trouble", page="2")
    assert answer["Location"] == reverse("monitor_list", args=[organization.slug]) + "?show=trouble&page=2"
    paused = Monitor.objects.filter(is_paused=True)
    assert {monitor.id for monitor in paused} == {up.id, down.id}
    said = {row.ref: row.state for row in SourceState.objects.all()}
    assert [said[f"monitor:{m.id}"] for m in (up, down, other, stranger)] == [UNKNOWN, UNKNOWN, UP, UP]
    assert [(c.ref, c.new) for c in StateChange.objects.all()] == [(f"monitor:{down.id}", UNKNOWN)]


@pytest.mark.parametrize("count", [1, 20])
def test_pausing_any_number_takes_the_same_statements(organization, count, django_assert_num_queries):
    ids = [says(UP, organization=organization, scope=ScopeFactory()).id for _ in range(count)]
    with django_assert_num_queries(8):  # two of them begin and end a savepoint
        assert bulk.pause(organization.id, ids, now=NOON) == count


def test_many_are_resumed_muted_and_tagged(client, organization):
    monitors = MonitorFactory.create_batch(2, organization=organization, is_paused=True, tags=["old"])
    ids = [monitor.id for monitor in monitors]
    for do, name in [("resume", ""), ("mute-8", ""), ("tag", "prod"), ("tag", "prod"), ("untag", "old")]:
        change(client, organization, do=do, name=name, id=ids)
    for monitor in Monitor.objects.all():
        assert (monitor.is_paused, monitor.tags) == (False, ["prod"])
        assert timedelta(hours=7) < monitor.muted_until - clock() <= timedelta(hours=8)
    change(client, organization, do="unmute", id=ids)
    assert set(Monitor.objects.values_list("muted_until", flat=True)) == {None}


def test_one_is_resumed_at_once_and_each_of_several_at_its_own_slot(organization):
    alone, *several = MonitorFactory.create_batch(9, organization=organization, is_paused=True, next_check_at=NOON)
    running = MonitorFactory(organization=organization, next_check_at=NOON)
    later = NOON + timedelta(hours=1)
    assert bulk.resume(organization.id, [alone.id, running.id], now=later) == 1
    assert bulk.resume(organization.id, [m.id for m in (alone, *several, running)], now=later) == 8
    due = dict(Monitor.objects.values_list("id", "next_check_at"))
    slots = {monitor.id: first_slot_after(monitor.id, monitor.interval_s, later) for monitor in several}
    assert due == {alone.id: later, running.id: NOON, **slots}
    assert not Monitor.objects.filter(is_paused=True).exists()


@pytest.mark.parametrize("count", [2, 20])
def test_resuming_any_number_takes_the_same_statements(organization, count, django_assert_num_queries):
    ids = [m.id for m in MonitorFactory.create_batch(count, organization=organization, is_paused=True)]
    with django_assert_num_queries(6):  # two of them begin and end a savepoint
        assert bulk.resume(organization.id, ids, now=NOON) == count


@pytest.mark.parametrize("data", [{"do": "tag", "name": ""}, {"do": "tag", "name": "<b>"}, {"do": "explode"}, {}])
def test_what_makes_no_sense_changes_nothing(client, organization, data):
    monitor = MonitorFactory(organization=organization)
    change(client, organization, id=[monitor.id], **data)
    assert Monitor.objects.get().tags == []


@pytest.mark.parametrize(("role", "expected"), [(Role.MEMBER, 403), (Role.ADMIN, 302)])
def test_who_may_change_many(client, organization, role, expected):
    assert change(client, organization, role, do="pause", id=[1]).status_code == expected


def test_all_that_match_are_changed_on_whichever_page_they_are(client, organization):
    MonitorFactory.create_batch(PAGE + 1, organization=organization, tags=["eu"])
    MonitorFactory(organization=organization, name="elsewhere")
    MonitorFactory(name="a stranger's", tags=["eu"])
    change(client, organization, do="pause", which="matching", tag="eu", page="2")
    running = Monitor.objects.filter(is_paused=False)
    assert {monitor.name for monitor in running} == {"elsewhere", "a stranger's"}
    answer = client.get(reverse("monitor_list", args=[organization.slug]) + "?tag=eu").content.decode()
    assert f"all {PAGE + 1} that match" in answer


def test_a_number_that_no_monitor_can_have_is_none(client, organization):
    assert change(client, organization, do="tag", name="x", id=["9" * 30, "１"]).status_code == 302


def test_an_overview_counts_all_and_names_a_few_in_trouble(organization):
    world(organization)
    seen = overview(organization.id, few=2, now=NOON)
    assert ([row.name for row in seen.troubled], seen.more_troubled) == (["A down", "b down"], 1)
    assert (seen.all, seen.paused) == (8, 1)
    assert seen.counts == [(DOWN, 2), (SLOW, 1), (UNKNOWN, 2), (PLANNED, 1), (UP, 1)]


@pytest.mark.parametrize("count", [0, 30])
def test_an_overview_takes_as_many_queries_however_many_there_are(organization, count, django_assert_max_num_queries):
    for _ in range(count):
        says(DOWN, organization=organization)
    with django_assert_max_num_queries(4):
        assert len(overview(organization.id, few=20, now=NOON).troubled) == min(count, 20)
