"""What happened to a provider, page by page: nothing is lost, nothing is told twice, nothing is a tenant's."""

import re
from datetime import UTC, datetime, timedelta

import pytest

from incidents.models import Sighting
from monitors.core.states import State
from monitors.models import OfficialUpdate
from tests.factories import (
    FeedFactory,
    IncidentFactory,
    OfficialPostFactory,
    OrganizationFactory,
    ProviderFactory,
    ScopeFactory,
)

pytestmark = pytest.mark.django_db

START = datetime(2026, 3, 1, tzinfo=UTC)


@pytest.fixture
def twilio():
    return ProviderFactory(slug="twilio", name="Twilio")


@pytest.fixture
def feed(twilio):
    return FeedFactory(provider=twilio)


def ours(provider, hours, **more):
    began = START + timedelta(hours=hours)
    more = {"title": f"ours {hours}", "started_at": began, "resolved_at": began + timedelta(hours=1)} | more
    return IncidentFactory(provider=provider, **more)


def theirs(feed, hours, **more):
    began = START + timedelta(hours=hours)
    more = {"title": f"theirs {hours}", "posted_at": began, "resolved_at": began + timedelta(hours=2)} | more
    return OfficialPostFactory(feed=feed, **more)


def titles(answer):
    return [one.title for _, these in answer.context["record"].groups for one in these]


def walk(client, url):
    """Return the titles of all pages, in order, following "Older" as a reader does."""
    found = []
    while url:
        answer = client.get(url)
        found += titles(answer)
        older = re.search(r'<a href="([^"]+)" rel="next">Older', answer.text)
        url = f"/providers/twilio/history/{older[1]}".replace("&amp;", "&") if older else None
    return found


def test_hundreds_of_both_kinds_come_once_each_and_newest_first(client, twilio, feed):
    for hours in range(0, 600, 4):
        ours(twilio, hours)
        theirs(feed, hours + 2)
    expected = [f"{'ours' if hours % 4 == 0 else 'theirs'} {hours}" for hours in range(598, -1, -2)]
    assert walk(client, "/providers/twilio/history/") == expected


def test_things_that_began_at_the_same_moment_are_not_lost_between_pages(client, twilio):
    for number in range(95):
        ours(twilio, 5, title=f"{number}")
    assert sorted(map(int, walk(client, "/providers/twilio/history/"))) == list(range(95))


def test_a_month_shows_what_began_in_it_and_leads_to_the_next_that_has_something(client, twilio, feed):
    ours(twilio, 0)
    theirs(feed, 24 * 31 - 1)  # the last hour of March
    ours(twilio, 24 * 31)  # the first of April
    theirs(feed, 24 * 92)  # June; May has nothing
    answer = client.get("/providers/twilio/history/?month=2026-04")
    assert titles(answer) == ["ours 744"]
    assert 'href="?month=2026-06" rel="prev">June 2026' in answer.text
    assert 'href="?month=2026-03" rel="next">March 2026' in answer.text
    assert titles(client.get("/providers/twilio/history/?month=2026-03")) == ["theirs 743", "ours 0"]


@pytest.mark.parametrize("query", ["?month=2026-13", "?month=x&page=-1", "?page=99", "?kind=<b>", "?month=2026-05"])
def test_nonsense_narrows_nothing(client, twilio, query):
    ours(twilio, 0)
    answer = client.get(f"/providers/twilio/history/{query}")
    assert (answer.status_code, titles(answer)) == (200, ["ours 0"])


def test_a_post_that_has_a_record_is_told_once(client, twilio, feed):
    post, row = theirs(feed, 1), ours(twilio, 1)
    moments = {"first_at": row.started_at, "seen_at": row.started_at}
    Sighting.objects.create(
        incident=row, source="official", ref=f"post:{post.id}", scope=ScopeFactory(provider=twilio),
        state=State.DEGRADED, **moments,
    )  # fmt: skip
    assert titles(client.get("/providers/twilio/history/")) == ["ours 1"]


def test_a_tenant_s_record_is_not_the_public_s(client, twilio, feed):
    acme, post = OrganizationFactory(), theirs(feed, 1)
    row = ours(twilio, 1, organization=acme)
    moments = {"first_at": row.started_at, "seen_at": row.started_at}
    Sighting.objects.create(
        incident=row, source="official", ref=f"post:{post.id}", scope=ScopeFactory(provider=twilio),
        state=State.DEGRADED, **moments,
    )  # fmt: skip
    assert titles(client.get("/providers/twilio/history/")) == ["theirs 1"]


def test_maintenances_have_a_page_of_their_own(client, twilio, feed):
    ours(twilio, 0)
    theirs(feed, 1, kind="maintenance")
    assert titles(client.get("/providers/twilio/history/")) == ["ours 0"]
    assert titles(client.get("/providers/twilio/history/?kind=maintenance")) == ["theirs 1"]


def test_the_vendor_s_words_come_with_posts_that_have_no_page_of_ours(client, feed):
    post = theirs(feed, 1, url="https://status.example.com/1")
    OfficialUpdate.objects.create(
        post=post,
        external_id="u",
        phase="resolved",
        body="<b>Fixed</b>",
        at=post.posted_at,
        first_seen_at=post.posted_at,
    )
    text = client.get("/providers/twilio/history/").text
    assert "&lt;b&gt;Fixed&lt;/b&gt;" in text
    assert 'href="https://status.example.com/1" rel="nofollow noopener"' in text


@pytest.mark.parametrize("number", [1, 30])
def test_the_history_asks_the_same_for_any_number(client, twilio, feed, django_assert_num_queries, number):
    for hours in range(number):
        ours(twilio, hours)
        theirs(feed, hours + 0.5)
    with django_assert_num_queries(11):
        client.get("/providers/twilio/history/")
