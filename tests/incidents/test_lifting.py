"""Carriers become a country, countries a component, and back: one incident all the while."""

import pytest
from django.urls import reverse

from alerts.models import Notification
from alerts.services.routing import route_next
from incidents import services
from incidents.models import Incident
from incidents.queries import incident_detail, recent_incidents
from monitors.core.states import Source, State
from tests.factories import (
    CarrierFactory,
    ComponentFactory,
    FollowFactory,
    OfficialPostFactory,
    ProviderFactory,
    RouteFactory,
    ScopeFactory,
)
from tests.incidents.scenes import at, correlate, posted, read, say

pytestmark = pytest.mark.django_db

DEGRADED, OK = State.DEGRADED, State.OPERATIONAL


@pytest.fixture
def sms():
    return ScopeFactory(component=ComponentFactory(provider=ProviderFactory(name="Acme"), name="SMS", service="sms"))


def to(sms, country, carrier=None):
    named = CarrierFactory(name=carrier, country=country) if carrier else None
    return ScopeFactory(component=sms.component, country=country, carrier=named)


def shared(scope, state, minutes):
    say(scope, state, minutes=minutes, source=Source.DELIVERY, ref="shared:1")
    correlate(minutes)


def open_titles():
    return list(Incident.objects.filter(resolved_at=None).order_by("id").values_list("title", flat=True))


def kinds(incident):
    return [event.kind for event in incident.events.all()]


def test_many_carriers_become_their_country(sms):
    docomo, softbank = to(sms, "JP", "NTT DOCOMO"), to(sms, "JP", "SoftBank")
    shared(docomo, DEGRADED, 0)
    shared(softbank, DEGRADED, 1)
    assert len(open_titles()) == 2
    shared(to(sms, "JP"), DEGRADED, 3)
    larger, part = Incident.objects.order_by("id")
    assert open_titles() == ["SMS to Japan: delivery delays"]
    assert (larger.started_at, part.merged_into, part.resolved_at) == (at(0), larger, at(3))
    assert sorted(s.scope_id for s in larger.sightings.all())[:2] == [docomo.id, softbank.id]
    assert (kinds(larger), kinds(part)) == (["opened", "updated"], ["opened", "resolved"])
    assert part.events.last().summary == "Not over, but part of a larger one: SMS to Japan: delivery delays."
    assert incident_detail(part.uid, None).merged_into.uid == larger.uid


def test_the_page_of_a_part_leads_to_the_larger_one_and_who_follows_the_part_hears_of_it(sms, client):
    docomo, softbank = to(sms, "JP", "NTT DOCOMO"), to(sms, "JP", "SoftBank")
    route = RouteFactory(follow__scope=softbank)
    FollowFactory(organization=route.organization, scope=sms)
    for minutes, scope in enumerate((docomo, softbank, to(sms, "JP"))):
        shared(scope, DEGRADED, minutes)
        while route_next(now=at(minutes)):
            pass
    larger, part = Incident.objects.filter(organization=route.organization).order_by("id")
    heard = Notification.objects.filter(channel=route.channel).order_by("id").values_list("incident_id", "transition")
    assert list(heard) == [(part.id, "opened"), (larger.id, "opened"), (part.id, "resolved")]
    larger, part = Incident.objects.filter(organization=None).order_by("id")
    page = client.get(reverse("incident", args=[part.uid])).content.decode()
    assert f'part of <a href="{reverse("incident", args=[larger.uid])}">SMS to Japan: delivery delays</a>' in page
    assert "operational" not in page.split('id="incident"')[1].split("</header>")[0]


def test_a_part_is_in_no_list(sms):
    for minutes, name in enumerate(("NTT DOCOMO", "SoftBank")):
        shared(to(sms, "JP", name), DEGRADED, minutes)
    shared(to(sms, "JP"), DEGRADED, 3)
    assert [one.title for one in recent_incidents(None, since=at(-60))] == ["SMS to Japan: delivery delays"]


def test_a_detector_that_moves_its_word_to_the_country_ends_nothing(sms):
    docomo, softbank, japan = to(sms, "JP", "NTT DOCOMO"), to(sms, "JP", "SoftBank"), to(sms, "JP")
    shared(docomo, DEGRADED, 0)
    shared(softbank, DEGRADED, 1)
    shared(docomo, OK, 3)
    shared(softbank, OK, 3)
    shared(japan, DEGRADED, 3)
    services.tend(at(30))
    assert open_titles() == ["SMS to Japan: delivery delays"]
    assert [i.merged_into_id for i in Incident.objects.order_by("id")] == [None, Incident.objects.earliest("id").id]


def test_many_countries_become_the_component(sms):
    for minutes, country in enumerate(("JP", "ID", "CL")):
        shared(to(sms, country), DEGRADED, minutes)
    shared(sms, DEGRADED, 5)
    assert open_titles() == ["SMS: delivery delays"]


def test_what_is_lowered_again_is_the_same_incident_and_ends_with_its_last_part(sms):
    docomo, softbank, japan = to(sms, "JP", "NTT DOCOMO"), to(sms, "JP", "SoftBank"), to(sms, "JP")
    for minutes, scope in enumerate((docomo, softbank, japan)):
        shared(scope, DEGRADED, minutes)
    shared(softbank, OK, 20)
    shared(japan, OK, 21)
    services.tend(at(40))
    assert open_titles() == ["SMS to NTT DOCOMO (Japan): delivery delays"]
    shared(docomo, OK, 45)
    services.tend(at(60))
    assert open_titles() == []
    assert Incident.objects.get(merged_into=None).resolved_at == at(45)


def test_a_part_that_fails_again_joins_the_larger_one(sms):
    docomo, softbank, japan = to(sms, "JP", "NTT DOCOMO"), to(sms, "JP", "SoftBank"), to(sms, "JP")
    for minutes, scope in enumerate((docomo, softbank, japan)):
        shared(scope, DEGRADED, minutes)
    shared(softbank, OK, 10)
    shared(softbank, DEGRADED, 20)
    services.tend(at(20))
    assert open_titles() == ["SMS to Japan: delivery delays"]


def test_a_vendors_own_post_stays_an_incident_of_its_own(sms):
    docomo, softbank = to(sms, "JP", "NTT DOCOMO"), to(sms, "JP", "SoftBank")
    post = OfficialPostFactory(feed__provider=sms.provider, posted_at=at(0))
    read(post.feed, 0)
    posted(post, docomo, DEGRADED, minutes=0)
    shared(docomo, DEGRADED, 0)
    shared(softbank, DEGRADED, 1)
    shared(to(sms, "JP"), DEGRADED, 3)
    assert len(open_titles()) == 2


def test_what_another_source_calls_the_whole_swallows_nothing(sms):
    for minutes, name in enumerate(("NTT DOCOMO", "SoftBank")):
        shared(to(sms, "JP", name), DEGRADED, minutes)
    say(to(sms, "JP"), DEGRADED, minutes=3, source=Source.CROWD, ref="crowd:1")
    correlate(3)
    assert len(open_titles()) == 2
