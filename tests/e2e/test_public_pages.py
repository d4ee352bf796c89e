"""What anybody may read, in a browser: it fits a phone, and nothing complains in the console."""

import os
from datetime import datetime, timedelta

import pytest
from django.db import connections

from incidents.models import Incident
from monitors.core.states import State
from monitors.models import OfficialPostScope, OfficialUpdate
from tests.factories import ComponentFactory, OfficialPostFactory
from tests.pages.scenes import Scene

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]

LONG = "Degradation of Delivery-Receipts-And-Status-Callbacks-For-Every-Long-And-Short-Code " * 3
TOO_WIDE = """() => {
  const width = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth <= width) return [];
  return [...document.querySelectorAll("main *")].filter((one) => one.getBoundingClientRect().right > width + 1)
    .map((one) => `${one.tagName}.${one.className}`);
}"""
SKIPPED_HEADINGS = """() => {
  const levels = [...document.querySelectorAll("h1, h2, h3, h4")].map((one) => Number(one.tagName[1]));
  return levels.filter((level, n) => level > (n ? levels[n - 1] : 0) + 1);
}"""


@pytest.fixture(autouse=True)
def database_beside_playwright(page, monkeypatch):
    """Playwright keeps an event loop in this thread: Django must be talked into asking the database, by a connection of its own."""
    monkeypatch.setitem(os.environ, "DJANGO_ALLOW_ASYNC_UNSAFE", "1")
    yield
    connections.close_all()


def paths():
    """Fill every public page with something long, and return where they are."""
    scene = Scene()
    group = ComponentFactory(provider=scene.twilio, name="CARRIER NETWORK", is_group=True, external_id="g")
    ComponentFactory(provider=scene.twilio, name=LONG[:200], group=group, external_id="c")
    at = scene.ago(60 * 24 * 40)
    post = OfficialPostFactory(feed=scene.feed, title=LONG[:300], posted_at=at, resolved_at=at + timedelta(hours=1))
    OfficialPostScope.objects.create(post=post, scope=scene.docomo, state=State.DEGRADED)
    OfficialUpdate.objects.create(
        post=post, external_id="u", phase="resolved", body=LONG * 4, at=at, first_seen_at=at
    )  # fmt: skip
    scene.post(scene.docomo, "SMS delays to Docomo", LONG, State.DEGRADED, minutes=40)
    uid = Incident.objects.get(organization=None).uid
    return [
        "/",
        "/providers/",
        "/providers/twilio/",
        "/providers/twilio/history/",
        f"/providers/twilio/components/{scene.sms.component_id}/",
        f"/providers/twilio/components/{group.id}/",
        "/is/twilio/down",
        f"/incidents/{uid}/",
        "/countries/",
        "/countries/jp/",
        f"/carriers/{scene.docomo.carrier.slug}/",
    ]


def test_public_pages_fit_a_phone_and_keep_the_console_clean(live_server, page):
    said = []
    page.on("console", lambda message: said.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: said.append(str(error)))
    page.set_viewport_size({"width": 360, "height": 800})
    for path in paths():
        said.clear()
        assert page.goto(f"{live_server.url}{path}").status == 200
        page.evaluate("document.querySelectorAll('details').forEach((one) => (one.open = true))")
        # The test's server has no WebSockets; pages then ask by themselves, and the browser notes the refusal.
        noticed = [words for words in said if "WebSocket" not in words]
        found = (page.evaluate(TOO_WIDE), page.evaluate(SKIPPED_HEADINGS), noticed)
        assert (path, *found) == (path, [], [], [])


def test_one_cursor_goes_over_all_strips_of_an_axis(live_server, page):
    Scene()
    page.goto(f"{live_server.url}/is/twilio/down")
    box = page.locator(".lane").first.bounding_box()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + 2)
    assert page.evaluate("[...document.querySelectorAll('.lane .cursor')].map((one) => one.getAttribute('x1'))") == [
        "50%", "50%",
    ]  # fmt: skip
    window = page.locator("[data-began]").first.get_attribute("data-began")
    assert (
        page.locator(".hours .cursor").text_content() == f"{datetime.fromisoformat(window) + timedelta(hours=12):%H:%M}"
    )
    page.mouse.move(0, 0)
    assert page.locator(".cursor").count() == 0
