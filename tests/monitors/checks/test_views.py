"""The pages of monitors, by owner, by colleagues of lesser roles, and by strangers."""

from datetime import timedelta

import pytest
from django.core.cache import cache
from django.urls import reverse

from accounts.models import Role
from kit.clock import clock
from monitors.models import Monitor
from monitors.probes.base import ProbeTask
from monitors.probes.engine import Engine, Settings
from monitors.services.dispatch import Check
from monitors.services.results import record
from tests.factories import MembershipFactory, MonitorFactory
from tests.kit.servers import answer, serving
from tests.monitors.checks.pages import at, login
from tests.monitors.checks.test_results import BAD, GOOD
from tests.monitors.probes.certificates import Authority
from tests.monitors.probes.test_tls import secured

pytestmark = pytest.mark.django_db


@pytest.fixture
def monitor():
    return MonitorFactory(name="Send an SMS", target="https://api.example.com/health?token=hush")


def listing(monitor):
    return reverse("monitor_list", args=[monitor.organization.slug])


POSTS = ("monitor_pause", "monitor_mute", "monitor_delete", "monitor_check", "monitor_edit")


@pytest.mark.parametrize("role", [None, Role.VIEWER, Role.MEMBER, Role.ADMIN, Role.OWNER])
def test_who_may_read(client, monitor, role):
    if role is None:
        client.force_login(MembershipFactory().user)
    else:
        login(client, monitor.organization, role)
    expected = 404 if role is None else 200
    assert [client.get(listing(monitor)).status_code, client.get(at("monitor_detail", monitor)).status_code] == [
        expected,
        expected,
    ]


@pytest.mark.parametrize(
    ("role", "expected"),
    [
        (None, [404, 404, 404, 404, 404]),
        (Role.VIEWER, [403, 403, 403, 403, 403]),
        (Role.MEMBER, [403, 403, 403, 200, 403]),
        (Role.ADMIN, [302, 302, 302, 200, 422]),
    ],
)
def test_who_may_act(client, monitor, role, expected):
    if role is None:
        client.force_login(MembershipFactory().user)
    else:
        login(client, monitor.organization, role)
    statuses = []
    for name in POSTS:
        cache.clear()
        again = Monitor.objects.filter(id=monitor.id).first() or MonitorFactory(organization=monitor.organization)
        Monitor.objects.filter(id=again.id).update(target="http://127.0.0.1:9/")  # refused: no packet leaves
        statuses.append(client.post(at(name, again)).status_code)
    assert statuses == expected


def test_a_monitor_of_another_organization_is_not_found(client, monitor):
    own = login(client, MonitorFactory().organization)
    slug = Monitor.objects.exclude(id=monitor.id).get().organization.slug
    assert own.get(reverse("monitor_detail", args=[slug, monitor.id])).status_code == 404


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_takes_the_same_queries_for_any_number(client, monitor, count, django_assert_num_queries):
    for _ in range(count - 1):
        MonitorFactory(organization=monitor.organization)
    login(client, monitor.organization)
    with django_assert_num_queries(10):  # session, user, own organizations, membership, monitors, states, incidents
        page = client.get(listing(monitor), headers={"HX-Request": "true"})
    assert page.content.count(b'<tr id="monitor-') == count


def test_trouble_comes_first_and_is_said_in_words(client, monitor):
    good, bad = MonitorFactory(organization=monitor.organization, name="A good one"), monitor
    now = clock() - timedelta(seconds=90)
    for minute, results in enumerate([(GOOD, GOOD), (GOOD, BAD), (GOOD, BAD)]):
        slot = now + timedelta(seconds=30 * minute)
        pairs = zip((good, bad), results, strict=True)
        record([(Check(m.id, 0, slot, "http", m.target, {}, 10), result) for m, result in pairs], now=slot)
    page = login(client, monitor.organization).get(listing(monitor)).content.decode()
    assert page.index("Send an SMS") < page.index("A good one")
    assert "Major outage</span>" in page
    assert "GET answered 503." in page
    assert "1 of 2 in trouble" in page


def test_the_detail_shows_state_tiles_chart_results_and_evidence(client, monitor):

    now = clock() - timedelta(seconds=90)
    for step, result in enumerate((GOOD, BAD, BAD)):
        slot = now + timedelta(seconds=30 * step)
        record([(Check(monitor.id, 0, slot, "http", monitor.target, {}, 10), result)], now=slot)
    page = login(client, monitor.organization).get(at("monitor_detail", monitor)).content.decode()
    assert "33.33 %" in page  # one of three
    assert "3 checks, 2 failed" in page
    assert '<path class="latency-median" d="M' in page
    assert "2 of 3 checks failed" in page
    assert "<dt>Status</dt><dd>503</dd>" in page
    assert " style=" not in page


def test_a_first_failure_over_HTTPS_keeps_its_TLS(client, monitor, tmp_path):
    authority = Authority(tmp_path)
    with secured(authority.context("127.0.0.1"), after_s=0.05) as server:
        engine = Engine(Settings("t", allowed=(server.place,), ca_file=str(authority.file)))
        result = engine.run(ProbeTask("http", f"https://{server.place}/", {"expected_status": "204"}, 5))
        engine.stop()
    now = clock()
    record([(Check(monitor.id, 0, now, "http", monitor.target, {}, 10), result)], now=now)
    page = login(client, monitor.organization).get(at("monitor_detail", monitor)).content.decode()
    assert "GET answered 200; expected 204." in page
    assert "<dt>TLS</dt><dd>TLS 1.3</dd>" in page
    assert (
        "<dt>Certificate</dt><dd>CN = 127.0.0.1, by CN = An authority of the tests; for 127.0.0.1; 20 days left</dd>"
        in page
    )


def test_a_monitor_without_any_check_says_so(client, monitor):
    page = login(client, monitor.organization).get(at("monitor_detail", monitor)).content.decode()
    assert "No check yet." in page
    assert "No data in the last 24 hours." in page
    assert "perational" not in page


def test_a_check_now_shows_what_was_seen_and_stores_nothing(client, settings, monitor):
    cache.clear()
    with serving(answer(b"<script>alert(1)</script>", "X-Token: hush", status="503 Busy")) as server:
        settings.ALLOWED_PRIVATE_HOSTS = [server.place]
        Monitor.objects.filter(id=monitor.id).update(target=f"{server.url}/?token=hush123")
        before = Monitor.objects.values().get()
        login(client, monitor.organization, Role.MEMBER)
        page = client.post(at("monitor_check", monitor)).content.decode()
        again = client.post(at("monitor_check", monitor))
    assert "GET answered 503; expected 200-399." in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "hush" not in page
    assert (again.status_code, len(server.requests)) == (302, 1)
    assert Monitor.objects.values().get() == before


def test_pausing_and_resuming(client, monitor):
    login(client, monitor.organization, Role.ADMIN)
    client.post(at("monitor_pause", monitor))
    assert Monitor.objects.get().is_paused
    assert "Paused: nobody is looking." in client.get(at("monitor_detail", monitor)).content.decode()
    client.post(at("monitor_pause", monitor), {"resume": "1"})
    assert not Monitor.objects.get().is_paused


def test_a_mute_is_said_with_who_and_how_long_and_lifted_again(client, monitor):
    user = MembershipFactory(organization=monitor.organization, role=Role.ADMIN).user
    client.force_login(user)
    client.post(at("monitor_mute", monitor), {"do": "mute-8"})
    monitor.refresh_from_db()
    assert (monitor.muted_until - monitor.muted_at, monitor.muted_by) == (timedelta(hours=8), user)
    page = client.get(at("monitor_detail", monitor)).content.decode()
    assert f"Muted by {user.email} on " in page
    assert "Tell again" in page
    client.post(at("monitor_mute", monitor), {"unmute": "1"})
    monitor.refresh_from_db()
    assert monitor.muted_until is None


def test_a_mute_without_a_length_is_none(client, monitor):
    login(client, monitor.organization)
    page = client.post(at("monitor_mute", monitor), {"do": "mute-9000"}, follow=True).content.decode()
    monitor.refresh_from_db()
    assert ("Choose for how long." in page, monitor.muted_until) == (True, None)
