"""What a plan allows is what an organization gets, by form and by file."""

import pytest

from accounts.models import Plan
from kit.clock import clock
from monitors.models import Monitor
from monitors.services import monitors as services
from monitors.services.importing import Fate, carry_out, plan
from monitors.services.limits import BeyondPlan
from tests.factories import MonitorFactory, OrganizationFactory, ScopeFactory
from tests.monitors.checks.pages import form, login
from tests.monitors.checks.test_monitors import wanted
from tests.monitors.imports.test_importing import ours

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _private_hosts(settings):
    settings.ALLOWED_PRIVATE_HOSTS = ["127.0.0.1"]


def organization_on(**limits):
    return OrganizationFactory(plan=Plan.objects.create(name="Small", **limits))


def create(organization, **changes):
    return services.create(organization.id, ScopeFactory(), wanted(**changes), now=clock())


def test_the_last_monitor_of_a_plan_is_made_and_the_next_is_not():
    organization = organization_on(most_monitors=2)
    MonitorFactory(organization=organization, is_paused=True)
    MonitorFactory()  # somebody else's
    create(organization)
    with pytest.raises(BeyondPlan, match="Your plan, Small, has room for 2 monitors"):
        create(organization)
    assert Monitor.objects.filter(organization=organization).count() == 2


@pytest.mark.parametrize(("interval_s", "is_allowed"), [(60, False), (299, False), (300, True), (3600, True)])
def test_checks_come_no_closer_than_the_plan_says(interval_s, is_allowed):
    organization = organization_on(least_interval_s=300)
    if is_allowed:
        assert create(organization, interval_s=interval_s).interval_s == interval_s
    else:
        with pytest.raises(BeyondPlan, match="Your plan, Small, checks every 300 seconds at the most"):
            create(organization, interval_s=interval_s)


def test_what_a_monitor_had_before_the_plan_may_stay():
    monitor = MonitorFactory(organization=organization_on(least_interval_s=300), interval_s=60)
    services.change(monitor, monitor.scope, wanted(name="Renamed", interval_s=60), now=clock())
    with pytest.raises(BeyondPlan):
        services.change(monitor, monitor.scope, wanted(interval_s=30), now=clock())
    monitor.refresh_from_db()
    assert (monitor.name, monitor.interval_s) == ("Renamed", 60)


def test_a_form_says_what_the_plan_allows(client):
    organization = organization_on(most_monitors=0)
    page = login(client, organization).post(f"/o/{organization.slug}/monitors/new/", form())
    assert page.status_code == 422
    assert "Your plan, Small, has room for 0 monitors." in page.content.decode()


def test_a_form_offers_the_intervals_of_the_plan(client):
    organization = organization_on(least_interval_s=300)
    page = login(client, organization).get(f"/o/{organization.slug}/monitors/new/").content.decode()
    assert ('<option value="60"' in page, '<option value="300" selected>' in page) == (False, True)


def test_a_file_fills_a_plan_and_the_rest_is_refused_with_the_reason():
    organization = organization_on(most_monitors=2, least_interval_s=300)
    text = ours(
        *({"name": f"Shop {n}", "kind": "http", "target": f"https://1.1.1.{n}/", "every": "60s"} for n in (1, 2, 3))
    )
    planned = plan(organization.id, text)
    assert [(line.fate, line.why, line.lost) for line in planned.lines] == [
        *[(Fate.NEW, "", ("Every 60 s: it becomes 300 s.",))] * 2,
        (
            Fate.REFUSED,
            "Your plan, Small, has room for 2 monitors. Remove one, or ask for a larger plan.",
            ("Every 60 s: it becomes 300 s.",),
        ),
    ]  # fmt: skip
    MonitorFactory(organization=organization)  # somebody was faster
    assert [line.fate for line in carry_out(organization.id, planned, now=clock()).lines] == [
        Fate.NEW, Fate.REFUSED, Fate.REFUSED,
    ]  # fmt: skip
