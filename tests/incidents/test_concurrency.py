"""Many workers, one record: nothing twice, nothing lost, everything in order."""

import time
from concurrent.futures import ThreadPoolExecutor
from threading import Event

import pytest
from django.db import connection, transaction

from incidents import services
from incidents.models import Incident, IncidentEvent
from incidents.services.audiences import Audience
from monitors.core.states import State
from monitors.models import PendingChange, StateChange
from tests.factories import FollowFactory, ScopeFactory
from tests.incidents.scenes import at, correlate, say

pytestmark = pytest.mark.django_db(transaction=True)

WORKERS = 8
STATES = (State.DEGRADED, State.PARTIAL_OUTAGE, State.MAJOR_OUTAGE)


def in_threads(count, work):
    def run(n):
        try:
            return work(n)
        finally:
            connection.close()

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(run, range(count)))


def drain(_):
    """Work like a worker that is woken until nothing waits, also while others hold every audience."""
    while PendingChange.objects.filter(correlated_at=None).exists():
        if not services.correlate_next(at(60)):
            time.sleep(0.02)


def test_eight_workers_over_twenty_changes_of_one_outage_make_one_incident_in_order():
    scope = ScopeFactory()
    for n in range(20):
        say(scope, STATES[n % 3], minutes=n)
    in_threads(WORKERS, drain)
    incident = Incident.objects.get()
    events = list(incident.events.all())
    assert [event.number for event in events] == list(range(1, 21))
    assert [event.state for event in events] == [STATES[n % 3] for n in range(20)]
    assert [event.detail["change_id"] for event in events] == list(
        StateChange.objects.order_by("id").values_list("id", flat=True)
    )
    assert set(PendingChange.objects.values_list("decision", flat=True)) == {"open", "update"}


def test_every_follower_and_the_public_get_their_own_record_whoever_works():
    scope = ScopeFactory()
    FollowFactory.create_batch(5, scope=scope)
    for n in range(8):
        say(scope, STATES[n % 3], minutes=n)
    in_threads(WORKERS, drain)
    assert Incident.objects.count() == 6
    assert [incident.events.count() for incident in Incident.objects.all()] == [8] * 6


def test_one_audience_does_not_wait_for_another():
    scope = ScopeFactory()
    organization = FollowFactory(scope=scope).organization
    say(scope, State.MAJOR_OUTAGE, minutes=0)
    held, done = Event(), Event()

    def hold(n):
        if n == 0:
            with transaction.atomic():
                Audience(organization.id, None).lock()
                held.set()
                done.wait(10)
            return None
        held.wait(10)
        taken = [services.correlate_next(at(1)), services.correlate_next(at(1))]
        done.set()
        return taken

    assert in_threads(2, hold) == [None, [True, False]]
    assert [incident.organization_id for incident in Incident.objects.all()] == [None]
    correlate(2)
    assert Incident.objects.filter(organization=organization).count() == 1


def test_five_hundred_changes_stay_in_order():
    scope = ScopeFactory()
    changes = StateChange.objects.bulk_create(
        StateChange(
            scope=scope, provider=scope.provider, source="official", ref="feed:1",
            old=STATES[n % 3 - 1], new=STATES[n % 3], at=at(n), recorded_at=at(n),
        )
        for n in range(500)
    )  # fmt: skip
    PendingChange.objects.bulk_create(PendingChange(change=c, provider=scope.provider) for c in changes)
    in_threads(3, drain)
    changes = [event.detail["change_id"] for event in IncidentEvent.objects.order_by("number")]
    assert changes == list(StateChange.objects.order_by("id").values_list("id", flat=True))


def test_tending_in_eight_threads_resolves_once():
    scope = ScopeFactory()
    say(scope, State.DEGRADED, minutes=0)
    say(scope, State.OPERATIONAL, minutes=5)
    correlate(5)
    assert sum(in_threads(WORKERS, lambda _: services.tend(at(20)))) == 1
    assert [event.kind for event in Incident.objects.get().events.all()] == ["opened", "resolved"]
