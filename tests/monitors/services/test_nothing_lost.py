"""What a page does between two polls, and what must be left of it: each case as Statuspage would answer it.

The bodies go the way that polled ones go, from the parser to the rows; only the network is left out.
"""

import json
from datetime import timedelta

import pytest

from monitors.core.states import State
from monitors.fetching import Fetched, Wanted
from monitors.models import (
    Component,
    Feed,
    OfficialPost,
    OfficialRevision,
    OfficialUpdate,
    Scope,
    SourceState,
    StateChange,
)  # fmt: skip
from monitors.services.backfilling import claim_backfill, record_backfill, wanted_history
from monitors.services.polling import claim_one
from monitors.services.recording import record_poll
from tests.factories import FeedFactory, ProviderFactory
from tests.monitors.services.bodies import NOON, minutes

pytestmark = pytest.mark.django_db
PAGE = {"id": "abcdefghijkl", "name": "Twilio", "url": "https://status.example.com", "time_zone": "Etc/UTC"}


class Page:
    """A Statuspage that lists what is open in its summary, and its 50 newest incidents elsewhere."""

    def __init__(self):
        self.components = {"a": ("API", "operational"), "b": ("SMS", "operational")}
        self.incidents = {}

    def post(self, id_, status, minute, body="We are looking.", **more):
        """Add an update to an incident, which is made with its first."""
        at = (NOON + minutes(minute)).isoformat()
        made = {"id": id_, "name": "SMS Delivery Delays", "impact": "minor", "created_at": at, "incident_updates": []}
        incident = self.incidents.setdefault(id_, made)
        update = {"id": f"{id_}-{minute}", "status": status, "body": body, "created_at": at, "display_at": at}
        incident["incident_updates"].insert(0, update | more)
        incident |= {"status": status, "updated_at": at, "resolved_at": at if status == "resolved" else None}

    def documents(self):
        listed = list(self.incidents.values())[::-1]
        parts = [{"id": id_, "name": name, "status": word} for id_, (name, word) in self.components.items()]
        unresolved = [incident for incident in listed if incident["status"] != "resolved"]
        return {
            "summary": {
                "page": PAGE, "status": {"indicator": "none"}, "components": parts, "incidents": unresolved,
                "scheduled_maintenances": [],
            },
            "incidents": {"page": PAGE, "incidents": listed[:50]},
            "scheduled-maintenances": {"page": PAGE, "scheduled_maintenances": []},
        }  # fmt: skip

    def history(self):
        """The page's history.json, which tells of all, each with its latest words."""
        month = [
            {
                "code": incident["id"], "name": incident["name"], "message": incident["incident_updates"][0]["body"],
                "impact": incident["impact"], "timestamp": "Jan 24, 12:00 - 12:30 UTC",
            }
            for incident in self.incidents.values()
        ]  # fmt: skip
        return {"page_status": {"page": PAGE}, "months": [{"name": "January", "year": 2026, "incidents": month}]}


EMPTY = {
    "summary": {"page": PAGE, "status": {"indicator": "none"}, "components": [], "incidents": [], "scheduled_maintenances": []},
    "incidents": {"page": PAGE, "incidents": []},
    "scheduled-maintenances": {"page": PAGE, "scheduled_maintenances": []},
}  # fmt: skip


@pytest.fixture
def page():
    return Page()


@pytest.fixture
def feed():
    return FeedFactory(provider=ProviderFactory(slug="twilio", name="Twilio", category="comms"), backfilled_at=NOON)


@pytest.fixture
def poll(feed, page):
    """Poll the page `minute` minutes after noon."""

    def take(minute, documents=None):
        now = NOON + minutes(minute)
        documents = documents or page.documents()
        return record_poll(claim_one(feed, now=now), [answer(feed, *item) for item in documents.items()], now=now)

    return take


def answer(feed, name, document):
    return Fetched(Wanted(feed.id, name, feed.url), 200, json.dumps(document).encode())


def phases():
    return dict(OfficialPost.objects.values_list("external_id", "phase"))


def moves():
    return [(c.old.slug, c.new.slug) for c in StateChange.objects.order_by("id")]


def test_more_than_fifty_incidents_between_two_polls(feed, page, poll):
    """The page lists 50; ten more began and ended, and so did one that we knew as open. Its history has them."""
    page.post("old", "investigating", -10)
    poll(0)
    page.post("old", "resolved", 5)
    for number in range(60):
        page.post(f"new{number}", "investigating", 6 + number)
        page.post(f"new{number}", "resolved", 6.5 + number)
    for minute in (90, 91):  # what the list lacks is not gone while the history has not been heard
        poll(minute)
    assert OfficialPost.objects.filter(gone_at__isnull=False).count() == 0
    asked = claim_backfill(now=NOON + minutes(92))
    assert asked == feed
    fetched = [answer(feed, wanted.name, page.history()) for wanted in wanted_history(asked)]
    record_backfill(asked, fetched, now=NOON + minutes(92))
    poll(93)
    assert phases() == {"old": "resolved"} | {f"new{number}": "resolved" for number in range(60)}
    assert OfficialPost.objects.filter(gone_at__isnull=False).count() == 0
    assert moves()[-1] == ("degraded", "operational")


def test_a_list_that_reaches_back_to_what_we_know_asks_for_no_history(feed, page, poll):
    page.post("old", "resolved", -10)
    poll(0)
    for number in range(45):
        page.post(f"new{number}", "resolved", 5 + number)
    poll(60)
    assert (claim_backfill(now=NOON + minutes(61)), OfficialPost.objects.count()) == (None, 46)


def test_an_edited_update_keeps_its_earlier_words(page, poll):
    page.post("a", "investigating", -5, body="We see errors.")
    poll(0)
    update = page.incidents["a"]["incident_updates"][0]
    update |= {"body": "We see errors in Brazil.", "updated_at": (NOON + minutes(1)).isoformat()}
    report = poll(2)
    assert OfficialUpdate.objects.get().body == "We see errors in Brazil."
    assert list(OfficialRevision.objects.values_list("body", "replaced_at")) == [("We see errors.", NOON + minutes(2))]
    assert (report.ingested.posts.revisions, report.ingested.posts.updates) == (1, 0)


def test_a_reopened_incident_is_the_same_one_and_open(page, poll):
    page.post("a", "investigating", -5)
    poll(0)
    page.post("a", "resolved", 1)
    poll(2)
    page.post("a", "investigating", 3, body="It is back.")
    report = poll(4)
    assert (phases(), OfficialPost.objects.get().resolved_at) == ({"a": "investigating"}, None)
    assert (report.ingested.posts.reopened, OfficialUpdate.objects.count()) == (1, 3)
    assert moves() == [("unknown", "degraded"), ("degraded", "operational"), ("operational", "degraded")]


def test_a_vanished_incident_is_gone_and_never_resolved(page, poll):
    page.post("a", "investigating", -5)
    poll(0)
    del page.incidents["a"]
    poll(1)
    assert OfficialPost.objects.get().gone_at is None
    poll(2)
    row = OfficialPost.objects.get()
    assert (row.gone_at, row.resolved_at, row.phase) == (NOON + minutes(2), None, "investigating")
    assert "removed" in StateChange.objects.last().reason
    assert OfficialUpdate.objects.count() == 1


def test_a_renamed_component_stays_the_same_with_its_history(page, poll):
    page.components["b"] = ("SMS", "major_outage")
    poll(0)
    before = (Component.objects.get(external_id="b").id, list(Scope.objects.values_list("id", flat=True)))
    page.components["b"] = ("Programmable Messaging", "major_outage")
    poll(1)
    page.components["b"] = ("Programmable Messaging", "operational")
    poll(2)
    row = Component.objects.get(external_id="b")
    assert (row.id, list(Scope.objects.values_list("id", flat=True))) == before
    assert (row.name, Component.objects.count()) == ("Programmable Messaging", 2)
    assert moves() == [("unknown", "major_outage"), ("major_outage", "operational")]
    assert SourceState.objects.get().scope.component_id == row.id


def test_a_component_with_a_new_id_and_its_old_name_is_another_one(page, poll):
    """Statuspage gives a component that was deleted and made again a new id: two polls tell that the old one went."""
    poll(0)
    page.components = {"a": ("API", "operational"), "b2": ("SMS", "operational")}
    for minute in (1, 2):
        poll(minute)
    rows = Component.objects.filter(name="SMS").order_by("id").values_list("external_id", "gone_at")
    assert list(rows) == [("b", NOON + minutes(2)), ("b2", None)]


def test_a_page_that_answers_empty_once_closes_nothing(page, poll):
    page.components["b"] = ("SMS", "major_outage")
    page.post("a", "investigating", -5)
    poll(0)
    before = (phases(), moves(), list(Component.objects.values_list("external_id", "state", "gone_at")))
    for minute, documents in ((1, EMPTY), (2, None), (3, EMPTY), (4, None)):
        poll(minute, documents)
        assert (phases(), moves(), list(Component.objects.values_list("external_id", "state", "gone_at"))) == before
    assert {row.state for row in SourceState.objects.all()} == {State.MAJOR_OUTAGE, State.DEGRADED}


def test_a_page_that_is_asked_again_and_is_still_empty_lists_nothing(feed, page, poll):
    page.components["b"] = ("SMS", "major_outage")
    poll(0)
    for minute in (1, 2):
        poll(minute, EMPTY)
    assert Component.objects.filter(gone_at=NOON + minutes(2), state=State.UNKNOWN).count() == 2
    assert Feed.objects.get().absent == {}
    assert timedelta(0) < StateChange.objects.last().at - NOON
