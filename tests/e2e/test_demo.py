"""The whole product over the first case of the demo's day: real services, a real browser, nothing replaced.

Every step waits for what a person would wait for, with generous limits.
"""

import json
import re
import time
from datetime import datetime
from itertools import pairwise

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import MINUTES, fetch

pytestmark = pytest.mark.e2e
DAY_MS = (MINUTES * 60 + 60) * 1000
CARRIER = "NTT DOCOMO (Japan)"
NEW_PASSWORD = "correct horse battery staple"


def log_in(page, demo):
    """Log in as the first owner, who has to choose a password before anything else."""
    password = demo.waits_for(r"one-time password (\S+)", within_s=120)
    page.goto(f"{demo.site}/accounts/login/")
    page.fill("input[name=login]", "owner@statuswire.local")
    page.fill("input[name=password]", password)
    page.click("main button[type=submit]")
    expect(page).to_have_url(re.compile("/accounts/password/change/"))
    page.fill("input[name=oldpassword]", password)
    page.fill("input[name=password1]", NEW_PASSWORD)
    page.fill("input[name=password2]", NEW_PASSWORD)
    page.click("main button[type=submit]")
    page.goto(f"{demo.site}/o/")
    expect(page).to_have_url(re.compile(r"/o/my-organization/$"))


def test_a_carrier_s_trouble_from_first_failure_to_all_clear(demo, page):
    log_in(page, demo)
    # The dashboard is left open; incidents appear on it by themselves, before the vendor says anything.
    page.goto(f"{demo.site}/o/my-organization/")
    expect(page.get_by_text("SMS to NTT DOCOMO (Japan)").first).to_be_visible(timeout=DAY_MS)
    # Its own record of it, which its own receipts join; the public's has public evidence alone.
    own = page.locator("article.incident").get_by_role("link", name=re.compile("NTT DOCOMO"))
    expect(own.first).to_be_visible(timeout=DAY_MS)
    own.first.click()
    ledger = page.locator("table").first
    expect(ledger).to_contain_text("receipts", timeout=DAY_MS)
    # The vendor's post joins the same incident while the page lies open.
    expect(page.get_by_text("the vendor's words").first).to_be_visible(timeout=DAY_MS)
    page.goto(f"{demo.site}/is/twilio/down")
    expect(page.locator(".verdict")).to_have_text("Degraded")

    # In the end it is over, and the other carrier's trouble has not begun.
    page.goto(f"{demo.site}/o/my-organization/")
    expect(page.get_by_text("No incident is open").first).to_be_visible(timeout=DAY_MS)
    found = json.loads(demo.manage("list_incidents", "--organization", "my-organization", "--days", "999", "--json"))
    (incident,) = [one for one in found if CARRIER in one["title"]]
    check_incident(incident)
    wait_for_all_clear(demo)
    check_messages(json.loads(fetch(f"{demo.outside}/sent.json")))


def wait_for_all_clear(demo):
    """The page knows of the end before the last message has left."""
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:
        sent = json.loads(fetch(f"{demo.outside}/sent.json"))
        posts = [post["text"] for post in sent["slack"]] + [letter["subject"] for letter in sent["mail"]]
        if sum(words.startswith("[UP]") and CARRIER in words for words in posts) == 2:
            return
        time.sleep(0.5)


def check_incident(incident):
    """One incident per cause; receipts and people first, the vendor later, and an end."""
    first = {}
    for seen in incident["sightings"]:
        at = datetime.fromisoformat(seen["first_at"])
        first[seen["source"]] = min(at, first.get(seen["source"], at))
    assert set(first) == {"delivery", "crowd", "official"}
    assert first["delivery"] < first["official"]
    assert first["crowd"] < first["official"]
    assert incident["resolved_at"] is not None
    kinds = [event["kind"] for event in incident["events"]]
    assert (kinds[0], kinds.count("opened"), kinds.count("resolved")) == ("opened", 1, 1)


def check_messages(sent):
    """Each channel heard of the trouble from its beginning to one all-clear, and of no state twice in a row."""
    mail = [letter["subject"] for letter in sent["mail"]]
    slack = [post["text"].split("\n")[0] for post in sent["slack"]]
    for told in (mail, slack):
        states = [subject.split("]")[0].strip("[") for subject in told if CARRIER in subject]
        assert states[0] in ("DEGRADED", "PARTLY DOWN", "SUSPECTED")
        assert (states[-1], states.count("UP")) == ("UP", 1)
        assert all(before != after for before, after in pairwise(states)), states
