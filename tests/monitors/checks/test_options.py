"""Secrets of monitors are sealed where they rest, opened for the prober alone, and go to no other place."""

from dataclasses import replace
from datetime import timedelta

import pytest

from kit.clock import clock
from monitors.models import Monitor
from monitors.probes.base import KEPT, KNOWN, Reason
from monitors.services import checks, monitors
from monitors.services.dispatch import Check
from monitors.services.options import SecretNeeded, for_prober, opened
from monitors.services.results import record
from tests.factories import MonitorFactory, OrganizationFactory, ScopeFactory
from tests.kit.servers import answer, serving
from tests.monitors.checks.test_results import GOOD

pytestmark = pytest.mark.django_db
BEARER = {"method": "GET", "auth": "bearer", "auth_secret": "hush-hush"}
WANTED = monitors.Settings("Checkout", "http", "http://127.0.0.1:8100/a", BEARER, 60, 5, 2)


@pytest.fixture
def made(settings):
    settings.ALLOWED_PRIVATE_HOSTS = ["127.0.0.1:8100", "127.0.0.1:8101"]
    return monitors.create(OrganizationFactory().id, ScopeFactory(), WANTED, now=clock())


def test_a_secret_is_sealed_at_rest_and_opened_for_the_prober(made):
    stored = Monitor.objects.get().options
    assert "hush" not in str(stored)
    assert opened("http", stored, made.id) == BEARER
    assert check_options(made) == BEARER


def check_options(monitor, *, now=None):
    now = now or clock()
    monitor.refresh_from_db()
    check = Check(monitor.id, 0, now, monitor.kind, monitor.target, monitor.options, 5)
    return for_prober([check], now=now)[0]


def test_a_seal_is_bound_to_its_monitor(made, settings):
    other = MonitorFactory(options=made.options, target="http://127.0.0.1:8100/")
    assert isinstance(check_options(other)["auth_secret"], dict)
    result = checks.try_monitor(other, now=clock())
    assert (result.reason, result.reason.is_ours) == (Reason.SECRET_UNREADABLE, True)


def test_a_kept_secret_stays_where_it_is(made):
    kept = BEARER | {"auth_secret": KEPT}
    monitors.change(made, made.scope, replace(WANTED, target="http://127.0.0.1:8100/b", options=kept), now=clock())
    assert check_options(made)["auth_secret"] == "hush-hush"


def test_a_kept_secret_goes_to_no_other_place(made):
    elsewhere = replace(WANTED, target="http://127.0.0.1:8101/a", options=BEARER | {"auth_secret": KEPT})
    with pytest.raises(SecretNeeded, match="Enter this anew"):
        monitors.change(made, made.scope, elsewhere, now=clock())
    with pytest.raises(SecretNeeded):
        checks.try_check("http", elsewhere.target, elsewhere.options, 5, monitor=made)
    with pytest.raises(SecretNeeded):
        monitors.create(made.organization_id, made.scope, elsewhere, now=clock())


def test_trying_a_kept_secret_sends_it(made, settings):
    with serving(answer(b"ok")) as server:
        settings.ALLOWED_PRIVATE_HOSTS = [server.place]
        Monitor.objects.filter(id=made.id).update(target=f"{server.url}/")
        made.refresh_from_db()
        options = BEARER | {"auth_secret": KEPT}
        result = checks.try_check("http", f"{server.url}/x", options, 5, monitor=made)
    assert result.reason == Reason.OK
    assert b"Authorization: Bearer hush-hush" in server.requests[0]


def test_a_new_secret_may_go_anywhere(made):
    wanted = replace(WANTED, target="http://127.0.0.1:8101/", options=BEARER | {"auth_secret": "new"})
    monitors.change(made, made.scope, wanted, now=clock())
    assert check_options(made)["auth_secret"] == "new"


@pytest.mark.parametrize(("earlier", "expected"), [(4, []), (5, [(95, 300, 5_000)])])
def test_conditions_that_look_back_are_told_of_earlier_checks(made, earlier, expected):
    now = clock()
    Monitor.objects.filter(id=made.id).update(options={"degraded_conditions": "p95(5m) < 800ms"})
    for number in range(earlier):
        slot = now - timedelta(seconds=30 * (number + 1))
        check = Check(made.id, made.fence, slot, "http", made.target, {}, 5)
        record([(check, replace(GOOD, total_us=1000 * (number + 1)))], now=now)
    assert check_options(made, now=now).get(KNOWN, {}).get("past", []) == expected


@pytest.mark.parametrize(
    ("kind", "options"), [("http", {"conditions": "p95(never"}), ("gone", {"conditions": "p95(5m) < 1s"})]
)
def test_options_that_cannot_be_read_hold_up_no_other_check(made, kind, options):
    broken = MonitorFactory(kind=kind, options=options)
    now = clock()
    found = [
        Check(monitor.id, 0, now, monitor.kind, monitor.target, monitor.options, 5)
        for monitor in (broken, Monitor.objects.get(id=made.id))
    ]
    assert for_prober(found, now=now) == [options, BEARER]
