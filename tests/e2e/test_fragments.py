"""What a poke does to a page in a browser: news come in at once, and the reader is not disturbed."""

import os

import pytest
from django.db import connections
from playwright.sync_api import expect

from accounts.models import Role
from kit.clock import clock
from monitors.core.states import Source, State
from monitors.models import CheckEvidence, Monitor
from monitors.services.follows import follow
from tests.factories import ComponentFactory, MembershipFactory, MonitorFactory, ScopeFactory
from tests.pages.scenes import Scene, page_with

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]

POKE = "document.body.dispatchEvent(new CustomEvent('page-changed'))"


@pytest.fixture(autouse=True)
def database_beside_playwright(page, monkeypatch):
    """Playwright keeps an event loop in this thread: Django must be talked into asking the database, by a connection of its own."""
    monkeypatch.setitem(os.environ, "DJANGO_ALLOW_ASYNC_UNSAFE", "1")
    yield
    connections.close_all()


def sign_in(client, live_server, page, organization, role=Role.OWNER):
    client.force_login(MembershipFactory(organization=organization, role=role).user)
    cookie = {"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url}
    page.context.add_cookies([cookie])


def test_a_poke_is_never_answered_with_what_was_before(live_server, page):
    scene = Scene()
    page_with(scene.acme, (scene.sms, "Texts"))
    page.goto(f"{live_server.url}/s/acme/")
    banner = page.locator(".banner")
    expect(banner).to_have_text("All systems operational")
    for state, words in ((State.DEGRADED, "Degraded performance: Texts"), (State.MAJOR_OUTAGE, "Outage: Texts")):
        scene.say(scene.sms, state, minutes=0)
        page.evaluate(POKE)
        expect(banner).to_have_text(words)


def test_a_poke_leaves_focus_and_what_the_reader_opened_alone(client, live_server, page):
    scene = Scene()
    for number in range(9):  # more than are shown unfolded
        component = ComponentFactory(provider=scene.twilio, name=f"Part {number}")
        follow(scene.acme, ScopeFactory(component=component), scene.now)
    sign_in(client, live_server, page, scene.acme, Role.MEMBER)
    page.goto(f"{live_server.url}/o/acme/")
    page.locator("#healthy > summary").click()
    sms = page.get_by_role("link", name="Twilio: SMS")
    sms.focus()
    scene.say(scene.docomo, State.MAJOR_OUTAGE, minutes=0)
    page.evaluate(POKE)
    expect(page.get_by_role("heading", name="Open incidents")).to_be_visible()
    expect(page.locator("#healthy").get_by_role("link", name="Twilio: SMS")).to_have_count(0)  # it is in trouble now
    expect(sms).to_be_focused()
    expect(page.get_by_role("link", name="Twilio: Part 0")).to_be_visible()


def test_a_poke_offers_an_incident_to_be_taken_and_leaves_what_was_chosen(client, live_server, page):
    scene = Scene()
    monitor = MonitorFactory(organization=scene.acme, scope=scene.sms)
    sign_in(client, live_server, page, scene.acme)
    page.goto(f"{live_server.url}/o/acme/monitors/{monitor.id}/")
    page.get_by_label("Mute for").select_option("mute-8")
    ref = f"monitor:{monitor.id}"
    scene.say(
        scene.sms, State.MAJOR_OUTAGE, minutes=0, organization=scene.acme, source=Source.PROBE, ref=ref, reason="503"
    )
    page.evaluate(POKE)
    expect(page.get_by_role("button", name="Acknowledge")).to_be_visible()
    expect(page.get_by_label("Mute for")).to_have_value("mute-8")
    page.get_by_role("button", name="Acknowledge").click()
    expect(page.get_by_text("has taken it,")).to_be_visible()
    expect(page).to_have_url(f"{live_server.url}/o/acme/monitors/{monitor.id}/")


def test_a_poke_leaves_ticks_and_opened_evidence_alone(client, live_server, page):
    first, second = (MonitorFactory(name=name) for name in ("Alpha", "Beta"))
    Monitor.objects.filter(id=second.id).update(organization=first.organization)
    evidence = [CheckEvidence.objects.create(monitor=first, at=clock(), reason="status") for _ in range(2)]
    sign_in(client, live_server, page, first.organization)
    page.goto(f"{live_server.url}/o/{first.organization.slug}/monitors/")
    page.get_by_role("checkbox", name="Beta").check()
    Monitor.objects.filter(id=second.id).update(name="Aardvark")  # it moves up, and its tick with it
    page.evaluate(POKE)
    expect(page.get_by_role("rowheader").first).to_have_text("Aardvark")
    expect(page.get_by_role("checkbox", name="Aardvark")).to_be_checked()
    expect(page.get_by_role("checkbox", name="Alpha")).not_to_be_checked()
    page.get_by_role("checkbox", name="Tick all of this page").check()
    expect(page.get_by_role("checkbox", name="Alpha")).to_be_checked()
    page.goto(f"{live_server.url}/o/{first.organization.slug}/monitors/{first.id}/")
    page.locator(f"#evidence-{evidence[0].id} > summary").click()
    CheckEvidence.objects.create(monitor=first, at=clock(), reason="status")
    page.evaluate(POKE)
    expect(page.locator("details.evidence")).to_have_count(3)
    expect(page.locator(f"#evidence-{evidence[0].id}")).to_have_attribute("open", "")
