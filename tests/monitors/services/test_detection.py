"""A pasted address, against pages of several platforms on this machine."""

import json
import time

import pytest
from django.core.management import CommandError, call_command

from monitors.services import detection
from monitors.services.detection import detect, with_scheme
from tests.monitors.formats.hostile import WHOLE
from tests.monitors.services.pages import (
    BETTERSTACK,
    INSTATUS,
    INSTATUS_COMPONENTS,
    RSS,
    ULID,
    Site,
    html,
    summary,
)

SUMMARY = "/api/v2/summary.json"


@pytest.fixture
def site():
    site = Site()
    yield site
    site.close()


def look(site, path="/", **answers):
    return detect(site.url + path, user_agent="StatusWire tests", allowed=[site.place])


# (what the host answers, what is pasted, the format, the feed's path, how many components)
PLATFORMS = {
    "Statuspage": ({"/": html(), SUMMARY: summary()}, "/", "statuspage_v2", SUMMARY, 1),
    "Statuspage, an incident's page": ({"*": html(), SUMMARY: summary()}, "/incidents/i1", "statuspage_v2", SUMMARY, 1),
    "Statuspage, its list of incidents": (
        {"/api/v2/incidents.json": {"page": summary()["page"], "incidents": []}, SUMMARY: summary()},
        "/api/v2/incidents.json", "statuspage_v2", SUMMARY, 1,
    ),
    "Statuspage, its Atom feed": (
        {"/history.atom": RSS.replace(b"We are", b"data-var= We"), SUMMARY: summary()},
        "/history.atom", "statuspage_v2", SUMMARY, 1,
    ),
    "Statuspage in a folder": ({"/status/": html(), f"/status{SUMMARY}": summary()}, "/status/", "statuspage_v2", f"/status{SUMMARY}", 1),
    "a page whose address answers 404": ({SUMMARY: summary()}, "/old", "statuspage_v2", SUMMARY, 1),
    "incident.io": ({"/": html(), SUMMARY: summary(ULID)}, "/", "incidentio", SUMMARY, 1),
    "incident.io's components": (
        {"/": html(), SUMMARY: summary(ULID), "/api/v2/components.json": {"page": {"id": ULID}, "components": [
            {"id": str(n), "name": f"Part {n}", "status": "operational"} for n in range(28)]}},
        "/", "incidentio", SUMMARY, 29,
    ),
    "Instatus": (
        {"*": html(), "/summary.json": INSTATUS, "/v2/components.json": INSTATUS_COMPONENTS},
        "/", "instatus", "/summary.json", 1,
    ),
    "Better Stack": ({"/": html("<script src='https://uptime.betterstack.com/a.js'></script>"), "/index.json": BETTERSTACK},
                     "/", "betterstack", "/index.json", 1),
    "a feed": ({"/news.rss": RSS}, "/news.rss", "rss_generic", "/news.rss", 0),
    "a feed that the page names": (
        {"/": html('<link rel="alternate" type="application/rss+xml" href="/news.rss">'), "/news.rss": RSS},
        "/", "rss_generic", "/news.rss", 0,
    ),
    "a page that moved on its host": (
        {"/": ("location", "/new/"), "/new/": html(), f"/new{SUMMARY}": summary()}, "/", "statuspage_v2", f"/new{SUMMARY}", 1,
    ),
}  # fmt: skip


@pytest.mark.parametrize(("answers", "path", "name", "feed", "components"), PLATFORMS.values(), ids=PLATFORMS)
def test_a_platform_is_found_from_what_people_paste(site, answers, path, name, feed, components):
    site.answers = answers
    found = look(site, path)
    assert (found.format, found.feed_url) == (name, site.url + feed), found.attempts
    assert len(found.snapshot.components or ()) == components
    assert found.reason == ""
    assert len(site.asked) <= detection.MOST_REQUESTS + 1


def test_what_came_out_is_told_with_the_page(site):
    site.answers = {"/": html(), SUMMARY: summary()}
    found = look(site)
    assert (found.snapshot.page_name, found.label, found.page_url) == ("Acme", "Atlassian Statuspage", site.url)
    assert [post.title for post in found.snapshot.posts] == ["API is slow"]


def test_a_page_that_moved_to_another_host_is_read_there(site):
    other = Site({"/": html(), SUMMARY: summary(ULID)})
    site.answers = {"*": ("location", f"{other.url}/")}
    found = detect(site.url, user_agent="t", allowed=[site.place, other.place])
    other.close()
    assert (found.format, found.feed_url) == ("incidentio", other.url + SUMMARY)


# (what the host answers to everything, words that the reason must have)
NOTHING = {
    "a web page": (html(), "web page without data"),
    "a challenge": (html("<title>Just a moment...</title>"), "challenge"),
    "a private page": (401, "private"),
    "a wall": (403, "refuses programs"),
    "nothing": (404, "nothing there"),
    "a broken server": (503, "answered 503"),
    "a busy server": (429, "later"),
    "a loop": (("location", "/"), "redirects more than 5 times"),
    "a way to a private address": (("location", "http://10.0.0.7/"), "not a public address"),
    "a way to a file": (("location", "file:///etc/passwd"), "http"),
    "fifty megabytes": (b"{" + b" " * 5_000_000, "4,000,000"),
}


@pytest.mark.parametrize(("answer", "words"), NOTHING.values(), ids=NOTHING)
def test_what_cannot_be_read_is_said_in_words(site, answer, words):
    site.answers = {"*": answer}
    found = look(site)
    assert not found.is_found
    assert words in found.reason
    assert found.reason.endswith((".", "!"))
    assert len(site.asked) <= 6 * detection.MOST_REQUESTS


def test_a_server_that_is_busy_is_left_in_peace(site):
    site.answers = {"*": 429}
    look(site)
    assert len(site.asked) == detection.MOST_REFUSED


# Larger than what is fetched: "fifty megabytes" above is for all of them.
SMALL = {name: body for name, body in WHOLE.items() if len(body) < 5_000_000}


@pytest.mark.parametrize("body", SMALL.values(), ids=SMALL)
def test_nothing_hostile_is_taken_for_a_page(site, body):
    site.answers = {"/": body}
    began = time.process_time()
    assert not look(site).is_found
    assert time.process_time() - began < 6


PRIVATE = ["http://127.0.0.1/", "http://10.0.0.7/", "http://169.254.169.254/latest/meta-data", "http://[::1]/", "localhost",
           "http://2130706433/", "http://user:pass@status.acme.example/", "ftp://status.acme.example", "", "not an address",
           "http://", "https://[", "javascript:alert(1)"]  # fmt: skip


@pytest.mark.parametrize("address", PRIVATE)
def test_what_is_no_public_address_is_refused_with_a_way_out(address):
    found = detect(address, user_agent="t")
    assert not found.is_found
    assert len(found.reason) > 20
    assert len(found.attempts) == 1


def test_a_slow_server_is_given_up_in_time(site, monkeypatch):
    monkeypatch.setattr(detection, "DEADLINE_S", 0.3)
    silent = Site({"/": html()})
    silent.server.shutdown()  # accepts, and never answers
    began = time.monotonic()
    found = detect(silent.url, user_agent="t", allowed=[silent.place])
    silent.server.server_close()
    assert not found.is_found
    assert time.monotonic() - began < 3


@pytest.mark.parametrize(
    ("pasted", "address"),
    [
        ("status.acme.example", "https://status.acme.example"),
        (" http://a.example/x \n", "http://a.example/x"),
        ("HTTPS://a.example", "HTTPS://a.example"),
        ("", ""),
    ],
)
def test_a_scheme_may_be_left_out(pasted, address):
    assert with_scheme(pasted) == address


def test_the_command_says_what_it_found(site, settings, capsys):
    settings.ALLOWED_PRIVATE_HOSTS = [site.place]
    site.answers = {"/": html(), SUMMARY: summary()}
    call_command("detect", site.url, "--json")
    document = json.loads(capsys.readouterr().out)
    assert {key: document[key] for key in ("format", "feed", "page_name", "components", "incidents", "maintenances")} == {
        "format": "statuspage_v2", "feed": site.url + SUMMARY, "page_name": "Acme",
        "components": 1, "incidents": 1, "maintenances": 0,
    }  # fmt: skip


def test_the_command_fails_with_what_to_do(site, settings):
    settings.ALLOWED_PRIVATE_HOSTS = [site.place]
    with pytest.raises(CommandError, match="Paste the address of the status page"):
        call_command("detect", site.url)
