"""The pages inside an organization: what its members see and may do, and nobody else."""

import re
from html import unescape

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import Role
from incidents.models import Incident
from monitors.core.states import State
from monitors.models import DeliveryCount, Feed, Follow
from tests.factories import (
    ChannelFactory,
    ComponentFactory,
    FollowFactory,
    IncidentFactory,
    MonitorFactory,
    NotificationFactory,
    ProviderFactory,
    ReceiptSourceFactory,
    ScopeFactory,
    UserFactory,
)
from tests.readers import log_in, words_of

pytestmark = pytest.mark.django_db

HTMX = {"HX-Request": "true"}


@pytest.fixture
def member(scene):
    return log_in(scene.acme, Role.MEMBER)


def incident_of(organization) -> Incident:
    return Incident.objects.get(organization=organization)


def url(name: str, *arguments: object) -> str:
    return reverse(name, args=["acme", *arguments])


@pytest.mark.parametrize("role", [*Role, None])
def test_who_may_do_what(role, scene):
    scene.say(scene.sms, State.DEGRADED, minutes=10)
    uid = incident_of(scene.acme).uid
    client = log_in(scene.acme, role) if role else Client()
    if role is None:
        client.force_login(UserFactory())
    answers = {
        "dashboard": client.get(url("dashboard")),
        "incidents": client.get(url("organization_incidents")),
        "incident": client.get(url("organization_incident", uid)),
        "follow": client.get(url("follow_new")),
        "acknowledge": client.post(url("incident_acknowledge", uid)),
    }
    reads, acts = {"dashboard", "incidents", "incident"}, {"follow": 200, "acknowledge": 302}
    may_act = role is not None and role.includes(Role.MEMBER)
    expected = dict.fromkeys(reads, 200) | (acts if may_act else dict.fromkeys(acts, 403))
    if role is None:
        expected = dict.fromkeys(answers, 404)
    assert {name: answer.status_code for name, answer in answers.items()} == expected


@pytest.mark.parametrize("name", ["dashboard", "organization_incidents", "follow_new", "page_settings"])
def test_whoever_is_not_logged_in_is_led_there(name, client, scene):
    assert client.get(url(name)).headers["Location"] == f"/accounts/login/?next={url(name)}"


def test_the_dashboard_begins_with_what_is_open_and_how_many_are_how(member, scene):
    scene.say(scene.sms, State.DEGRADED, minutes=14)
    quiet = ScopeFactory(component__provider=ProviderFactory())
    FollowFactory(organization=scene.acme, scope=quiet)
    seen = words_of(member.get(url("dashboard")))
    assert "1 incident open, 14 min ago" in seen
    assert "1 degraded 1 no data" in seen
    assert "by the vendor's page" in seen
    assert "nobody has taken it" in seen


def test_trouble_comes_first_and_what_is_healthy_is_folded(member, scene):
    voice = ScopeFactory(component=ComponentFactory(provider=scene.twilio, name="Voice"))
    for scope in (voice, ScopeFactory(component=ComponentFactory(provider=scene.twilio, name="Alpha"))):
        FollowFactory(organization=scene.acme, scope=scope)
    scene.say(voice, State.MAJOR_OUTAGE, minutes=5)
    seen = words_of(member.get(url("dashboard")))
    order = [seen.rindex(word) for word in ("Twilio: Voice", "2 healthy", "Twilio: Alpha", "Twilio: SMS")]
    assert order == sorted(order)


def test_what_nobody_has_seen_lately_is_not_among_the_healthy(member, scene):
    Feed.objects.update(last_read_at=scene.ago(60))
    seen = words_of(member.get(url("dashboard")))
    assert "1 no data" in seen
    assert "healthy" not in seen


def test_two_organizations_see_each_their_own(scene):
    scene.receipts(scene.acme, scene.docomo, State.MAJOR_OUTAGE, minutes=20)
    uid = incident_of(scene.acme).uid
    acme, bolt = log_in(scene.acme, Role.OWNER), log_in(scene.bolt, Role.OWNER)
    assert "NTT DOCOMO" in words_of(acme.get("/o/acme/"))
    assert "NTT DOCOMO" in words_of(acme.get("/o/acme/incidents/"))
    assert "NTT DOCOMO" not in words_of(bolt.get("/o/bolt/"))
    assert "No incident yet" in words_of(bolt.get("/o/bolt/incidents/"))
    assert bolt.get(f"/o/bolt/incidents/{uid}/").status_code == 404
    assert bolt.post(f"/o/bolt/incidents/{uid}/acknowledge/").status_code == 404
    assert bolt.get("/o/acme/").status_code == 404


def test_first_steps_name_what_is_missing_until_nothing_is(scene):
    Follow.objects.filter(organization=scene.acme).delete()
    admin = log_in(scene.acme, Role.ADMIN)
    assert "4 steps left" in words_of(admin.get(url("dashboard")))
    FollowFactory(organization=scene.acme, scope=scene.sms)
    ChannelFactory(organization=scene.acme)
    MonitorFactory(organization=scene.acme, scope=scene.sms)
    assert "1 step left" in words_of(admin.get(url("dashboard")))
    ReceiptSourceFactory(organization=scene.acme, provider=scene.twilio)
    assert "left" not in words_of(admin.get(url("dashboard"), headers=HTMX))


def test_an_empty_dashboard_does_not_claim_that_all_is_well(scene):
    Follow.objects.filter(organization=scene.acme).delete()
    seen = words_of(log_in(scene.acme, Role.VIEWER).get(url("dashboard"), headers=HTMX))
    assert "Nothing is followed yet, so nothing is known here." in seen
    assert "operational" not in seen


@pytest.mark.parametrize("name", ["dashboard", "organization_incidents"])
def test_htmx_gets_the_live_part_alone(name, member, scene):
    answer = member.get(url(name), headers=HTMX)
    assert answer.content.decode().lstrip().startswith("<div id=")
    assert "HX-Request" in answer["Vary"]


@pytest.mark.parametrize("rows", [1, 3])
def test_the_dashboard_costs_the_same_queries_whatever_it_shows(rows, scene, django_assert_num_queries):
    channel = ChannelFactory(organization=scene.acme)
    for n in range(rows):
        scope = ScopeFactory()
        FollowFactory(organization=scene.acme, scope=scope)
        scene.say(scope, State.DEGRADED, minutes=20, ref=f"feed:{n + 900}")
        MonitorFactory(organization=scene.acme, scope=scope)
        NotificationFactory(channel=channel, incident=Incident.objects.filter(organization=scene.acme).latest("id"))
        DeliveryCount.objects.create(organization=scene.acme, scope=scope, minute=scene.ago(30), started=9, delivered=8)
    client = log_in(scene.acme, Role.VIEWER)
    with django_assert_num_queries(23):
        client.get(url("dashboard"))


@pytest.mark.parametrize("rows", [1, 3])
def test_the_history_costs_the_same_queries_whatever_it_shows(rows, scene, django_assert_num_queries):
    for n in range(rows):
        scope = ScopeFactory()
        FollowFactory(organization=scene.acme, scope=scope)
        scene.say(scope, State.DEGRADED, minutes=20, ref=f"feed:{n + 900}")
    client = log_in(scene.acme, Role.VIEWER)
    with django_assert_num_queries(8):
        client.get(url("organization_incidents"))


@pytest.mark.parametrize(
    ("asked", "seen"),
    [
        ("", {"SMS", "Voice"}),
        ("?shown=open", {"Voice"}),
        ("?shown=resolved", {"SMS"}),
        ("?provider=twilio", {"SMS"}),
        ("?provider=twilio&shown=open", set()),
        ("?provider=nonsense&shown=nonsense&page=99", {"SMS", "Voice"}),
    ],
)
def test_the_history_is_narrowed_by_state_and_provider(asked, seen, member, scene):
    voice = ScopeFactory(component=ComponentFactory(name="Voice"))
    FollowFactory(organization=scene.acme, scope=voice)
    scene.say(voice, State.DEGRADED, minutes=30, ref="feed:901")
    scene.say(scene.sms, State.DEGRADED, minutes=600)
    Incident.objects.filter(provider=scene.twilio).update(resolved_at=scene.ago(500))
    text = words_of(member.get(url("organization_incidents") + asked, headers=HTMX))
    assert {word for word in ("SMS", "Voice") if f"{word}: d" in text} == seen


def test_taking_an_incident_is_shown_to_everybody(member, scene):
    scene.say(scene.sms, State.DEGRADED, minutes=10)
    uid = incident_of(scene.acme).uid
    assert "Nobody has taken it yet." in words_of(member.get(url("organization_incident", uid)))
    answer = member.post(url("incident_acknowledge", uid), follow=True)
    assert "It is yours now." in words_of(answer)
    assert incident_of(scene.acme).acknowledged_at is not None
    assert "Somebody has taken it already" in words_of(member.post(url("incident_acknowledge", uid), follow=True))


def test_who_may_not_act_is_offered_nothing_to_act_with(member, scene):
    scene.say(scene.sms, State.DEGRADED, minutes=10)
    uid = incident_of(scene.acme).uid
    pages = [url("dashboard"), url("organization_incident", uid)]
    offers = [
        [b"<form" in client.get(page, headers=HTMX).content for page in pages]
        for client in (member, log_in(scene.acme, Role.VIEWER))
    ]
    assert offers == [[True, True], [False, False]]
    assert b'id="follow"' in member.get(url("dashboard")).content
    assert b'id="follow"' not in log_in(scene.acme, Role.VIEWER).get(url("dashboard")).content


def test_an_incident_page_says_who_was_told(member, scene):
    scene.say(scene.sms, State.DEGRADED, minutes=10)
    incident = incident_of(scene.acme)
    channel = ChannelFactory(organization=scene.acme, name="On-call")
    NotificationFactory(channel=channel, incident=incident, state="rejected", reason="The far side said 410.")
    seen = words_of(member.get(url("organization_incident", incident.uid)))
    assert "Rejected: The far side said 410. to On-call" in seen


def test_what_can_be_followed_depends_on_the_provider(member, scene):
    before = member.get(url("follow_new"))
    after = member.get(url("follow_new") + "?provider=twilio", headers=HTMX).content.decode()
    assert 'name="component"' not in before.content.decode()
    assert f'<option value="{scene.sms.component_id}">SMS</option>' in after
    assert '<option value="voice">Voice</option>' in after
    assert '<option value="JP">Japan</option>' in after


def test_following_from_the_dashboard_leads_back_to_it(member, scene):
    chosen = {"provider": "twilio", "component": "voice", "country": "JP", "next": url("dashboard")}
    answer = member.post(url("follow"), chosen, follow=True)
    assert answer.redirect_chain == [("/o/acme/", 302)]
    assert "Twilio: Voice to Japan" in words_of(answer)


def test_the_dashboard_sums_up_ones_own_messages_the_worst_destination_first(member, scene):
    for scope, delivered in ((scene.sms, 97), (scene.docomo, 71)):
        DeliveryCount.objects.create(
            organization=scene.acme, scope=scope, minute=scene.ago(30), started=100, delivered=delivered,
            outage=100 - delivered,
        )  # fmt: skip
    DeliveryCount.objects.create(organization=scene.bolt, scope=scene.sms, minute=scene.ago(30), started=5)
    seen = words_of(member.get(url("dashboard")))
    assert "71.00 % 71 delivered of 100, 29 failed" in seen
    assert seen.index("71.00 %") < seen.index("97.00 %")


def test_of_hundreds_of_incidents_every_one_is_on_some_page_and_none_on_two(scene, member):
    for number in range(230):
        began = scene.ago(number // 3)  # several began at the same moment
        IncidentFactory(provider=scene.twilio, organization=scene.acme, title=f"no. {number}", started_at=began)
        IncidentFactory(provider=scene.twilio, organization=scene.bolt, title="Bolt's")
    found, address = [], url("organization_incidents")
    while address:
        answer = member.get(address)
        found += [link.title for link in answer.context["history"].incidents]
        older = re.search(r'<a href="([^"]+)" rel="next">Older', answer.text)
        address = url("organization_incidents") + unescape(older[1]) if older else None
    assert sorted(found) == sorted(f"no. {number}" for number in range(230))
