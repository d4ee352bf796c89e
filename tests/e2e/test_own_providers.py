"""Paste an address, see what is there, keep it: in a browser, without a script of ours having to help."""

import os

import pytest
from django.db import connections
from django.urls import reverse

from accounts.models import Role
from monitors.core.states import State
from monitors.models import Provider
from tests.e2e.test_public_pages import TOO_WIDE
from tests.factories import MembershipFactory
from tests.monitors.services.pages import INCIDENT, Site, html, summary

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]

GROUP = {"id": "g", "name": "Carrier network of a very long name", "status": "operational", "group": True}
WORDS = ("operational", "degraded_performance", "partial_outage", "major_outage", "under_maintenance", "odd")
PARTS = [
    {"id": f"c{n}", "name": f"Delivery-Receipts-And-Status-Callbacks {n}", "status": word, "group_id": "g"}
    for n, word in enumerate(WORDS * 6)
]
PLANNED = {
    "id": "m1", "name": "Database upgrade", "status": "scheduled", "impact": "maintenance", "created_at": "2026-11-01T10:00:00Z",
    "scheduled_for": "2027-01-01T10:00:00Z", "scheduled_until": "2027-01-01T12:00:00Z", "incident_updates": [],
}  # fmt: skip


@pytest.fixture(autouse=True)
def database_beside_playwright(page, monkeypatch):
    """Playwright keeps an event loop in this thread: Django must be talked into asking the database."""
    monkeypatch.setitem(os.environ, "DJANGO_ALLOW_ASYNC_UNSAFE", "1")
    yield
    connections.close_all()


@pytest.fixture
def site(settings):
    whole = summary(components=[GROUP, *PARTS], incidents=[INCIDENT], scheduled_maintenances=[PLANNED])
    site = Site({"/": html(), "/api/v2/summary.json": whole})
    settings.ALLOWED_PRIVATE_HOSTS = [site.place]
    yield site
    site.close()


@pytest.fixture
def admin(client, page, live_server):
    """Log an admin in, in the browser too."""
    membership = MembershipFactory(role=Role.ADMIN, organization__name="Globex")
    client.force_login(membership.user)
    cookie = client.cookies["sessionid"]
    page.context.add_cookies([{"name": "sessionid", "value": cookie.value, "url": live_server.url}])
    return membership


def fits(page):
    for width in (360, 1280):
        page.set_viewport_size({"width": width, "height": 900})
        assert page.evaluate(TOO_WIDE) == []
        if folder := os.environ.get("PICTURES"):
            for scheme in ("light", "dark"):
                page.emulate_media(color_scheme=scheme)
                page.screenshot(
                    path=f"{folder}/{page.title().split(' ')[0]}-{len(page.content())}-{width}-{scheme}.png",
                    full_page=True,
                )


def test_a_pasted_page_is_shown_kept_and_listed(page, live_server, site, admin):
    page.goto(live_server.url + reverse("own_provider_add", args=[admin.organization.slug]))
    fits(page)
    page.get_by_label("Address of the status page").fill(f"{site.url}/nothing-here.html?")
    page.get_by_role("button", name="Look").click()
    page.get_by_text("What we found").wait_for()
    fits(page)
    page.get_by_label("Name").fill("Acme Cloud")
    page.get_by_role("button", name="Add and follow it").click()
    page.get_by_text("Acme Cloud is read from now on").wait_for()
    assert Provider.objects.get(organization=admin.organization).name == "Acme Cloud"
    page.goto(live_server.url + reverse("own_providers", args=[admin.organization.slug]))
    fits(page)
    page.get_by_role("link", name="Edit").click()
    page.get_by_role("heading", name="Edit Acme Cloud").wait_for()
    fits(page)


def test_what_cannot_be_read_says_what_was_tried(page, live_server, site, admin):
    site.answers = {"*": html()}
    page.goto(live_server.url + reverse("own_provider_add", args=[admin.organization.slug]))
    page.get_by_label("Address of the status page").fill(site.url)
    page.get_by_role("button", name="Look").click()
    page.get_by_text("Paste the address of the status page itself").wait_for()
    page.get_by_text("What we asked for").click()
    fits(page)


def test_states_are_words_and_not_only_colours(page, live_server, site, admin):
    page.goto(live_server.url + reverse("own_provider_add", args=[admin.organization.slug]))
    page.get_by_label("Address of the status page").fill(site.url)
    page.get_by_role("button", name="Look").click()
    card = page.get_by_role("region", name="Components")
    card.wait_for()
    assert {state.word.lower() for state in State if state.word.lower() in card.inner_text().lower()} >= {
        "operational", "degraded", "major outage",
    }  # fmt: skip
