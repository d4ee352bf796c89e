"""The public page for tools: what we write, our own reader of Statuspage's format must read back."""

import pytest

from incidents.models import Incident
from monitors.core.states import State
from monitors.formats.base import Phase, PostKind
from monitors.formats.statuspage_v2 import parse
from monitors.models import Feed
from tests.factories import OfficialPostFactory
from tests.pages.scenes import page_with

pytestmark = pytest.mark.django_db

SUMMARY, STATUS = "/s/acme/api/v2/summary.json", "/s/acme/api/v2/status.json"


@pytest.mark.parametrize("state", [s for s in State if s.is_impaired or s is State.OPERATIONAL])
def test_our_reader_finds_the_states_that_we_wrote(state, client, scene):
    own = scene.probe(scene.acme, "Checkout", state, minutes=10)
    page_with(scene.acme, (scene.sms, "Texts", "Vendors"), (own, "Checkout", "Ours"))
    snapshot = parse(client.get(SUMMARY).content)
    assert snapshot.components is not None
    assert [(c.name, c.state, c.is_group) for c in snapshot.components] == [
        ("Vendors", State.OPERATIONAL, True),
        ("Texts", State.OPERATIONAL, False),
        ("Ours", state, True),
        ("Checkout", state, False),
    ]
    assert [c.group_id for c in snapshot.components] == [None, "group-1", None, "group-2"]
    assert (snapshot.headline, snapshot.page_name, snapshot.unknown_words) == (state, "Acme status", ())
    assert snapshot.lists_open == {PostKind.INCIDENT, PostKind.MAINTENANCE}


def test_what_we_do_not_know_is_not_read_as_good_news(client, scene):
    Feed.objects.update(last_read_at=None)
    page_with(scene.acme, (scene.sms, "Texts"))
    snapshot = parse(client.get(SUMMARY).content)
    assert [c.state for c in snapshot.components or ()] == [State.UNKNOWN]
    assert snapshot.headline is State.UNKNOWN


def test_our_reader_finds_incidents_with_their_words(client, scene):
    scene.post(scene.sms, "SMS delays", "We see delays.", State.PARTIAL_OUTAGE, minutes=40)
    page = page_with(scene.acme, (scene.sms, "Texts"))
    incident = Incident.objects.get(organization=scene.acme)
    (post,) = parse(client.get(SUMMARY).content).posts
    row = page.rows.get()
    assert (post.external_id, post.title, post.kind, post.impact) == (
        incident.uid, incident.title, PostKind.INCIDENT, State.PARTIAL_OUTAGE,
    )  # fmt: skip
    assert post.components == ((str(row.id), State.PARTIAL_OUTAGE),)
    assert post.began_at == incident.started_at.replace(microsecond=incident.started_at.microsecond // 1000 * 1000)
    assert {u.body for u in post.updates} >= {"We see delays."}
    assert post.phase in (Phase.IDENTIFIED, Phase.INVESTIGATING)


def test_our_reader_finds_maintenance(client, scene):
    post = OfficialPostFactory(
        feed=scene.feed, kind="maintenance", title="SMS gateway upgrade", phase="scheduled",
        scheduled_for=scene.ago(-120), scheduled_until=scene.ago(-240),
    )  # fmt: skip
    post.post_scopes.create(scope=scene.sms, state=State.MAINTENANCE)
    page_with(scene.acme, (scene.sms, "Texts"))
    (read,) = parse(client.get(SUMMARY).content).posts
    assert (read.kind, read.title, read.phase) == (PostKind.MAINTENANCE, "SMS gateway upgrade", Phase.SCHEDULED)
    assert read.scheduled_until is not None


def test_status_json_is_the_banner(client, scene):
    scene.say(scene.sms, State.DEGRADED, minutes=10)
    page_with(scene.acme, (scene.sms, "Texts"))
    body = client.get(STATUS).json()
    assert body["status"] == {"indicator": "minor", "description": "Degraded performance: Texts"}
    assert (body["page"]["id"], body["page"]["url"]) == ("acme", "http://testserver/s/acme/")


@pytest.mark.parametrize("address", [SUMMARY, STATUS])
def test_any_page_on_the_web_may_read_it_and_keep_it_for_30_seconds(address, client, scene):
    page_with(scene.acme, (scene.sms, "Texts"))
    answer = client.get(address)
    assert answer["Access-Control-Allow-Origin"] == "*"
    assert answer["Cache-Control"] == "public, max-age=30"
    assert not answer.has_header("Vary") or "Cookie" not in answer["Vary"]
