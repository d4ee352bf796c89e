"""What becomes of incidents, and of what was refused, while time goes by."""

import pytest

from incidents import services
from incidents.models import Incident
from monitors.core.observations import Observation
from monitors.core.states import Source, State
from monitors.services.states import observe
from tests.incidents.scenes import at, correlate, events, say

pytestmark = pytest.mark.django_db

DEGRADED, OK = State.DEGRADED, State.OPERATIONAL


def test_what_still_fails_when_the_maintenance_is_over_opens_then(sms):
    say(sms, State.MAINTENANCE, minutes=0)
    say(sms, DEGRADED, minutes=10, source=Source.DELIVERY, ref="shared:1")
    correlate(10)
    services.tend(at(50))
    assert (correlate(50), Incident.objects.count()) == (0, 0)
    say(sms, OK, minutes=60)
    correlate(60)
    services.tend(at(61))
    correlate(61)
    assert Incident.objects.get().opened_at == at(61)
    services.tend(at(62))
    assert correlate(62) == 0


def test_what_has_ended_with_the_maintenance_opens_nothing(sms):
    say(sms, State.MAINTENANCE, minutes=0)
    say(sms, DEGRADED, minutes=10, source=Source.DELIVERY, ref="shared:1")
    correlate(10)
    say(sms, OK, minutes=55, source=Source.DELIVERY, ref="shared:1")
    say(sms, OK, minutes=60)
    correlate(60)
    services.tend(at(61))
    assert (correlate(61), Incident.objects.count()) == (0, 0)


def test_a_suspicion_is_raised_once_what_spoke_against_it_has_gone_stale(sms):
    say(sms, OK, minutes=0, source=Source.DELIVERY, ref="shared:1", fresh_for_s=900)
    say(sms, DEGRADED, minutes=10, source=Source.CROWD, ref="crowd:1")
    correlate(10)
    services.tend(at(15))
    assert (correlate(15), Incident.objects.count()) == (0, 0)
    services.tend(at(16))
    correlate(16)
    assert Incident.objects.get().started_at == at(10)


def test_an_incident_becomes_as_sure_as_its_detector_and_tells_nobody(sms):
    for minutes, probability in ((0, 0.62), (5, 0.93)):
        observe(
            [
                Observation(
                    Source.DELIVERY, "shared:1", sms.id, DEGRADED, at(minutes), "late", {"probability": probability}
                )
            ],
            now=at(minutes),
        )
        correlate(minutes)
        services.tend(at(minutes))
        assert Incident.objects.get().confidence == pytest.approx(probability)
    assert events(Incident.objects.get()) == [(1, "opened", DEGRADED)]


def test_a_suspicion_fades_while_messages_arrive_and_is_told_once(sms):
    say(sms, DEGRADED, minutes=0, source=Source.CROWD, ref="crowd:1")
    correlate(0)
    before = Incident.objects.get().confidence
    say(sms, OK, minutes=5, source=Source.DELIVERY, ref="shared:1")
    correlate(5)
    services.tend(at(6))
    incident = Incident.objects.get()
    assert incident.confidence < before / 2
    assert events(incident) == [(1, "opened", DEGRADED)]
