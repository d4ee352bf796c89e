"""The form that makes and changes monitors."""

import re

import pytest
from django.core.cache import cache
from django.urls import reverse

from kit.clock import clock
from monitors.models import Monitor
from monitors.services.follows import follow
from tests.factories import ComponentFactory, MonitorFactory, ProviderFactory, ScopeFactory
from tests.kit.servers import answer, serving
from tests.monitors.checks.pages import at, form, login

pytestmark = pytest.mark.django_db


@pytest.fixture
def monitor():
    return MonitorFactory(name="Send an SMS", target="https://api.example.com/health?token=hush")


def test_an_own_system_gets_a_monitor(client, settings, monitor):
    settings.ALLOWED_PRIVATE_HOSTS = ["127.0.0.1:8100"]
    answered = login(client, monitor.organization).post(
        reverse("monitor_new", args=[monitor.organization.slug]), form()
    )
    made = Monitor.objects.exclude(id=monitor.id).get()
    assert answered.status_code == 302
    assert (made.organization, made.name, made.scope.component.name) == (
        monitor.organization,
        "Checkout",
        "Checkout API",
    )
    assert made.options == {
        "method": "GET", "expected_status": "200", "max_response_ms": 800, "headers": [["Accept", "text/plain"]],
    }  # fmt: skip


def test_a_part_of_a_followed_provider_gets_a_monitor(client, settings, monitor):
    settings.ALLOWED_PRIVATE_HOSTS = ["127.0.0.1:8100"]
    sms = ComponentFactory(provider=ProviderFactory(name="Twilio"), name="SMS")
    follow(monitor.organization, ScopeFactory(component=sms), clock())
    login(client, monitor.organization)
    address = reverse("monitor_new", args=[monitor.organization.slug])
    assert f'<option value="component:{sms.id}">SMS</option>' in client.get(address).content.decode()
    client.post(address, form(watches=f"component:{sms.id}", system=""))
    made = Monitor.objects.exclude(id=monitor.id).get()
    assert (made.scope.provider, made.scope.component) == (sms.provider, sms)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"target": "http://10.0.0.1/"}, "10.0.0.1 is not a public address."),
        ({"system": ""}, "Name your system"),
        ({"option_expected_status": "2xx"}, "&#x27;2xx&#x27; is not a status."),
        ({"option_headers": "Authorization: Bearer abcdefgh"}, "Enter it under Authentication"),
        ({"interval_s": "30", "timeout_s": "31"}, "30"),
        ({"watches": "component:999999"}, "Select a valid choice"),
        ({"interval_s": "1"}, "Select a valid choice"),
    ],
)
def test_what_cannot_be_is_refused_where_it_was_written(client, monitor, changes, words):
    login(client, monitor.organization)
    answered = client.post(reverse("monitor_new", args=[monitor.organization.slug]), form(**changes))
    assert (answered.status_code, words in answered.content.decode()) == (422, True)
    assert Monitor.objects.count() == 1


def test_another_organizations_component_is_no_choice(client, settings, monitor):
    settings.ALLOWED_PRIVATE_HOSTS = ["127.0.0.1:8100"]
    foreign = ComponentFactory(provider=None, organization=MonitorFactory().organization)
    login(client, monitor.organization)
    answered = client.post(
        reverse("monitor_new", args=[monitor.organization.slug]), form(watches=f"component:{foreign.id}")
    )
    assert answered.status_code == 422


def test_an_edit_starts_from_what_is_stored_and_changes_it(client, settings, monitor):
    settings.ALLOWED_PRIVATE_HOSTS = ["127.0.0.1:8100"]
    Monitor.objects.filter(id=monitor.id).update(options={"method": "GET", "headers": [["X-A", "1"], ["X-B", "2"]]})
    login(client, monitor.organization)
    page = client.get(at("monitor_edit", monitor)).content.decode()
    assert "X-A: 1\nX-B: 2</textarea>" in page
    value = f"component:{monitor.scope.component_id}"
    assert f'<option value="{value}" selected>' in page
    answered = client.post(at("monitor_edit", monitor), form(watches=value, name="New name"))
    monitor.refresh_from_db()
    assert (answered.status_code, monitor.name, monitor.interval_s) == (302, "New name", 60)


@pytest.fixture
def trying(client, settings, monitor):
    """Post the form with its button for a try, for a monitor at `url`."""
    cache.clear()
    login(client, monitor.organization)

    def post(url, *, is_allowed=True, **changes):
        settings.ALLOWED_PRIVATE_HOSTS = [url.removeprefix("http://")] if is_allowed else []
        address = reverse("monitor_new", args=[monitor.organization.slug])
        return client.post(address, form(target=f"{url}/health", **{"try": "1"} | changes))

    return post


def test_a_try_shows_a_live_result_and_saves_nothing(trying, monitor):
    with serving(answer(b'{"ok": false}', "Content-Type: application/json")) as server:
        tried = trying(server.url, option_conditions="body.ok")
        again = trying(server.url)
    page = tried.content.decode()
    assert (tried.status_code, len(server.requests)) == (200, 1)
    assert "body.ok: it was false." in page
    assert "A condition did not hold." in page
    assert "{&quot;ok&quot;: false}" in page
    assert (again.status_code, "Wait 3 seconds" in again.content.decode()) == (422, True)
    assert Monitor.objects.count() == 1


def test_a_blank_that_a_template_left_is_asked_for(client, monitor):
    login(client, monitor.organization)
    target = "https://api.twilio.com/2010-04-01/Accounts/{AccountSid}.json"
    page = client.post(reverse("monitor_new", args=[monitor.organization.slug]), form(target=target))
    assert (page.status_code, "Write your own AccountSid in place of {AccountSid}." in page.text) == (422, True)


def test_what_is_folded_away_opens_where_something_is_written_or_wrong(trying, settings):
    settings.PROBE_REGIONS = ["home", "us"]
    usual = {
        "regions": "0",
        "slow_factor": "2.0",
        "option_redirects": "follow",
        "option_auth": "none",
        "option_http_version": "1.1",
    }
    folded = {}
    with serving(answer(b"{}")) as server:
        for name, changes in {"usual": {}, "headers": {"option_headers": "X-A: b"}, "us": {"regions": "1"}}.items():
            cache.clear()
            folded[name] = re.search(
                '<details class="group"( open)?>\\s*<summary><span>More',
                trying(server.url, **usual | {"option_headers": ""} | changes).text,
            )[1]
    assert folded == {"usual": None, "headers": " open", "us": " open"}


def test_a_try_of_a_private_address_sends_nothing(trying):
    with serving(answer(b"ok")) as server:
        tried = trying(server.url, is_allowed=False)
    assert (tried.status_code, server.requests) == (422, [])
    assert "is not a public address." in tried.content.decode()


def test_a_condition_that_cannot_be_read_is_pointed_at(trying):
    tried = trying("http://127.0.0.1:8100", option_conditions="status << 4")
    assert "status &lt;&lt; 4\n        ^\nExpected a value" in tried.content.decode()


def test_a_secret_is_never_written_into_the_page(client, settings, monitor):
    settings.ALLOWED_PRIVATE_HOSTS = ["127.0.0.1:8100"]
    login(client, monitor.organization)
    secret = {"option_auth": "bearer", "option_auth_secret": "hush-hush"}
    refused = client.post(reverse("monitor_new", args=[monitor.organization.slug]), form(system="", **secret))
    client.post(reverse("monitor_new", args=[monitor.organization.slug]), form(**secret))
    made = Monitor.objects.exclude(id=monitor.id).get()
    pages = [refused, client.get(at("monitor_edit", made)), client.get(at("monitor_detail", made))]
    assert [("hush" in page.content.decode(), "sealed" in page.content.decode()) for page in pages] == [
        (False, False)
    ] * 3
    assert client.post(at("monitor_edit", made), form(option_auth="bearer", name="Kept")).status_code == 302
    assert Monitor.objects.get(name="Kept").options["auth_secret"]["sealed"]
    settings.ALLOWED_PRIVATE_HOSTS = ["127.0.0.1"]
    moved = client.post(at("monitor_edit", made), form(option_auth="bearer", target="http://127.0.0.1:8101/"))
    assert (moved.status_code, "Enter this anew" in moved.content.decode()) == (422, True)


@pytest.mark.parametrize(
    "kind", ["http", "tcp", "tls", "dns", "ping", "domain", "smtp", "imap", "websocket", "heartbeat"]
)
def test_every_kind_has_a_form(client, monitor, kind):
    login(client, monitor.organization)
    page = client.get(reverse("monitor_new", args=[monitor.organization.slug]), {"kind": kind}).content.decode()
    assert f'<input type="hidden" name="kind" value="{kind}">' in page
    assert " style=" not in page


def test_a_job_gets_a_heartbeat(client, monitor):
    login(client, monitor.organization)
    fields = {
        "kind": "heartbeat", "name": "Backup", "watches": "own", "system": "Backup", "interval_s": "60",
        "timeout_s": "5", "confirmations": "1", "option_period": "1h", "option_grace": "5m",
    }  # fmt: skip
    answered = client.post(reverse("monitor_new", args=[monitor.organization.slug]), fields)
    made = Monitor.objects.exclude(id=monitor.id).get()
    assert (answered.status_code, made.heartbeat.token != "") == (302, True)
    assert f"/ping/{made.heartbeat.token}" in client.get(at("monitor_detail", made)).content.decode()


def test_a_template_fills_the_form(client, monitor):
    twilio = ProviderFactory(name="Twilio", slug="twilio")
    login(client, monitor.organization)
    address = reverse("monitor_new", args=[monitor.organization.slug])
    page = client.get(address, {"template": "twilio-verify"}).content.decode()
    assert 'value="https://verify.twilio.com/v2/Services?PageSize=1"' in page
    assert "body.services exists</textarea>" in page
    assert f'<option value="provider:{twilio.id}" selected>' in page


def test_how_a_verdict_is_reached_is_asked_for_and_kept(client, settings, monitor):
    settings.ALLOWED_PRIVATE_HOSTS = ["127.0.0.1:8100"]
    settings.PROBE_REGIONS = ["tokyo", "oslo", "lima"]
    login(client, monitor.organization)
    wanted = {"regions": [0, 2], "quorum": 2, "recovery_confirmations": 3, "slow_factor": 4.5}
    client.post(at("monitor_edit", monitor), form(**wanted))
    monitor.refresh_from_db()
    assert {name: getattr(monitor, name) for name in wanted} == wanted
    page = client.get(at("monitor_edit", monitor)).content.decode()
    assert re.findall(r'name="regions" value="(\d)"[^>]* checked', page) == ["0", "2"]
    client.post(at("monitor_edit", monitor), form(regions=[0], slow_factor=""))
    monitor.refresh_from_db()
    assert [monitor.regions, monitor.quorum, monitor.slow_factor] == [[0], None, None]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"regions": [0, 1], "quorum": 3}, "There must not be more of them than regions that check it."),
        ({"regions": [7]}, "7 is not one of the available choices"),
        ({"regions": []}, "This field is required."),
        ({"slow_factor": "1"}, "greater than or equal to 1.2"),
    ],
)
def test_a_verdict_that_cannot_be_reached_is_refused(client, settings, monitor, changes, words):
    settings.PROBE_REGIONS = ["tokyo", "oslo", "lima"]
    login(client, monitor.organization)
    page = client.post(at("monitor_edit", monitor), form(**({"regions": [0]} | changes))).content.decode()
    assert words in page
