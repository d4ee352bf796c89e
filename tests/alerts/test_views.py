"""The pages of alerts: by owner, by colleagues of lesser roles, by strangers."""

import pytest
from allauth.account.models import EmailAddress
from django.urls import reverse

from accounts.models import Role
from alerts import services
from alerts.models import Channel, Notification, Route
from monitors.models import Follow, Scope
from tests.alerts.scenes import NOW, SIGNING, happen, make_channel, make_incident, make_route, route_all
from tests.factories import (
    CarrierFactory,
    ComponentFactory,
    FollowFactory,
    MembershipFactory,
    NotificationFactory,
    OrganizationFactory,
    ProviderFactory,
    ScopeFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def organization():
    return OrganizationFactory(name="Acme", slug="acme")


@pytest.fixture
def as_role(client, organization):
    def log_in(role: Role | None):
        user = MembershipFactory(organization=organization, role=role).user if role else UserFactory()
        client.force_login(user)
        return client, user

    return log_in


def url(name: str, *arguments: object) -> str:
    return reverse(name, args=["acme", *arguments])


def addresses(organization) -> dict[str, tuple[str, str]]:
    """Return every address of the app as {name: (method, address)}, with rows behind it."""
    channel = make_channel(organization)
    route = make_route(ScopeFactory(), channel)
    row = NotificationFactory(channel=channel, state="rejected")
    return {
        "alerts": ("get", url("alerts")),
        "delivery_log": ("get", url("delivery_log")),
        "channel_new": ("get", url("channel_new")),
        "route_new": ("get", url("route_new")),
        "channel_test": ("post", url("channel_test", channel.id)),
        "channel_enable": ("post", url("channel_enable", channel.id)),
        "notification_resend": ("post", url("notification_resend", row.id)),
        "follow": ("post", url("follow")),
        "route_delete": ("post", url("route_delete", route.id)),
        "channel_delete": ("post", url("channel_delete", channel.id)),
    }


READS = {"alerts", "delivery_log"}


@pytest.mark.parametrize("role", [*Role, None])
def test_who_may_do_what(role, organization, as_role):
    client, _ = as_role(role)
    answers = {
        name: getattr(client, method)(address).status_code
        for name, (method, address) in addresses(organization).items()
    }
    if role is None:
        assert set(answers.values()) == {404}
    elif role == Role.VIEWER:
        assert answers == {name: 200 if name in READS else 403 for name in answers}
    elif role == Role.MEMBER:
        # "follow" without saying what: nothing is there
        assert answers == {name: 200 if name in READS else 404 if name == "follow" else 403 for name in answers}
    else:
        assert {status for name, status in answers.items() if name != "follow"} <= {200, 302}


def test_a_visitor_is_asked_to_log_in(client, organization):
    for method, address in addresses(organization).values():
        answer = getattr(client, method)(address)
        assert (answer.status_code, answer.url.partition("?")[0]) == (302, "/accounts/login/")


def test_another_organizations_rows_do_not_exist(organization, as_role):
    client, _ = as_role(Role.OWNER)
    channel = make_channel(OrganizationFactory())
    route = make_route(ScopeFactory(), channel)
    row = NotificationFactory(channel=channel, state="rejected")
    names = [("channel_test", channel), ("channel_enable", channel), ("channel_delete", channel)]
    for name, thing in [*names, ("route_delete", route), ("notification_resend", row)]:
        assert client.post(url(name, thing.id)).status_code == 404
    private = ScopeFactory(
        component__provider=None,
        component__organization=channel.organization,
        provider=None,
        organization=channel.organization,
    )
    assert client.post(url("follow"), {"scope": private.id}).status_code == 404
    assert (Channel.objects.count(), Route.objects.count(), row.state) == (1, 1, "rejected")


@pytest.mark.parametrize("rows", [1, 3])
def test_pages_make_a_fixed_number_of_queries(rows, organization, as_role, django_assert_num_queries):
    client, _ = as_role(Role.OWNER)
    scope = ScopeFactory()
    for _ in range(rows):
        make_route(scope, make_channel(organization))
        happen(make_incident(organization, scope), "opened")
    route_all()
    with django_assert_num_queries(6):  # session, user, membership, channels, routes, own organizations
        client.get(url("alerts"))
    with django_assert_num_queries(7):  # ... count, notifications, attempts
        client.get(url("delivery_log"))


def test_a_channel_is_added_tested_and_removed(organization, as_role):
    client, user = as_role(Role.ADMIN)
    answer = client.post(url("channel_new"), {"kind": "email", "address": "ops@example.com", "name": "Ops"})
    channel = Channel.objects.get()
    assert (answer.url, channel.name, channel.created_by) == (url("alerts"), "Ops", user)
    assert client.post(url("channel_test", channel.id)).url == url("delivery_log")
    assert list(Notification.objects.values_list("transition", "why")) == [("test", f"{user} pressed the test button.")]
    assert "pressed the test button" in client.get(url("delivery_log")).text
    client.post(url("channel_delete", channel.id))
    assert not Channel.objects.exists()


@pytest.mark.parametrize(
    "form",
    [
        {"kind": "email", "address": "a@x.example, b@y.example"},
        {"kind": "email", "address": ""},
        {"kind": "slack", "url": "https://10.0.0.7/services/x"},
        {"kind": "webhook", "url": "https://8.8.8.8/", "secret": "short"},
    ],
)
def test_a_channel_that_cannot_work_is_refused_with_the_reason(form, organization, as_role):
    client, _ = as_role(Role.ADMIN)
    answer = client.post(url("channel_new"), form)
    assert (answer.status_code, Channel.objects.count()) == (422, 0)
    assert 'role="alert"' in answer.text


def test_an_unknown_kind_is_no_page(organization, as_role):
    client, _ = as_role(Role.ADMIN)
    assert client.get(url("channel_new"), {"kind": "pigeon"}).status_code == 404


def test_no_page_shows_a_secret(organization, as_role, settings):
    settings.ALLOWED_PRIVATE_HOSTS = ["127.0.0.1:8099"]
    client, _ = as_role(Role.OWNER)
    channel = make_channel(organization, "webhook", url="http://127.0.0.1:8099/T0K3NT0K3N", secret=SIGNING)
    services.send_test(channel, asked_by="Ada", now=NOW)
    shown = client.get(url("alerts")).text + client.get(url("delivery_log")).text
    assert channel.hint in shown
    assert "T0K3NT0K3N" not in shown
    assert SIGNING not in shown


def test_a_route_is_made_step_by_step_without_javascript(organization, as_role):
    client, _ = as_role(Role.ADMIN)
    twilio = ProviderFactory(name="Twilio", slug="twilio")
    sms = ComponentFactory(provider=twilio, name="SMS", service="sms")
    docomo = CarrierFactory(name="NTT DOCOMO", country="JP")
    channel = make_channel(organization)
    page = client.get(url("route_new"), {"provider": "twilio", "country": "JP"}).text
    assert (">SMS</option>" in page, ">NTT DOCOMO</option>" in page, ">Japan</option>" in page) == (True, True, True)
    chosen = {"provider": "twilio", "component": sms.id, "country": "JP", "carrier": docomo.id, "channel": channel.id}
    for _ in range(2):
        assert client.post(url("route_new"), chosen).url == url("alerts")
    scope = Scope.objects.get()
    assert (scope.provider, scope.component, scope.country, scope.carrier) == (twilio, sms, "JP", docomo)
    assert Route.objects.get().follow == Follow.objects.get(organization=organization, scope=scope)
    assert "Twilio: SMS to NTT DOCOMO (Japan)" in client.get(url("alerts")).text


def test_a_route_needs_what_belongs_together(organization, as_role):
    client, _ = as_role(Role.ADMIN)
    twilio, stripes = ProviderFactory(slug="twilio"), ComponentFactory()
    carrier, channel, foreign = (
        CarrierFactory(country="JP"),
        make_channel(organization),
        make_channel(OrganizationFactory()),
    )
    good = {"provider": "twilio", "channel": channel.id}
    for bad in (
        {"component": stripes.id},
        {"country": "ID", "carrier": carrier.id},
        {"channel": foreign.id},
        {"provider": "x"},
    ):
        assert client.post(url("route_new"), good | bad).status_code == 422
    assert not Route.objects.exists()
    assert twilio.scopes.count() == 0


@pytest.mark.parametrize("role", [Role.MEMBER, Role.OWNER])
def test_a_follow_button_is_enough_to_be_told_by_mail(role, organization, as_role):
    client, user = as_role(role)
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    scope = ScopeFactory()
    for _ in range(2):
        answer = client.post(url("follow"), {"scope": scope.id, "next": "/providers/twilio/"})
        assert answer.url == "/providers/twilio/"
    route = Route.objects.get()
    assert (route.follow.scope, services.config_of(route.channel)) == (scope, {"address": user.email})


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({}, ("", "")), ({"component": "sms"}, ("sms", "")), ({"component": "sms", "country": "JP"}, ("sms", "JP")),
        ({"component": "sms", "country": "JP", "carrier": "docomo"}, ("sms", "JP")),
    ],
)  # fmt: skip
def test_a_follow_button_may_name_what_it_is_about(asked, found, organization, as_role):
    client, _ = as_role(Role.MEMBER)
    provider = ProviderFactory(slug="twilio")
    CarrierFactory(slug="docomo", country="JP")
    assert client.post(url("follow"), {"provider": "twilio"} | asked).url == url("alerts")
    scope = Follow.objects.get().scope
    assert (scope.provider, scope.component.service if scope.component else "", scope.country) == (provider, *found)
    assert bool(scope.carrier) is ("carrier" in asked)


@pytest.mark.parametrize(
    "asked",
    [{}, {"scope": "0"}, {"provider": "nobody"}, {"provider": "twilio", "component": "x"}, {"provider": "twilio", "component": "999"},
     {"provider": "twilio", "country": "japan"}, {"provider": "twilio", "carrier": "x"}],
)  # fmt: skip
def test_what_does_not_exist_cannot_be_followed(asked, organization, as_role):
    client, _ = as_role(Role.MEMBER)
    ProviderFactory(slug="twilio")
    assert client.post(url("follow"), asked).status_code == 404
    assert not Follow.objects.exists()


def test_without_a_verified_address_it_is_followed_and_said_so(organization, as_role):
    client, _ = as_role(Role.MEMBER)
    answer = client.post(url("follow"), {"scope": ScopeFactory().id}, follow=True)
    assert (Follow.objects.count(), Channel.objects.count()) == (1, 0)
    assert [str(message) for message in answer.context["messages"]] == [
        "You follow it. To be told by mail, confirm your address under Account first."
    ]


@pytest.mark.parametrize(
    "target", ["//evil.example", "https://evil.example/", "/\\evil.example", "javascript:alert(1)", ""]
)
def test_a_follow_button_leads_nowhere_else(target, organization, as_role):
    client, _ = as_role(Role.MEMBER)
    assert client.post(url("follow"), {"scope": ScopeFactory().id, "next": target}).url == url("alerts")


def test_the_log_is_a_fragment_for_htmx_and_names_the_incident(organization, as_role):
    client, _ = as_role(Role.VIEWER)
    scope = ScopeFactory()
    make_route(scope, make_channel(organization))
    incident = make_incident(organization, scope)
    happen(incident, "opened")
    route_all()
    page, fragment = client.get(url("delivery_log")), client.get(url("delivery_log"), headers={"HX-Request": "true"})
    assert "HX-Request" in page["Vary"]
    assert ("<html" in page.text, "<html" in fragment.text) == (True, False)
    assert f'href="/o/acme/incidents/{incident.uid}/"' in fragment.text


def test_the_log_is_paged(organization, as_role):
    client, _ = as_role(Role.VIEWER)
    channel = make_channel(organization)
    for _ in range(51):
        NotificationFactory(channel=channel, transition="test")
    assert client.get(url("delivery_log")).text.count('id="notification-') == 50
    assert client.get(url("delivery_log"), {"page": "2"}).text.count('id="notification-') == 1
    assert client.get(url("delivery_log"), {"page": "rubbish"}).status_code == 200


def test_what_was_rejected_is_sent_again(organization, as_role):
    client, _ = as_role(Role.ADMIN)
    row = NotificationFactory(channel=make_channel(organization), state="rejected", transition="test")
    assert "Send again" in client.get(url("delivery_log")).text
    client.post(url("notification_resend", row.id))
    row.refresh_from_db()
    assert row.state == "queued"
    client.post(url("notification_resend", row.id))
    assert "Send again" not in client.get(url("delivery_log")).text


def test_members_stop_following_their_own_organization_s_scopes_only(client):
    follow, foreign = FollowFactory(), FollowFactory()
    membership = MembershipFactory(organization=follow.organization, role=Role.MEMBER)
    client.force_login(membership.user)
    path = f"/o/{follow.organization.slug}/unfollow/"
    assert client.post(path, {"scope": foreign.scope_id}).status_code == 404
    assert client.post(path, {"scope": "x"}).status_code == 404
    assert client.post(path, {"scope": follow.scope_id}).status_code == 302
    assert list(Follow.objects.all()) == [foreign]
