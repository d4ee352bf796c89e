"""Every page of an organization, as the URLconf lists them, for people who have no business there.

A new address is tested by being there. One with a new kind of argument fails until VALUES says what
to put in its place, so that it cannot be forgotten.
"""

import pytest
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from accounts.models import Role
from tests.factories import (
    ChannelFactory,
    FollowFactory,
    IncidentFactory,
    MaintenanceWindowFactory,
    MembershipFactory,
    MonitorFactory,
    NotificationFactory,
    OrganizationFactory,
    ProviderFactory,
    ReceiptSourceFactory,
    RouteFactory,
    ScopeFactory,
    StatusPageFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db

# argument -> how to make the thing, in an organization, that it names
VALUES = {
    "slug": lambda organization: organization.slug,
    "membership_id": lambda organization: MembershipFactory(organization=organization).id,
    "window_id": lambda organization: MaintenanceWindowFactory(organization=organization).id,
    "provider_id": lambda organization: ProviderFactory(organization=organization).id,
    "monitor_id": lambda organization: MonitorFactory(organization=organization).id,
    "source_id": lambda organization: ReceiptSourceFactory(organization=organization).id,
    "channel_id": lambda organization: ChannelFactory(organization=organization).id,
    "route_id": lambda organization: RouteFactory(organization=organization).id,
    "notification_id": lambda organization: (
        NotificationFactory(channel=ChannelFactory(organization=organization), organization=organization).id
    ),
    "follow_id": lambda organization: FollowFactory(organization=organization).id,
    "uid": lambda organization: IncidentFactory(organization=organization).uid,
    "row_id": lambda organization: _row(organization).id,
}


def _row(organization):
    page = organization.status_pages.first() or StatusPageFactory(organization=organization)
    return page.rows.create(scope=ScopeFactory(), name="SMS")


def patterns(resolver=None, prefix=""):
    """Yield (route, pattern) of every address."""
    for entry in (resolver or get_resolver()).url_patterns:
        route = prefix + str(entry.pattern)
        if isinstance(entry, URLResolver):
            yield from patterns(entry, route)
        elif isinstance(entry, URLPattern):
            yield route, entry


PAGES = {route: pattern for route, pattern in patterns() if route.startswith("o/<slug:slug>/")}


def address(route, organization):
    pattern = PAGES[route]
    kwargs = {name: VALUES[name](organization) for name in pattern.pattern.converters}
    return reverse(pattern.name, kwargs=kwargs)


def test_the_walk_finds_the_pages_of_every_app():
    apps = {pattern.callback.__module__.partition(".")[0] for pattern in PAGES.values()}
    assert {"accounts", "monitors", "alerts", "pages"} <= apps


@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize("route", PAGES)
def test_nobody_is_sent_to_the_login(client, route, method):
    url = address(route, OrganizationFactory())
    answer = getattr(client, method)(url)
    assert answer.status_code in (302, 404, 405)
    if answer.status_code == 302:
        assert answer.url.startswith(f"{reverse('account_login')}?next=")


@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize("route", PAGES)
def test_a_member_of_another_organization_finds_nothing(client, route, method):
    client.force_login(MembershipFactory(role=Role.OWNER).user)
    organization = OrganizationFactory()
    url = address(route, organization)
    assert getattr(client, method)(url).status_code in (404, 405)
    assert getattr(client, method)(url.replace(organization.slug, "no-such-organization")).status_code in (404, 405)


@pytest.mark.parametrize("route", PAGES)
def test_each_page_answers_one_of_both_methods(client, route):
    """So that the 405s above hide nothing."""
    client.force_login(MembershipFactory(role=Role.OWNER).user)
    url = address(route, OrganizationFactory())
    assert 404 in {client.get(url).status_code, client.post(url).status_code}


@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize("route", [route for route in PAGES if len(PAGES[route].pattern.converters) > 1])
def test_an_owner_cannot_reach_another_organizations_things_through_their_own(client, route, method):
    mine = MembershipFactory(role=Role.OWNER)
    client.force_login(mine.user)
    other = OrganizationFactory()
    url = address(route, other).replace(f"/o/{other.slug}/", f"/o/{mine.organization.slug}/")
    before = _things(other)
    answer = getattr(client, method)(url)
    assert answer.status_code in (302, 404, 405)
    assert _things(other) == before


def _things(organization):
    """What an intruder might have changed."""
    return {
        "members": list(organization.memberships.order_by("id").values()),
        "monitors": list(organization.monitors.order_by("id").values()),
        "receipts": list(organization.receipt_sources.order_by("id").values()),
        "channels": list(organization.channels.order_by("id").values()),
        "routes": list(organization.routes.order_by("id").values()),
        "incidents": list(organization.incidents.order_by("id").values()),
    }


def test_a_person_who_may_not_log_in_any_more_finds_nothing(client):
    membership = MembershipFactory()
    client.force_login(membership.user)
    type(membership.user).objects.filter(id=membership.user_id).update(is_active=False)
    assert client.get(f"/o/{membership.organization.slug}/").status_code in (302, 404)


def test_operators_log_in_where_everybody_does(client):
    assert client.get("/admin/").url.startswith("/admin/login/")
    assert client.get("/admin/login/").url.startswith(reverse("account_login"))
    client.force_login(UserFactory())
    assert client.get("/admin/", follow=True).status_code in (302, 403, 404)
