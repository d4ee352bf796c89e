"""D25 to D30 and D52: what is odd only against what was read before. None of it opens or closes anything by itself."""

from dataclasses import replace

import pytest

from monitors.formats.base import Phase
from monitors.models import OfficialPost, OfficialRevision, StateChange
from monitors.services.official import ingest
from tests.factories import FeedFactory, ProviderFactory
from tests.monitors.services.bodies import NOON, minutes, post, resolved, said, snapshot

pytestmark = pytest.mark.django_db
DAY = 60 * 24


@pytest.fixture
def feed():
    return FeedFactory(provider=ProviderFactory(slug="twilio", name="Twilio", category="comms"))


@pytest.fixture
def read(feed):
    def take(minute, *posts):
        return ingest(feed, snapshot(*posts), now=NOON + minutes(minute), complete=True)

    return take


def moves():
    return [(change.old.slug, change.new.slug) for change in StateChange.objects.order_by("id")]


def test_d25_an_id_that_is_used_again_with_other_words_is_the_same_post(read):
    read(0, post(title="SMS Delivery Delays"))
    read(1, post(title="SMS Delivery Failures", updates=(said(1, at=NOON - minutes(20), body="Another text."),)))
    row = OfficialPost.objects.get()
    assert (row.title, OfficialRevision.objects.get().body) == ("SMS Delivery Failures", "We are looking.")
    assert moves() == [("unknown", "degraded")]


def test_d26_an_edited_history_keeps_every_wording(read):
    for minute, body in enumerate(("One.", "Two.", "Three.")):
        read(minute, post(updates=(said(1, at=NOON - minutes(20), body=body),)))
    assert list(OfficialRevision.objects.order_by("id").values_list("body", flat=True)) == ["One.", "Two."]


def test_d27_a_deleted_incident_is_withdrawn_and_not_resolved(read):
    read(0, post())
    for minute in (1, 2):
        read(minute)
    row = OfficialPost.objects.get()
    assert (row.gone_at, row.resolved_at) == (NOON + minutes(2), None)


def test_d28_an_update_older_than_what_is_stored_changes_nothing(read):
    read(0, post(phase=Phase.MONITORING, updates=(said(1, at=NOON - minutes(20)), said(2, Phase.MONITORING, at=NOON))))
    report = read(1, post())
    assert (OfficialPost.objects.get().phase, report.has_changes) == ("monitoring", False)


def test_d29_a_resolution_without_a_beginning_opens_nothing(read):
    read(5, replace(resolved(), posted_at=None, began_at=None))
    row = OfficialPost.objects.get()
    assert (row.phase, row.began_at <= row.resolved_at, moves()) == ("resolved", True, [])


def test_d30_an_incident_that_is_open_for_400_days_is_open(read):
    began = NOON - minutes(400 * DAY)
    for minute in (0, 1):
        read(minute, post(began_at=began, updates=(said(1, at=began),)))
    row = OfficialPost.objects.get()
    assert (row.began_at, row.resolved_at, row.gone_at, moves()) == (began, None, None, [("unknown", "degraded")])


def test_d52_the_same_words_with_new_dates_are_no_news(read):
    read(0, post())
    reports = [read(minute, post(updates=(said(1, at=NOON + minutes(minute)),))) for minute in (1, 2, 3)]
    assert [(report.posts.updates, report.state_changes) for report in reports] == [(0, 0)] * 3
    assert moves() == [("unknown", "degraded")]
