"""Counts become observations: the demo's evening, and what each rule does to rows."""

from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import pytest

from demo.script import CASES, STARTS
from demo.traffic import callbacks
from kit import clock as clocks
from kit.clock import Pace
from monitors.core.delivery import LOOK_BACK
from monitors.core.numbers import place_number
from monitors.core.states import State
from monitors.models import Carrier, Coverage, DeliveryCount, Receipt, Report, ReportCount, SourceState, StateChange
from monitors.queries.counts import crowds, witnesses
from monitors.services import applying
from monitors.services.crowd import judge_provider
from monitors.services.delivery import judge_witness
from monitors.services.scopes import component_for, scope_of
from monitors.tasks.counts import evaluate_counts
from monitors.tasks.upkeep import daily_upkeep
from tests.factories import CarrierFactory, ProviderFactory, ReceiptSourceFactory

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 1, 24, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


@pytest.fixture
def twilio():
    return ProviderFactory(slug="twilio", name="Twilio", category="comms")


@pytest.fixture
def source(twilio):
    return ReceiptSourceFactory(provider=twilio)


@pytest.fixture
def place(twilio):
    """Return the scope of SMS to a carrier of a country."""
    sms = component_for(twilio, "sms")

    def scope(country, carrier=""):
        row = Carrier.objects.filter(country=country, name=carrier).first()
        return scope_of(twilio, component=sms, country=country, carrier=row)

    return scope


@pytest.fixture
def docomo(place):
    CarrierFactory(name="NTT DOCOMO", country="JP")
    return place("JP", "NTT DOCOMO")


@pytest.fixture
def kddi(place):
    CarrierFactory(name="KDDI", country="JP")
    return place("JP", "KDDI")


def judge(now):
    for witness in witnesses(now - LOOK_BACK):
        judge_witness(witness, now=now)


@contextmanager
def stopped_clock():
    clocks.configure(Pace(datetime.now(UTC), NOON, 0.0))
    try:
        yield
    finally:
        clocks.configure(None)


def moves():
    rows = StateChange.objects.select_related("scope__carrier").order_by("id")
    return [(str(row.scope.carrier or row.scope.country), row.old.slug, row.new.slug) for row in rows]


def counted(source, scope, *, start, end, **counts):
    """The same counts in every minute from `start` to `end` minutes before noon."""
    DeliveryCount.objects.bulk_create(
        DeliveryCount(organization=source.organization, scope=scope, minute=NOON - ago * MINUTE, **counts)
        for ago in range(start, end - 1, -1)
    )


def fine(source, scope, *, start=60, end=0):
    counted(source, scope, start=start, end=end, started=1, prompt=1, delivered=1)


def stalled(source, scope, *, start=15, end=0):
    counted(source, scope, start=start, end=end, started=1)


# --- Deliveries ---


def test_the_delay_of_a_carrier_is_seen_before_anything_fails_and_nothing_else_is(source, place, docomo, kddi):
    """The demo's first hour and a quarter, judged as seldom as its fast clock does."""
    CarrierFactory(name="SoftBank", country="JP")
    case, now, due = CASES[0], STARTS, callbacks()
    scopes = {}
    while now < case.began + 20 * MINUTE:
        now += 2.7 * MINUTE
        arrived = [callback for callback in due if callback.at <= now]
        due = due[len(arrived) :]
        rows = []
        for callback in arrived:
            where = place_number(callback.to)
            key = where.country, where.carrier or ""
            scopes[key] = scopes.get(key) or place(*key)
            row = Receipt(source=source, scope=scopes[key], message_id=callback.message_id, at=callback.at)
            row.status, row.error_code = callback.status, callback.error_code
            rows.append(row)
        Receipt.objects.bulk_create(rows)
        while applying.apply_next(now=now):
            pass
        judge(now)
    opened = StateChange.objects.earliest("id")
    assert {(change.scope, change.source) for change in StateChange.objects.all()} == {(docomo, "delivery")}
    assert opened.new.is_impaired
    assert case.began < opened.at < case.began + 12 * MINUTE
    assert opened.reason == "4 of 5 messages had no final state after 3 min; normally under 1%."


def test_a_stall_is_private_has_its_numbers_and_ends_when_messages_arrive(source, docomo):
    fine(source, docomo, start=300, end=11)
    stalled(source, docomo, start=10)
    judge(NOON)
    row = SourceState.objects.get()
    assert (row.state, row.ref, row.organization) == (
        State.PARTIAL_OUTAGE, f"receipts:{source.id}", source.organization,
    )  # fmt: skip
    assert row.reason == "5 of 5 messages had no final state after 3 min; normally under 1%."
    fine(source, docomo, start=-1, end=-20)
    judge(NOON + 20 * MINUTE)
    assert moves() == [
        ("NTT DOCOMO (JP)", "unknown", "partial_outage"),
        ("NTT DOCOMO (JP)", "partial_outage", "operational"),
    ]


def test_the_time_of_a_trouble_does_not_become_the_habit(source, docomo):
    fine(source, docomo, start=400, end=300)
    stalled(source, docomo, start=299, end=0)
    for ago in (280, 200, 100, 0):
        judge(NOON - ago * MINUTE)
    row = SourceState.objects.get()
    assert (row.state, row.reason.partition("; ")[2]) == (State.PARTIAL_OUTAGE, "normally under 1%.")


def test_without_any_receipts_there_is_no_verdict(source, docomo):
    fine(source, docomo, start=60, end=9)
    judge(NOON)
    assert (SourceState.objects.count(), Coverage.objects.count()) == (0, 0)


def test_what_began_before_a_hole_in_our_own_receipts_is_not_waited_for(source, docomo):
    fine(source, docomo, start=60, end=30)
    stalled(source, docomo, start=29, end=25)  # their ends fell into the hole
    fine(source, docomo, start=9, end=0)
    judge(NOON)
    assert [row.state for row in SourceState.objects.all()] == [State.OPERATIONAL]


def test_most_carriers_of_a_country_make_a_country(source, place, docomo, kddi):
    for scope in (docomo, kddi):
        fine(source, scope, start=300, end=11)
        stalled(source, scope, start=10)
    judge(NOON)
    assert SourceState.objects.get(scope=place("JP")).reason == (
        "2 of 2 carriers are impaired: 10 of 10 messages late, 0 of 0 failed."
    )
    for scope in (docomo, kddi):
        fine(source, scope, start=-1, end=-20)
    judge(NOON + 20 * MINUTE)
    assert [row.state for row in SourceState.objects.all()] == [State.OPERATIONAL] * 3


def test_one_organizations_messages_say_nothing_about_anothers(source, twilio, docomo):
    other = ReceiptSourceFactory(provider=twilio)
    for one in (source, other):
        fine(one, docomo, start=300, end=11)
    stalled(source, docomo, start=10)
    fine(other, docomo, start=10)
    judge(NOON)
    assert dict(SourceState.objects.values_list("ref", "state")) == {
        f"receipts:{source.id}": State.PARTIAL_OUTAGE,
        f"receipts:{other.id}": State.OPERATIONAL,
    }


def test_counts_whose_source_was_removed_are_left_alone(source, docomo):
    stalled(source, docomo, start=60)
    source.delete()
    judge(NOON)
    assert not SourceState.objects.exists()


def test_judging_twice_changes_nothing_and_what_is_well_is_seldom_written(
    source, docomo, django_assert_max_num_queries
):
    fine(source, docomo)
    judge(NOON)
    judge(NOON + MINUTE)
    assert [row.observed_at for row in SourceState.objects.all()] == [NOON]
    assert moves() == []
    with django_assert_max_num_queries(8):
        judge(NOON + 2 * MINUTE)


def test_the_daily_upkeep_forgets_old_counts(source, docomo):
    fine(source, docomo)
    DeliveryCount.objects.create(organization=source.organization, scope=docomo, minute=NOON - timedelta(days=91))
    with stopped_clock():
        daily_upkeep()
    assert DeliveryCount.objects.count() == 61


# --- Crowds ---


def reported(scope, networks, *, minutes_ago=2.0, now=NOON):
    at = now - minutes_ago * MINUTE
    Report.objects.bulk_create(
        Report(
            provider_id=scope.provider_id,
            scope=scope,
            problem="other",
            voter=f"{at} {n}",
            network=f"{n}",
            window=at,
            at=at,
        )
        for n in range(networks)
    )


def hear(now):
    for provider_id, votes in crowds(now).items():
        judge_provider(provider_id, votes, now=now)


def test_a_crowd_is_public_and_ends_after_twenty_calm_minutes(twilio, docomo):
    reported(docomo, 12)
    for minute in (0, 10, 30, 32, 33, 60):
        hear(NOON + minute * MINUTE)
    row = SourceState.objects.get()
    assert (row.ref, row.organization, row.scope, row.state) == (f"crowd:{twilio.id}", None, docomo, State.OPERATIONAL)
    assert [(change.new.slug, change.at - NOON, change.reason) for change in StateChange.objects.order_by("id")] == [
        ("degraded", 0 * MINUTE, "12 reports in 15 min; fewer than 1 is usual at this hour."),
        (
            "operational",
            33 * MINUTE,
            "No more reports than usual for 20 min. 0 reports in 15 min; fewer than 1 is usual at this hour.",
        ),
    ]


@pytest.mark.parametrize(("reports_a_day", "expected"), [(0, 1), (8, 1), (60, 0)])
def test_what_is_usual_at_that_hour_is_no_crowd(docomo, reports_a_day, expected):
    for day in range(1, 15):
        for hour, reports in ((12, reports_a_day), (3, 500)):
            minute = NOON.replace(hour=hour, minute=30) - timedelta(days=day)
            ReportCount.objects.create(scope=docomo, minute=minute, reports=reports)
    reported(docomo, 16)
    hear(NOON)
    assert SourceState.objects.count() == expected


def test_six_networks_are_not_looked_at(docomo):
    reported(docomo, 6)
    assert crowds(NOON) == {}


def test_the_task_applies_what_waits_and_judges_it(source, docomo):
    for n in range(3):
        at = NOON - (10 + n) * MINUTE
        Receipt.objects.create(source=source, scope=docomo, message_id=f"SM{n}", status="delivered", at=at)
    with stopped_clock():
        evaluate_counts()
        evaluate_counts()
    row = SourceState.objects.get()
    assert (row.state, row.reason) == (State.OPERATIONAL, "3 of 3 messages were delivered in 60 min.")
