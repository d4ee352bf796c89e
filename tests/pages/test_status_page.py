"""The public status page: what readers see, and what they must not."""

import re

import pytest
from django.test import Client

from accounts.models import Role
from incidents.models import Impact, Incident
from incidents.services import acknowledge
from monitors.core.states import State
from monitors.models import Feed
from monitors.services.scopes import own_scope
from tests.factories import FollowFactory, MembershipFactory, OfficialPostFactory, ScopeFactory, StatusPageFactory
from tests.pages.scenes import EVIDENCE, page_with

pytestmark = pytest.mark.django_db


def words_of(answer) -> str:
    """Return a page's text as a reader sees it."""
    text = re.sub(r"<(script|style|title)[^>]*>.*?</\1>", "", answer.content.decode(), flags=re.DOTALL)
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", text))


def test_a_quiet_page_says_that_all_is_well_and_how_old_that_is(client, scene):
    page_with(scene.acme, (scene.sms, "Text messages"))
    answer = client.get("/s/acme/")
    seen = words_of(answer)
    assert "All systems operational" in seen
    assert "Text messages Operational" in seen
    assert "Oldest data:" in seen
    assert "How we calculate" in seen
    assert "No incident is known of." in seen


def test_what_nobody_has_seen_lately_is_never_green(client, scene):
    Feed.objects.update(last_read_at=scene.ago(60))
    page_with(scene.acme, (scene.sms, "Text messages"))
    seen = words_of(client.get("/s/acme/"))
    assert "We have no recent data" in seen
    assert "Text messages No data" in seen
    assert "Operational" not in seen.split("How we calculate")[0]


def test_one_row_without_data_keeps_the_page_from_being_green(client, scene):
    own = scene.probe(scene.acme, "Checkout", State.OPERATIONAL, minutes=1)
    Feed.objects.update(last_read_at=None)
    page_with(scene.acme, (scene.sms, "Text messages"), (own, "Checkout"))
    seen = words_of(client.get("/s/acme/"))
    assert "No trouble seen, but no recent data: Text messages" in seen


def test_the_banner_is_the_worst_row_in_words(client, scene):
    own = scene.probe(scene.acme, "Checkout", State.MAJOR_OUTAGE, minutes=10)
    scene.receipts(scene.acme, scene.docomo, State.PARTIAL_OUTAGE, minutes=20)
    page_with(scene.acme, (scene.sms, "Text messages"), (own, "Checkout"))
    answer = client.get("/s/acme/")
    assert 'class="banner banner-major_outage"' in answer.content.decode()
    assert "Outage: Checkout" in words_of(answer)


def test_rows_stand_under_their_headings_in_their_order(client, scene):
    own = scene.probe(scene.acme, "Checkout", State.OPERATIONAL, minutes=1)
    shop = scene.probe(scene.acme, "Shop", State.OPERATIONAL, minutes=1)
    page_with(scene.acme, (own, "Pay", "Ours"), (scene.sms, "Texts", "Vendors"), (shop, "Browse", "Ours"))
    content = client.get("/s/acme/").content.decode()
    places = [content.index(f">{words}<") for words in ("Ours", "Pay", "Browse", "Vendors", "Texts")]
    assert places == sorted(places)


def test_private_evidence_never_reaches_readers(client, scene):
    """Nobody learns what was measured, by what, of whom, by which member, nor of systems that are not shown."""
    own = scene.probe(scene.acme, "Checkout", State.MAJOR_OUTAGE, minutes=30)
    scene.probe(scene.acme, "ledger-db-7", State.MAJOR_OUTAGE, minutes=29)
    scene.receipts(scene.acme, scene.docomo, State.PARTIAL_OUTAGE, minutes=20)
    user = MembershipFactory(organization=scene.acme, user__email="kim@acme.example", user__name="Kim Doe").user
    for incident in Incident.objects.filter(organization=scene.acme):
        acknowledge(incident.id, user, scene.now)
    page_with(scene.acme, (scene.sms, "Text messages"), (own, "Checkout"))
    uids = Incident.objects.filter(organization=scene.acme).values_list("uid", flat=True)
    addresses = ["/s/acme/", "/s/acme/api/v2/summary.json", "/s/acme/api/v2/status.json"]
    addresses += [f"/s/acme/incidents/{uid}/" for uid in uids]
    bodies = [client.get(address).content.decode() for address in addresses]
    secrets = (
        EVIDENCE, "14 messages", "10.1.2.3", "refused", "ledger-db-7", "receipts:", "monitor:", "delivery receipts",
        "our probes", "kim@", "Kim Doe", "Acknowledged", "has taken it",
    )  # fmt: skip
    assert [
        (word, address) for body, address in zip(bodies, addresses, strict=True) for word in secrets if word in body
    ] == []
    assert "Checkout" in bodies[0]


def test_an_incident_that_tells_of_more_than_the_page_is_named_after_its_rows(client, scene):
    own = scene.probe(scene.acme, "Checkout", State.DEGRADED, minutes=30)
    hidden = own_scope(scene.acme.id, "ledger-db-7")
    incident = Incident.objects.get(organization=scene.acme)
    Impact.objects.create(incident=incident, scope=hidden, state=State.MAJOR_OUTAGE, began_at=scene.ago(29))
    Incident.objects.update(title="ledger-db-7 and 1 more: outage", state=State.MAJOR_OUTAGE, worst=State.MAJOR_OUTAGE)
    page_with(scene.acme, (own, "Checkout"))
    seen = words_of(client.get("/s/acme/"))
    assert "Checkout: degraded performance" in seen
    assert "ledger-db-7" not in seen
    assert "outage" not in seen.split("How we calculate")[0].lower()


def test_an_incident_is_told_in_our_words_and_the_vendors(client, scene):
    scene.post(scene.sms, "SMS delays", "We see <b>delays</b> & retries.", State.DEGRADED, minutes=40)
    page_with(scene.acme, (scene.sms, "Text messages"))
    answer = client.get("/s/acme/")
    seen = words_of(answer)
    assert "Text messages is degraded. First seen at" in seen
    assert "We see &lt;b&gt;delays&lt;/b&gt; &amp; retries." in seen
    assert "the vendor's words" in seen
    uid = Incident.objects.get(organization=scene.acme).uid
    assert f'href="/s/acme/incidents/{uid}/"' in answer.content.decode()
    assert "We see &lt;b&gt;delays" in words_of(client.get(f"/s/acme/incidents/{uid}/"))


def test_each_organizations_page_tells_what_that_organization_knows(client, scene):
    scene.receipts(scene.acme, scene.docomo, State.MAJOR_OUTAGE, minutes=20)
    for organization in (scene.acme, scene.bolt):
        page_with(organization, (scene.sms, "Texts"))
    assert "Degraded performance: Texts" in words_of(client.get("/s/acme/"))
    assert "All systems operational" in words_of(client.get("/s/bolt/"))
    uid = Incident.objects.get(organization=scene.acme).uid
    assert client.get(f"/s/acme/incidents/{uid}/").status_code == 200
    assert client.get(f"/s/bolt/incidents/{uid}/").status_code == 404


def test_an_incident_of_something_that_is_not_on_the_page_is_not_found_there(client, scene):
    own = scene.probe(scene.acme, "Checkout", State.MAJOR_OUTAGE, minutes=20)
    assert own.component is not None
    page_with(scene.acme, (scene.sms, "Texts"))
    uid = Incident.objects.get(organization=scene.acme).uid
    assert client.get(f"/s/acme/incidents/{uid}/").status_code == 404
    assert "All systems operational" in words_of(client.get("/s/acme/"))


@pytest.mark.parametrize(
    "path", ["", "api/v2/summary.json", "api/v2/status.json", "incidents/{uid}/", "incidents/nope/", "nope/"]
)
def test_a_page_that_is_off_is_found_nowhere_not_even_by_its_owner(path, client, scene):
    scene.post(scene.sms, "SMS delays", "We see delays.", State.DEGRADED, minutes=40)
    page = page_with(scene.acme, (scene.sms, "Texts"))
    page.is_public = False
    page.save(update_fields=["is_public"])
    uid = Incident.objects.get(organization=scene.acme).uid
    owner = Client()
    owner.force_login(MembershipFactory(organization=scene.acme, role=Role.OWNER).user)
    address = f"/s/acme/{path.format(uid=uid)}"
    assert [client.get(address).status_code, owner.get(address).status_code] == [404, 404]


def test_an_incident_that_ended_is_told_for_15_days(client, scene):
    day = 24 * 60
    for began, ended in ((20 * day, 20 * day - 30), (3 * day, 3 * day - 41)):
        scene.say(scene.sms, State.PARTIAL_OUTAGE, minutes=began)
        scene.say(scene.sms, State.OPERATIONAL, minutes=ended)
        Incident.objects.filter(resolved_at=None).update(resolved_at=scene.ago(ended), state=State.OPERATIONAL)
    page_with(scene.acme, (scene.sms, "Texts"))
    seen = words_of(client.get("/s/acme/"))
    assert seen.count("Over after") == 1
    assert "Over after 41 min, at worst partial outage" in seen
    old = Incident.objects.filter(organization=scene.acme).order_by("started_at")[0]
    assert "after 30 min." in words_of(client.get(f"/s/acme/incidents/{old.uid}/"))


def test_announced_maintenance_is_shown_with_its_window(client, scene):
    post = OfficialPostFactory(
        feed=scene.feed, kind="maintenance", title="SMS gateway upgrade", phase="scheduled",
        scheduled_for=scene.ago(-120), scheduled_until=scene.ago(-240),
    )  # fmt: skip
    post.post_scopes.create(scope=scene.sms, state=State.MAINTENANCE)
    other = OfficialPostFactory(
        feed=scene.feed, kind="maintenance", title="Console upgrade", phase="scheduled", scheduled_for=scene.ago(-120)
    )
    other.post_scopes.create(scope=ScopeFactory(component__provider=scene.twilio), state=State.MAINTENANCE)
    page_with(scene.acme, (scene.sms, "Texts"))
    seen = words_of(client.get("/s/acme/"))
    assert "SMS gateway upgrade" in seen
    assert "Console upgrade" not in seen


def test_anybody_may_keep_a_page_for_30_seconds_and_no_session_is_read(client, scene):
    page_with(scene.acme, (scene.sms, "Texts"))
    client.force_login(MembershipFactory(organization=scene.acme).user)
    answer = client.get("/s/acme/")
    assert (answer["Cache-Control"], answer["Vary"], answer.cookies.output()) == (
        "public, max-age=30",
        "HX-Request",
        "",
    )


def test_htmx_gets_the_fragment_alone(client, scene):
    page_with(scene.acme, (scene.sms, "Texts"))
    content = client.get("/s/acme/", headers={"HX-Request": "true"}).content.decode().strip()
    assert content.startswith('<div id="status"')


def test_an_empty_page_says_what_to_do(client, scene):
    StatusPageFactory(organization=scene.acme, slug="acme")
    seen = words_of(client.get("/s/acme/"))
    assert "Nothing is shown here yet. Its owners choose what" in seen
    assert "operational" not in seen.split("How we calculate")[0].lower()


@pytest.mark.parametrize("rows", [1, 3])
def test_a_page_costs_the_same_queries_whatever_it_shows(rows, client, scene, django_assert_num_queries):
    scopes = [scene.sms, *(ScopeFactory() for _ in range(rows - 1))]
    for n, scope in enumerate(scopes):
        FollowFactory.create(organization=scene.acme, scope=scope) if n else None
        scene.say(scope, State.DEGRADED, minutes=20, ref=f"feed:{n + 900}")
    page_with(scene.acme, *((scope, f"Row {n}") for n, scope in enumerate(scopes)))
    with django_assert_num_queries(13):
        client.get("/s/acme/")
