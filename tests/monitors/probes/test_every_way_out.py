"""The shared list of hostile URLs through every way out of this installation: nothing inside is ever connected to.

The kinds of checks themselves: test_hostile_urls. Here: what is followed, what is configured, what is delivered.
"""

import contextlib
import json
import socket
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from alerts import services
from alerts.channels.base import InvalidConfig, Rejected
from alerts.channels.web import web_url
from alerts.deliver import deliver_one
from kit.clock import clock
from kit.guarded_http import GuardedClient
from kit.secrets import Vault
from monitors.core.states import State
from monitors.fetching import Wanted, fetch_all
from monitors.probes.base import ProbeTask, Reason
from monitors.services.detection import detect
from tests.alerts.scenes import NOW, SIGNING
from tests.factories import ChannelFactory, MembershipFactory, NotificationFactory
from tests.kit.servers import answer, serving

SHARED = Path(__file__).parents[4] / "shared" / "data" / "ssrf_urls.json"
LISTED = json.loads(SHARED.read_text()) if SHARED.exists() else []
# Harmless by themselves: without a scheme, or in a query, they are a public address or one that does not exist.
HARMLESS = ("8.8.8.8", "//8.8.8.8/")
URLS = [url for url in LISTED if url not in HARMLESS]
HERE = "127.0.0.1"

pytestmark = [pytest.mark.needs_shared, pytest.mark.skipif(not LISTED, reason="../shared/data is not here")]


def inside(host, port):
    """A resolver that leads inside, whatever it is asked."""
    return ["10.0.0.7"]


def location(url):
    return b"HTTP/1.1 302 Found\r\nContent-Length: 0\r\nLocation: " + url.encode() + b"\r\n\r\n"


# A line end would make two headers of one, and lead nowhere.
FOLLOWED = [url for url in URLS if "\r" not in url]


@pytest.fixture
def pointing():
    """A server whose every path redirects to one of the listed URLs, by its number."""

    def handle(connection):
        path = server.requests[-1].split()[1].strip(b"/")
        connection.sendall(location(FOLLOWED[int(path)]) if path.isdigit() else answer(b"", status="404 None"))

    with serving(handle) as server:
        yield server


@pytest.mark.parametrize("kind", ["http", "health"])
def test_no_check_follows_a_redirect_to_any_of_them(prober, tried, pointing, kind):
    tasks = [ProbeTask(kind, f"{pointing.url}/{number}", {}, 3) for number in range(len(FOLLOWED))]
    results = prober.engine(allowed=(pointing.place,), lookup=inside).run_batch(tasks)
    assert tried == {HERE}
    assert {result.state for result in results} <= {State.UNKNOWN, State.MAJOR_OUTAGE}
    led = [url for url, result in zip(FOLLOWED, results, strict=True) if result.reason != Reason.BLOCKED]
    # A path on the server that redirects, as RFC 3986 has it.
    assert led == ["http:///8.8.8.8"]


def test_no_feed_is_read_there_or_led_there(tried, pointing):
    wanted = [Wanted(1, "summary", url) for url in URLS]
    wanted += [Wanted(2, "summary", f"{pointing.url}/{number}") for number in range(len(FOLLOWED))]
    fetched = fetch_all(wanted, user_agent="StatusWire-tests", allowed=(pointing.place,), lookup=inside)
    assert tried == {HERE}
    assert [found.body for found in fetched if found.body is not None] == []
    assert [found.wanted.url for found in fetched if not found.error] == []


@pytest.mark.parametrize("url", URLS)
def test_no_pasted_address_of_a_provider_is_asked(tried, url):
    found = detect(url, user_agent="StatusWire-tests")
    assert (found.format, tried) == ("", set())


@pytest.mark.parametrize("number", range(len(FOLLOWED)))
def test_no_search_for_a_providers_page_is_led_there(tried, pointing, number):
    found = detect(f"{pointing.url}/{number}", user_agent="StatusWire-tests", allowed=(pointing.place,))
    assert (found.format, tried) == ("", {HERE})


def test_no_chosen_resolver_is_asked_there(prober, monkeypatch):
    sent = []
    monkeypatch.setattr(socket.socket, "sendto", lambda self, *to: sent.append(to))
    hosts = [urlsplit(url).netloc for url in URLS if url.startswith("http") and "[" not in url]
    tasks = [ProbeTask("dns", "www.example.com", {"resolver": host}, 1) for host in filter(None, hosts)]
    results = prober.engine(lookup=inside).run_batch(tasks)
    assert {(result.state, result.reason) for result in results} == {(State.UNKNOWN, Reason.BLOCKED)}
    assert sent == []


@pytest.mark.django_db
@pytest.mark.parametrize(("kind", "more"), [("webhook", {"secret": SIGNING}), ("slack", {})])
def test_no_channel_can_be_set_up_for_any_of_them(tried, kind, more):
    member, kept = MembershipFactory(), []
    for url in LISTED:
        with contextlib.suppress(InvalidConfig):
            services.create_channel(member.organization, kind, "", {"url": url} | more, user=member.user, now=NOW)
            kept.append(url)
    assert (kept, tried) == ([], set())


@pytest.mark.django_db
@pytest.mark.parametrize(("kind", "more"), [("webhook", {"secret": SIGNING}), ("slack", {})])
def test_no_channel_posts_to_any_of_them_even_if_it_was_stored(tried, settings, kind, more):
    """As if it had been allowed once, or had got past the form: the sender judges by itself."""
    channel, client = ChannelFactory(kind=kind), GuardedClient(timeout_s=2)
    vault, outcomes = Vault(settings.SECRET_KEYS), {}
    for url in filter(web_url, LISTED):
        channel.sealed_config = vault.seal(json.dumps({"url": url} | more), f"channel:{channel.id}")
        channel.disabled_at = None
        channel.save()
        NotificationFactory(channel=channel, transition="test", why="Ada pressed the button.")
        outcomes[url] = deliver_one(services.claim_next(now=clock()), client, now=clock())
    assert {url: found for url, found in outcomes.items() if not isinstance(found, Rejected)} == {}
    assert tried == set()
