"""What "Is X down?" tells search engines and chats is what the page says, with its age."""

import json
import re
from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client

from accounts.models import Role
from incidents.models import Impact
from kit.clock import clock
from monitors.core.states import State
from monitors.models import Coverage
from monitors.services.scopes import scope_of
from pages.core.structured import Told
from tests.factories import FeedFactory, IncidentFactory, MembershipFactory, ProviderFactory

pytestmark = pytest.mark.django_db

SITE = "https://statuswire.test"


@pytest.fixture(autouse=True)
def address(settings):
    settings.PUBLIC_URL = SITE


def provider(name="Twilio", **more):
    return ProviderFactory(slug="twilio", name=name, status_page_url="https://status.twilio.com", **more)


def read(row, minutes_ago=0):
    at = clock() - timedelta(minutes=minutes_ago)
    feed = FeedFactory(provider=row, last_read_at=at, last_poll_at=at)
    Coverage.objects.create(ref=f"feed:{feed.id}", began_at=at - timedelta(days=30), ended_at=at)


def told(client=None):
    html = (client or Client()).get("/is/twilio/down").text
    graph = json.loads(re.search(r'<script type="application/ld\+json">(.*?)</script>', html)[1])
    metas = dict(re.findall(r'<meta property="og:(\w+)" content="([^"]*)">', html))
    return html, {node["@id"].partition("#")[2]: node for node in graph["@graph"]}, metas


def trouble(row, state):
    scope = scope_of(row)
    incident = IncidentFactory(provider=row, title="All is broken", worst=state)
    Impact.objects.create(incident=incident, scope=scope, state=state, began_at=incident.started_at)


@pytest.mark.parametrize(
    ("state", "minutes_ago", "verdict"),
    [(None, 0, "Up"), (State.DEGRADED, 0, "Degraded"), (State.MAJOR_OUTAGE, 0, "Down"), (None, 600, "Unknown")],
)
def test_programs_are_told_the_state_that_people_are(state, minutes_ago, verdict):
    row = provider()
    read(row, minutes_ago)
    if state:
        trouble(row, state)
    html, nodes, metas = told()
    assert f'<span class="verdict">{verdict}</span>' in html
    assert metas["title"] == nodes[""]["name"] == f"Is Twilio down? {verdict}"
    (question,) = nodes[""]["mainEntity"]
    assert question["acceptedAnswer"]["text"].startswith(f"{verdict}. ")
    assert re.search(r" As of \d+ \w+ 20\d\d, \d\d:\d\d UTC\.$", metas["description"])


def test_what_nobody_has_looked_at_has_no_time():
    provider()
    _, nodes, metas = told()
    assert metas["description"].endswith("Nobody has looked yet.")
    assert ("updated_time" in metas, "dateModified" in nodes[""]) == (False, False)


def test_the_address_is_one_whatever_was_asked_for():
    read(provider())
    html, nodes, metas = told()
    there = f"{SITE}/is/twilio/down"
    assert f'<link rel="canonical" href="{there}">' in html
    assert (metas["url"], nodes[""]["url"]) == (there, there)
    assert nodes["service"] == {
        "@type": "Service", "@id": f"{there}#service", "name": "Twilio", "sameAs": "https://status.twilio.com",
    }  # fmt: skip
    assert '<link rel="canonical" href="' + there in Client().get("/is/twilio/down?utm_source=x").text


def test_a_vendor_s_name_ends_no_element():
    name = "</script><b>&\"'"
    read(provider(name))
    html, nodes, _ = told()
    assert nodes["service"]["name"] == name
    assert name not in html


def test_an_organization_s_own_provider_is_nobody_else_s_business():
    member = MembershipFactory(role=Role.VIEWER)
    provider(organization=member.organization)
    client = Client()
    client.force_login(member.user)
    html = client.get("/is/twilio/down").text
    assert ("ld+json" in html, "og:" in html, "canonical" in html) == (False, False, False)


def test_the_time_is_utc():
    at = datetime(2026, 11, 3, 4, 5, 6, tzinfo=UTC)
    said = Told("Twilio", "Up", "Twilio works.", at, "https://x/is/twilio/down", "")
    assert said.words == "Twilio works. As of 3 November 2026, 04:05 UTC."
    page, service = said.graph()["@graph"]
    assert (page["dateModified"], "sameAs" in service) == ("2026-11-03T04:05:06+00:00", False)
