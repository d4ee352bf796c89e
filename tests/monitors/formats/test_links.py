"""Where to look for a page's data: what an address and a page's HTML say."""

import time
from pathlib import Path

import pytest

from monitors.formats import formats
from monitors.formats.base import Sample
from monitors.formats.links import candidates, is_first_document, page_of
from tests.monitors.formats.hostile import WHOLE

PAYLOADS = Path(__file__).parents[4] / "shared" / "data" / "payloads"
HTML = "<!doctype html><html><head>{}</head><body>{}</body></html>"
PAGE_ID = "5e126e998f2f032e1f8f0f4b"


def asked(url, head="", body=""):
    return candidates(Sample(HTML.format(head, body), None, url))


# (the page's address, its head, its body, what is asked first)
FIRST = [
    ("https://status.acme.example/", "", "", "https://status.acme.example/api/v2/summary.json"),
    ("https://status.acme.example/", "", "Powered by <a href='https://instatus.com/x'>", "https://status.acme.example/summary.json"),
    ("https://status.acme.example/", "<script src='https://uptime.betterstack.com/packs/a.js'>", "", "https://status.acme.example/index.json"),
    ("https://status.acme.example/", "<script src='/data/payload.json'>", "", "https://status.acme.example/data/payload.json"),
    ("https://acme.statuspage.io/", "", "", "https://acme.statuspage.io/api/v2/summary.json"),
    ("https://status.acme.example/incidents/abc", "", "", "https://status.acme.example/api/v2/summary.json"),
    ("https://status.acme.example/history?page=2", "", "", "https://status.acme.example/api/v2/summary.json"),
    ("https://acme.example/status/", "", "", "https://acme.example/status/api/v2/summary.json"),
    ("https://acme.status.io/", "", f"<a href='/pages/history/{PAGE_ID}'>", f"https://api.status.io/1.0/status/{PAGE_ID}"),
    ("https://stats.uptimerobot.com/wVLWNFLGN9", "", "", "https://stats.uptimerobot.com/api/getMonitorList/wVLWNFLGN9"),
    ("https://acme.statuspal.io/", "", "", "https://statuspal.io/api/v2/status_pages/acme/summary"),
    ("https://acme.example/", "", "<script src='https://api.sorryapp.com/v1/pages/12903/x'>", "https://api.sorryapp.com/v1/pages/12903/components"),
    ("https://status.heroku.com/", "", "", "https://status.heroku.com/api/v4/current-status"),
    ("https://status.slack.com/", "", "", "https://slack-status.com/api/v2.0.0/current"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("url", "head", "body", "first"), FIRST, ids=[f"{n} {case[0]}" for n, case in enumerate(FIRST)]
)
def test_the_likeliest_place_is_asked_first(url, head, body, first):
    assert asked(url, head, body)[0] == first


# The real pages in ../shared/data/payloads: which file, and what is asked first for it.
REAL = [
    ("incidentio_html/linear-good.html", "/api/v2/summary.json"),
    ("incidentio_html/openai-major.html", "/api/v2/summary.json"),
    ("instatus_html/whereby-good.html", "/summary.json"),
    ("betterstack_html/eyloo-major.html", "/index.json"),
]


@pytest.mark.needs_shared
@pytest.mark.parametrize(("file", "path"), REAL)
def test_a_real_page_is_known_by_its_marks(file, path):
    page = PAYLOADS / file
    if not page.exists():
        pytest.skip("../shared/data/payloads is absent")
    found = candidates(Sample(page.read_text(encoding="utf-8"), None, "https://status.acme.example/"))
    assert found[0] == f"https://status.acme.example{path}"


def test_a_page_names_its_own_feeds_and_its_own_address():
    head = (
        '<link rel="canonical" href="https://status.acme.example/">'
        '<link rel="alternate" type="application/rss+xml" href="/news.rss">'
        '<link rel="alternate" type="application/rss+xml" href="/incidents/7/feed.rss">'
        '<link rel="alternate" hreflang="fr" href="/fr">'
    )
    found = asked("https://statuspage.incident.io/acme", head)
    assert "https://statuspage.incident.io/news.rss" in found
    assert "https://status.acme.example/api/v2/summary.json" in found[:8]
    assert not any("/incidents/7" in url or url.endswith("/fr") for url in found)


def test_an_unmarked_page_is_asked_for_some_feed_within_a_dozen_requests():
    found = asked("https://status.acme.example/")[:11]
    ways = ("/api/v2/summary.json", "/summary.json", "/index.json", "/history.atom", "/rss", "/feed", "/api/v1/summary")
    assert {f"https://status.acme.example{way}" for way in ways} <= set(found)


def test_no_address_is_asked_twice_nor_the_pasted_one_again():
    url = "https://status.acme.example/api/v2/summary.json"
    found = candidates(Sample("{}", {}, url))
    assert url not in found
    assert len(found) == len(set(found)) > 10


def test_what_is_no_web_address_is_never_asked():
    head = "".join(
        f'<link rel="alternate" type="application/rss+xml" href="{href}"><link rel="canonical" href="{href}">'
        for href in (
            "javascript:alert(1)",
            "file:///etc/passwd",
            "gopher://a.example/",
            "//[::1",
            "http://",
            "x" * 2000,
        )
    )
    assert all(url.startswith("https://status.acme.example") for url in asked("https://status.acme.example/", head))


@pytest.mark.parametrize(
    ("name", "url", "page"),
    [
        ("statuspage_v2", "https://a.example/api/v2/summary.json", "https://a.example"),
        ("statuspage_v2", "https://a.example/x/api/v2/incidents.json", "https://a.example/x"),
        ("incidentio", "https://a.example/proxy/a.example", "https://a.example"),
        ("cachet", "https://a.example/api/v1/components", "https://a.example"),
        ("instatus", "https://a.example/v2/components.json", "https://a.example"),
        ("instatus", "https://a.example/", ""),
        ("pagerduty", "https://a.example/", ""),
    ],
)
def test_the_page_of_a_document_is_the_folder_it_lies_in(name, url, page):
    assert page_of(formats()[name], url) == page


def test_a_feed_has_the_address_of_a_first_document():
    assert is_first_document(formats()["statuspage_v2"], "https://a.example/api/v2/summary.json")
    assert not is_first_document(formats()["statuspage_v2"], "https://a.example/api/v2/incidents.json")
    assert is_first_document(formats()["pagerduty"], "https://a.example/")


@pytest.mark.parametrize("body", WHOLE.values(), ids=WHOLE.keys())
def test_hostile_pages_cost_little_and_lead_nowhere(body):
    began = time.process_time()
    text = "<html>" + body[:4_000_000].decode("latin-1")
    found = candidates(Sample(text, None, "https://status.acme.example/"))
    assert all(url.startswith("https://status.acme.example/") for url in found)
    assert time.process_time() - began < 3
