"""Following a provider that is in trouble already."""

import pytest

from incidents import services
from incidents.models import Incident
from monitors.core.states import Source, State
from monitors.models import Follow, PendingChange
from monitors.services.follows import follow, unfollow
from tests.factories import ComponentFactory, OrganizationFactory, ScopeFactory
from tests.incidents.scenes import at, correlate, say

pytestmark = pytest.mark.django_db


@pytest.fixture
def sms():
    return ScopeFactory(component__name="SMS")


@pytest.fixture
def voice(sms):
    return ScopeFactory(component=ComponentFactory(provider=sms.provider, name="Voice"))


def test_a_new_follower_gets_the_trouble_that_is_there_and_not_what_is_over(sms, voice):
    say(sms, State.DEGRADED, minutes=0)
    say(sms, State.MAJOR_OUTAGE, minutes=5)
    say(voice, State.DEGRADED, minutes=0)
    say(voice, State.OPERATIONAL, minutes=5)
    correlate(5)
    acme = OrganizationFactory()
    follow(acme, sms, at(10))
    correlate(10)
    incident = Incident.objects.get(organization=acme)
    assert (incident.title, incident.state, incident.started_at) == ("SMS: outage", State.MAJOR_OUTAGE, at(5))
    assert PendingChange.objects.filter(organization=acme).count() == 1


def test_following_twice_changes_nothing(sms):
    say(sms, State.DEGRADED, minutes=0)
    acme = OrganizationFactory()
    assert follow(acme, sms, at(1)) == follow(acme, sms, at(2))
    correlate(2)
    assert (Follow.objects.count(), Incident.objects.filter(organization=acme).count()) == (1, 1)


def test_following_more_of_a_provider_reads_again_what_was_ignored(sms, voice):
    acme = OrganizationFactory()
    follow(acme, sms, at(0))
    say(voice, State.DEGRADED, minutes=1)
    correlate(1)
    assert not Incident.objects.filter(organization=acme).exists()
    follow(acme, voice, at(2))
    correlate(2)
    assert Incident.objects.get(organization=acme).title == "Voice: degraded performance"


def test_nobody_is_handed_another_organizations_evidence(sms):
    other = OrganizationFactory()
    say(sms, State.DEGRADED, minutes=0, source=Source.PROBE, ref="monitor:1", organization_id=other.id)
    acme = OrganizationFactory()
    follow(acme, sms, at(1))
    assert not PendingChange.objects.filter(organization=acme).exists()


def test_an_incident_runs_to_its_end_after_unfollowing(sms):
    acme = OrganizationFactory()
    follow(acme, sms, at(0))
    say(sms, State.DEGRADED, minutes=1)
    correlate(1)
    unfollow(acme, sms)
    say(sms, State.OPERATIONAL, minutes=9)
    correlate(9)
    services.tend(at(10))
    services.tend(at(15))
    assert Incident.objects.get(organization=acme).resolved_at == at(9)
