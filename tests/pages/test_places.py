"""Pages of components, countries and carriers: what is the matter there, by the public's records alone."""

from datetime import timedelta

import pytest

from accounts.models import Role
from incidents.models import Impact, Incident
from kit.clock import clock
from monitors.core.states import State
from monitors.models import OfficialPostScope
from tests.factories import (
    CarrierFactory,
    ComponentFactory,
    FeedFactory,
    FollowFactory,
    IncidentFactory,
    MembershipFactory,
    OfficialPostFactory,
    ProviderFactory,
    ScopeFactory,
)
from tests.pages.scenes import EVIDENCE

pytestmark = pytest.mark.django_db


def paths(scene):
    return [
        f"/providers/twilio/components/{scene.sms.component_id}/",
        "/countries/jp/",
        f"/carriers/{scene.docomo.carrier.slug}/",
        "/countries/",
    ]


def past(scene, scope, title, *, days=3, kind="incident"):
    """A post of the time before we watched."""
    at = scene.ago(days * 24 * 60)
    post = OfficialPostFactory(
        feed=scene.feed, title=title, kind=kind, posted_at=at, resolved_at=at + timedelta(hours=2)
    )
    OfficialPostScope.objects.create(post=post, scope=scope, state=State.DEGRADED)
    return post


def titles(answer):
    return [one.title for _, these in answer.context["page"].record.groups for one in these]


def test_a_post_about_a_carrier_is_on_the_pages_of_its_component_country_and_carrier(client, scene):
    scene.post(scene.docomo, "SMS delays to Docomo", "We look.", State.DEGRADED, minutes=40)
    incident = Incident.objects.get(organization=None)
    uid = incident.uid
    for path in paths(scene)[:3]:
        text = client.get(path).text
        assert f'<a href="/incidents/{uid}/">{incident.title}</a>' in text
        assert "In trouble now" in text
    assert "trouble now" in client.get("/countries/").text
    assert "1 provider has trouble in Japan now." in client.get("/countries/jp/").text
    assert f'href="/carriers/{scene.docomo.carrier.slug}/"' in client.get(f"/incidents/{uid}/").text


def test_a_tenant_s_evidence_reaches_no_public_page(client, scene):
    scene.receipts(scene.acme, scene.docomo, State.MAJOR_OUTAGE, minutes=20)
    scene.probe(scene.acme, "Checkout", State.MAJOR_OUTAGE, minutes=10)
    assert Incident.objects.filter(organization=scene.acme).count() == 2
    for path in [*paths(scene), "/", "/providers/", "/providers/twilio/", "/providers/twilio/history/"]:
        text = client.get(path).text
        for secret in ("Checkout", EVIDENCE, "10.1.2.3", "Acme", "pill-major_outage", "dot-major_outage", 'h2 id="now'):
            assert secret not in text
    assert "No trouble in Japan is known now." in client.get("/countries/jp/").text


def test_trouble_in_the_whole_country_reaches_its_carriers(client, scene):
    scene.say(ScopeFactory(component=scene.sms.component, country="JP"), State.DEGRADED, minutes=5)
    text = client.get(f"/carriers/{scene.docomo.carrier.slug}/").text
    assert "In the whole country now" in text
    assert "1 provider has trouble that reaches NTT DOCOMO now." in text


def test_trouble_of_another_carrier_does_not(client, scene):
    other = CarrierFactory(name="SoftBank", country="JP")
    scene.say(ScopeFactory(component=scene.sms.component, country="JP", carrier=other), State.DEGRADED, minutes=5)
    assert "No trouble with NTT DOCOMO is known now." in client.get(f"/carriers/{scene.docomo.carrier.slug}/").text


def test_a_component_tells_what_touched_it_and_nothing_else(client, scene):
    voice = ScopeFactory(component=ComponentFactory(provider=scene.twilio, name="Voice"))
    whole = ScopeFactory(provider=scene.twilio, component=None)
    past(scene, scene.docomo, "to a carrier of it", days=1)
    past(scene, scene.sms, "planned", days=2, kind="maintenance")
    past(scene, whole, "of everything", days=3)
    past(scene, voice, "of another part", days=4)
    past(scene, ScopeFactory(provider=scene.twilio, component=None, country="JP"), "of a country", days=5)
    answer = client.get(paths(scene)[0])
    assert titles(answer) == ["to a carrier of it", "planned", "of everything"]
    assert [(place.words, place.number) for place in answer.context["page"].places] == [("NTT DOCOMO (Japan)", 1)]


def test_a_group_tells_what_touched_its_members_and_a_member_what_touched_its_group(client, scene):
    group = ComponentFactory(provider=scene.twilio, name="Asia", is_group=True)
    member = ComponentFactory(provider=scene.twilio, name="Japan", group=group)
    past(scene, ScopeFactory(component=group), "of the group", days=1)
    past(scene, ScopeFactory(component=member), "of the member", days=2)
    for component in (group, member):
        assert titles(client.get(f"/providers/twilio/components/{component.id}/")) == ["of the group", "of the member"]


def test_one_thing_at_two_carriers_is_one_thing_of_their_country(client, scene):
    post = past(scene, scene.docomo, "to two")
    other = ScopeFactory(component=scene.sms.component, country="JP", carrier=CarrierFactory(country="JP"))
    OfficialPostScope.objects.create(post=post, scope=other, state=State.DEGRADED)
    assert [(place.words, place.number) for place in client.get("/countries/").context["places"]] == [("Japan", 1)]
    assert len(client.get("/countries/jp/").context["page"].places) == 2


@pytest.mark.parametrize(
    "path",
    [
        "/countries/xx/",
        "/countries/japan/",
        "/carriers/nobody/",
        "/providers/twilio/components/0/",
        "/providers/nobody/components/1/",
        "/providers/twilio/components/99999999999999999999/",
    ],
)
def test_what_does_not_exist_is_not_found(client, scene, path):
    assert client.get(path).status_code == 404


def test_a_component_is_found_at_its_own_provider_only(client, scene):
    other = ComponentFactory()
    assert client.get(f"/providers/twilio/components/{other.id}/").status_code == 404


def test_an_organization_s_own_system_has_no_public_page(client, scene):
    scope = scene.probe(scene.acme, "Checkout", State.OPERATIONAL, minutes=1)
    assert client.get(f"/providers/twilio/components/{scope.component_id}/").status_code == 404


def test_capitals_lead_to_the_one_address(client, scene):
    assert client.get("/countries/JP/").headers["Location"] == "/countries/jp/"


def test_members_follow_a_component_from_its_page(client, scene):
    membership = MembershipFactory(organization=scene.acme, role=Role.MEMBER)
    voice = ComponentFactory(provider=scene.twilio, name="Voice")
    path = f"/providers/twilio/components/{voice.id}/"
    assert 'action="/o/acme/follow/"' not in client.get(path).text
    client.force_login(membership.user)
    asked = {"provider": "twilio", "component": voice.id, "next": path}
    assert 'action="/o/acme/follow/"' in client.get(path).text
    assert client.post("/o/acme/follow/", asked).headers["Location"] == path
    assert "Acme</a> follows it." in client.get(path).text


def test_whoever_follows_the_provider_follows_its_components(client, scene):
    FollowFactory(organization=scene.bolt, scope=ScopeFactory(provider=scene.twilio, component=None))
    client.force_login(MembershipFactory(organization=scene.bolt, role=Role.MEMBER).user)
    voice = ComponentFactory(provider=scene.twilio, name="Voice")
    assert "Bolt</a> follows it." in client.get(f"/providers/twilio/components/{voice.id}/").text


def test_fragments_are_what_lies_inside_the_page(client, scene):
    for path, key in zip(paths(scene), ["component", "place", "place"], strict=False):
        fragment = client.get(path, headers={"HX-Request": "true"})
        assert fragment.text.startswith(f'<div id="{key}"')
        assert fragment["Cache-Control"] == "no-cache"
        assert client.get(path)["Cache-Control"] == "public, max-age=30"


@pytest.mark.parametrize("number", [1, 4])
@pytest.mark.parametrize(("which", "queries"), [(0, 23), (1, 14), (2, 14), (3, 3)])
def test_they_ask_the_same_for_any_number(client, scene, which, queries, number, django_assert_num_queries):
    for n in range(number):
        carrier = CarrierFactory(country="JP") if n else scene.docomo.carrier
        component = ComponentFactory(provider=scene.twilio, name=f"Part {n}") if n else scene.sms.component
        scope = ScopeFactory(component=component, country="JP", carrier=carrier) if n else scene.docomo
        past(scene, scope, f"past {n}", days=2 + n)
        past(scene, scene.docomo, f"more {n}", days=2 + n)
        scene.post(scope, f"open {n}", "We look.", State.DEGRADED, minutes=10 + n)
    with django_assert_num_queries(queries):
        client.get(paths(scene)[which])


def test_months_lead_on_from_a_country_s_page_too(client, scene):
    now = clock()
    past(scene, scene.docomo, "long ago", days=70)
    past(scene, scene.docomo, "lately", days=1)
    began = now - timedelta(days=70)
    assert titles(client.get(f"/countries/jp/?month={began:%Y-%m}")) == ["long ago"]


def test_an_organization_s_own_provider_is_for_its_members_and_on_no_list(client, scene):
    own = ProviderFactory(slug="own", name="Own Vendor", organization=scene.acme)
    feed = FeedFactory(provider=own)
    component = ComponentFactory(provider=own, name="Texts")
    scope = ScopeFactory(component=component, country="JP", carrier=scene.docomo.carrier)
    post = OfficialPostFactory(feed=feed, title="Own trouble", posted_at=scene.ago(90), resolved_at=scene.ago(80))
    OfficialPostScope.objects.create(post=post, scope=scope, state=State.DEGRADED)
    row = IncidentFactory(provider=own, organization=scene.acme, title="Own record", started_at=scene.ago(30))
    Impact.objects.create(incident=row, scope=scope, state=State.MAJOR_OUTAGE, began_at=row.started_at)
    private = [f"/providers/own/components/{component.id}/", "/providers/own/history/"]
    public = ["/countries/jp/", f"/carriers/{scene.docomo.carrier.slug}/", "/countries/", "/providers/"]

    def shown(path):
        answer = client.get(path)
        return answer.status_code, "Own" in answer.text

    assert [shown(path) for path in private + public] == [(404, False)] * 2 + [(200, False)] * 4
    client.force_login(MembershipFactory(organization=scene.bolt).user)
    assert [shown(path)[0] for path in private] == [404, 404]
    client.force_login(MembershipFactory(organization=scene.acme).user)
    assert [titles(client.get(path)) for path in private if "components" in path] == [["Own record", "Own trouble"]]
    assert [shown(path) for path in private] == [(200, True)] * 2
    assert [shown(path) for path in public[:3]] == [(200, False)] * 3  # what all see is the same to all
