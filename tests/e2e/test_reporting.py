"""Reporting with a browser as people have one: the work is done for them, also inside another site's page."""

import re

import pytest
from playwright.sync_api import expect

from monitors.models import Report
from tests.e2e.test_own_providers import database_beside_playwright
from tests.factories import ProviderFactory
from tests.http_server import Handler, HttpServer

__all__ = ["database_beside_playwright"]  # a fixture

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def complaints(page):
    """What the browser's console complains of, such as a breach of the page's policy. The test's server has no websocket."""
    found = []

    def note(message):
        if message.type in ("error", "warning") and "WebSocket" not in message.text:
            found.append(message.text)

    page.on("console", note)
    page.on("pageerror", lambda error: found.append(str(error)))
    return found


def test_a_report_from_the_page_is_proven_and_breaks_no_policy(live_server, page, complaints):
    ProviderFactory(slug="twilio", name="Twilio", category="comms")
    page.goto(f"{live_server.url}/providers/twilio/report/")
    page.get_by_label("What is wrong?").select_option("calls_fail")
    page.get_by_role("button", name="Report a problem").click()
    expect(page.get_by_text("Thank you. Your report")).to_be_visible()
    assert complaints == []
    assert Report.objects.values_list("problem", "is_proven", "is_counted").get() == ("calls_fail", True, True)


def test_who_writes_for_longer_than_the_work_takes_presses_once(live_server, page, complaints):
    ProviderFactory(slug="twilio", name="Twilio", category="comms")
    page.goto(f"{live_server.url}/providers/twilio/report/")
    page.get_by_label("Anything else?").fill("Codes arrive late.")
    expect(page.locator("input[name=altcha]")).to_have_value(re.compile("."), timeout=20_000)
    page.get_by_role("button", name="Report a problem").click()
    expect(page.get_by_text("Thank you. Your report")).to_be_visible()
    assert complaints == []
    assert Report.objects.values_list("comment", "is_proven").get() == ("Codes arrive late.", True)


def test_a_report_out_of_the_box_of_a_provider_s_page_is_proven(live_server, page, complaints):
    ProviderFactory(slug="twilio", name="Twilio", category="comms")
    page.goto(f"{live_server.url}/providers/twilio/")
    page.get_by_role("link", name="Report a problem").click()
    page.get_by_role("button", name="It works again").click()
    expect(page.get_by_text("Good to know")).to_be_visible()
    assert complaints == []
    assert Report.objects.values_list("says_well", "is_proven", "is_counted").get() == (True, True, False)


def test_a_browser_whose_work_fails_can_report_all_the_same(live_server, page):
    ProviderFactory(slug="twilio", name="Twilio", category="comms")
    page.route("**/challenge", lambda route: route.abort())
    page.goto(f"{live_server.url}/providers/twilio/report/")
    page.get_by_role("button", name="Report a problem").click()
    expect(page.get_by_text("Thank you. Your report")).to_be_visible()
    assert not Report.objects.get().is_proven


@pytest.fixture
def elsewhere(live_server):
    """Another site, whose page shows two of ours in frames."""
    frames = [f'<iframe name="{n}" src="{live_server.url}{path}"></iframe>'
              for n, path in (("form", "/embed/twilio/report"), ("page", "/providers/twilio/report/"))]  # fmt: skip

    class Page(Handler):
        def do_GET(self):
            self.answer(200, "".join(frames).encode(), {"Content-Type": "text/html"})

    server = HttpServer(Page)
    yield f"http://localhost:{server.server_port}/"
    server.close()


def test_another_site_can_show_the_form_and_no_other_page(live_server, page, elsewhere):
    ProviderFactory(slug="twilio", name="Twilio", category="comms")
    page.goto(elsewhere)
    form = page.frame("form")
    form.get_by_role("button", name="Report a problem").click()
    expect(form.get_by_text("Thank you. Your report")).to_be_visible()
    assert Report.objects.values_list("via", "is_proven").get() == ("embed", True)
    assert page.frame("page").get_by_role("button").count() == 0
