"""A page that moved or changed its platform, from its last readable poll to its new place, against hosts on this machine."""

from datetime import timedelta

import pytest
from django.urls import reverse

from kit.clock import clock
from monitors.models import Component, Feed, FeedDocument, FeedMove, OfficialPost, OperatorNotice
from monitors.services.polling import claim_one
from monitors.services.redetection import ENOUGH_FAILURES
from monitors.tasks.detection import redetect_feeds
from monitors.tasks.official import poll
from tests.factories import FeedFactory, OrganizationFactory, ProviderFactory
from tests.monitors.services.pages import (
    COMPONENT,
    INCIDENT,
    INSTATUS,
    INSTATUS_COMPONENTS,
    RSS,
    ULID,
    Site,
    html,
    summary,
)

pytestmark = pytest.mark.django_db
SUMMARY = "/api/v2/summary.json"


@pytest.fixture
def site(settings):
    site = Site({"/": html(), SUMMARY: summary()})
    settings.ALLOWED_PRIVATE_HOSTS = [site.place]
    yield site
    site.close()


@pytest.fixture
def feed(site):
    provider = ProviderFactory(name="Acme", status_page_url=f"{site.url}/")
    return FeedFactory(provider=provider, format="statuspage_v2", url=site.url + SUMMARY, next_poll_at=clock())


def read(feed, times=1):
    for _ in range(times):
        poll([claim_one(feed, now=clock())])
    feed.refresh_from_db()


def lose(feed):
    """Poll until it counts as lost."""
    read(feed, ENOUGH_FAILURES)
    assert feed.failures >= ENOUGH_FAILURES


def test_a_page_that_changed_its_platform_is_read_there_and_said(client, site, feed):
    read(feed)
    assert Component.objects.get(provider=feed.provider).name == "API"
    site.answers = {"*": html(), "/summary.json": INSTATUS, "/v2/components.json": INSTATUS_COMPONENTS}
    lose(feed)
    redetect_feeds()
    feed.refresh_from_db()
    assert (feed.format, feed.url, feed.failures, feed.error) == ("instatus", f"{site.url}/summary.json", 0, "")
    move = FeedMove.objects.get()
    assert (move.old_format, move.new_format, move.old_url) == ("statuspage_v2", "instatus", site.url + SUMMARY)
    assert "moved" in move.reason
    assert OperatorNotice.objects.get(kind="moved").title == "Acme moved from Atlassian Statuspage to Instatus"
    text = client.get(reverse("provider", args=[feed.provider.slug])).content.decode()
    assert "moved from Atlassian Statuspage to Instatus on" in text
    read(feed)
    assert feed.failures == 0
    assert {c.name: c.gone_at is None for c in Component.objects.filter(provider=feed.provider)} == {
        "API": False,
        "Web": True,
    }


def test_what_was_open_on_the_old_page_is_gone_and_not_resolved(site, feed):
    read(feed)
    assert OfficialPost.objects.get().title == INCIDENT["name"]
    site.answers = {"*": html(), "/summary.json": INSTATUS}
    lose(feed)
    redetect_feeds()
    post = OfficialPost.objects.get()
    assert post.gone_at is not None
    assert post.resolved_at is None


def test_a_page_that_moved_to_another_host_is_followed(site, feed, settings):
    read(feed)
    other = Site({"/": html(), SUMMARY: summary("bbbbbbbbbbbb", components=[{**COMPONENT, "id": "c9"}])})
    settings.ALLOWED_PRIVATE_HOSTS = [site.place, other.place]
    site.answers = {"/": ("location", f"{other.url}/")}
    lose(feed)
    redetect_feeds()
    feed.refresh_from_db()
    other.close()
    assert (feed.format, feed.url) == ("statuspage_v2", other.url + SUMMARY)
    assert OperatorNotice.objects.get(kind="moved").title == "Acme moved to another address"


def test_an_api_that_looks_alike_is_told_by_its_page_id(site, feed):
    site.answers[SUMMARY] = summary(ULID)
    read(feed)
    assert feed.failures == 0
    redetect_feeds()
    feed.refresh_from_db()
    assert (feed.format, feed.url) == ("incidentio", site.url + SUMMARY)


@pytest.mark.parametrize(
    "answers",
    [
        {"*": 404},
        {"*": 503},
        {"*": html()},
        {"/": html('<link rel="alternate" type="application/rss+xml" href="/blog.rss">'), "/blog.rss": RSS},
        {"*": ("location", "http://10.0.0.7/")},
    ],
    ids=["nothing", "broken", "a web page", "a blog's feed", "a private address"],
)
def test_what_is_no_status_page_replaces_nothing(site, feed, answers):
    read(feed)
    site.answers = answers
    lose(feed)
    redetect_feeds()
    feed.refresh_from_db()
    assert (feed.format, feed.url) == ("statuspage_v2", site.url + SUMMARY)
    assert feed.failures >= ENOUGH_FAILURES
    assert not FeedMove.objects.exists()


def test_a_page_that_leads_to_another_providers_is_said_and_not_followed(site, feed, settings):
    read(feed)
    other = Site({"/": html(), SUMMARY: summary("bbbbbbbbbbbb")})
    settings.ALLOWED_PRIVATE_HOSTS = [site.place, other.place]
    FeedFactory(provider=ProviderFactory(name="Globex"), url=other.url + SUMMARY, next_poll_at=None)
    site.answers = {"/": ("location", f"{other.url}/")}
    lose(feed)
    redetect_feeds()
    feed.refresh_from_db()
    other.close()
    assert feed.url == site.url + SUMMARY
    assert OperatorNotice.objects.get(kind="moved").title == "Acme's page now leads to Globex's"


def test_a_lost_feed_is_looked_for_once_a_day(site, feed):
    site.answers = {"*": 404}
    lose(feed)
    redetect_feeds()
    asked = len(site.asked)
    redetect_feeds()
    assert len(site.asked) == asked
    Feed.objects.update(redetected_at=clock() - timedelta(hours=24, seconds=1))
    redetect_feeds()
    assert len(site.asked) > asked


@pytest.mark.parametrize("change", [{"failures": ENOUGH_FAILURES - 1}, {"is_enabled": False}, {"next_poll_at": None}])
def test_a_feed_that_is_not_lost_is_left_alone(site, feed, change):
    Feed.objects.filter(id=feed.id).update(**{"failures": 99} | change)
    redetect_feeds()
    assert site.asked == []


def test_a_poll_that_was_under_way_does_not_write_into_the_new_feed(site, feed):
    read(feed)
    claim = claim_one(feed, now=clock())
    site.answers = {"*": html(), "/summary.json": INSTATUS}
    Feed.objects.filter(id=feed.id).update(failures=ENOUGH_FAILURES)
    redetect_feeds()
    assert poll([claim]) == []
    assert not FeedDocument.objects.exists()


def test_operators_are_told_nothing_of_an_organizations_own_page(site, feed):
    feed.provider.organization = OrganizationFactory()
    feed.provider.save()
    read(feed)
    site.answers = {"*": html(), "/summary.json": INSTATUS}
    lose(feed)
    redetect_feeds()
    assert FeedMove.objects.count() == 1
    assert not OperatorNotice.objects.filter(kind="moved").exists()
