"""Waking up, and what happens when nobody wakes us."""

import pytest

from incidents import tasks
from incidents.models import Incident
from incidents.signals import incident_events_recorded
from monitors.core.states import State
from tests.factories import ScopeFactory
from tests.incidents.scenes import at, correlate, say

pytestmark = pytest.mark.django_db


def test_a_task_may_run_twice():
    say(ScopeFactory(), State.DEGRADED, minutes=0)
    for _ in range(2):
        tasks.correlate_pending()
        tasks.tend_incidents()
    assert [event.kind for event in Incident.objects.get().events.all()][:1] == ["opened"]
    assert Incident.objects.count() == 1


def test_events_are_told_after_the_commit(django_capture_on_commit_callbacks):
    told = []

    def listen(**kwargs):
        told.append((kwargs["incident_id"], kwargs["organization_id"], kwargs["provider_id"]))

    scope = ScopeFactory()
    say(scope, State.DEGRADED, minutes=0)
    incident_events_recorded.connect(listen)
    try:
        with django_capture_on_commit_callbacks() as waiting:
            correlate(0)
        assert told == []
        for callback in waiting:
            callback()
    finally:
        incident_events_recorded.disconnect(listen)
    incident = Incident.objects.get()
    assert set(told) == {(incident.id, None, scope.provider_id)}
    assert at(0) == incident.started_at
