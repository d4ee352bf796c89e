"""Signing up, logging in, the first organization and its members, as a browser without JavaScript sees them."""

import re
from datetime import UTC, datetime

import pytest
import time_machine
from django.test import Client

from accounts.models import Membership, Organization, Plan, Role, User
from accounts.services import create_first_owner, give_one_time_password
from kit.clock import clock
from tests.factories import MembershipFactory, UserFactory

pytestmark = pytest.mark.django_db
PASSWORD = "correct horse battery"


def log_in(client, email, password, path="/accounts/login/"):
    return client.post(path, {"login": email, "password": password})


def test_somebody_signs_up_and_makes_an_organization(client):
    answer = client.post("/accounts/signup/", {"email": "Ada@Example.com", "password1": PASSWORD})
    assert (answer.status_code, answer.url) == (302, "/o/")
    assert client.get("/o/").url == "/o/new/"
    page = client.get("/o/new/").content.decode()
    assert 'value="Example"' in page, "the name is guessed from the address"
    assert client.post("/o/new/", {"name": "Example"}).url == "/o/example/"
    assert Membership.objects.values_list("user__email", "organization__slug", "role").get() == (
        "ada@example.com",
        "example",
        "owner",
    )
    assert client.get("/o/").url == "/o/example/"


def test_a_slug_of_ours_is_not_given_away(client):
    client.force_login(UserFactory())
    assert client.post("/o/new/", {"name": "New"}).url == "/o/new-team/"


def test_the_first_owner_is_led_to_a_password_of_their_own(client):
    made = create_first_owner("owner@example.com", now=clock())
    assert made is not None
    user, password = made
    slug = Organization.objects.get().slug
    assert log_in(client, user.email, password).url == "/accounts/password/change/"
    # Whatever they open instead leads there too.
    assert client.get(f"/o/{slug}/members/").url == "/accounts/password/change/"
    answer = client.post(
        "/accounts/password/change/", {"oldpassword": password, "password1": PASSWORD, "password2": PASSWORD}
    )
    assert answer.status_code == 302
    assert client.get(f"/o/{slug}/members/").status_code == 200
    assert User.objects.get().must_change_password is False


def test_a_one_time_password_in_a_link_with_next_changes_nothing(client):
    membership = MembershipFactory()
    password = give_one_time_password(membership.user.email)
    target = f"/o/{membership.organization.slug}/members/"
    assert log_in(client, membership.user.email, password, f"/accounts/login/?next={target}").url == target
    assert client.get(target).url == "/accounts/password/change/"


@pytest.fixture
def one_moment():
    """The limits count tries per minute: here no time passes, however slow the machine is."""
    with time_machine.travel(datetime.now(UTC), tick=False):
        yield


@pytest.mark.usefixtures("one_moment")
def test_guessing_a_password_is_slowed_down(client):
    user = UserFactory()
    user.set_password(PASSWORD)
    user.save(update_fields=["password"])
    client.defaults["REMOTE_ADDR"] = "198.51.100.7"  # the limits count addresses, and other tests have theirs
    for _ in range(6):
        log_in(client, user.email, "wrong")
    assert log_in(client, user.email, PASSWORD).status_code != 302


@pytest.mark.usefixtures("one_moment")
def test_guesses_count_for_the_address_next_to_our_proxies(client, settings):
    settings.TRUSTED_PROXIES = 1
    user = UserFactory()
    user.set_password(PASSWORD)
    user.save(update_fields=["password"])
    for number in range(12):  # another person's address each time, by the client's own words
        claim = f"203.0.113.{number}, 198.51.100.8"
        data = {"login": f"nobody-{number}@example.com", "password": "wrong"}
        client.post("/accounts/login/", data, headers={"X-Forwarded-For": claim})
    tries = {"login": user.email, "password": PASSWORD}
    answers = [
        client.post("/accounts/login/", tries, headers={"X-Forwarded-For": address}).status_code
        for address in ("203.0.113.99, 198.51.100.8", "198.51.100.9")
    ]
    assert (answers[0] != 302, answers[1]) == (True, 302)


@pytest.mark.parametrize(("role", "sees_the_form"), [(Role.OWNER, True), (Role.ADMIN, False), (Role.VIEWER, False)])
def test_only_owners_see_what_changes_members(client, role, sees_the_form):
    membership = MembershipFactory(role=role)
    client.force_login(membership.user)
    page = client.get(f"/o/{membership.organization.slug}/members/").content.decode()
    assert (membership.user.email in page, "Add a member" in page) == (True, sees_the_form)


def test_an_owner_adds_changes_and_removes_a_member(client):
    owner, friend = MembershipFactory(), UserFactory(email="grace@example.com")
    client.force_login(owner.user)
    base = f"/o/{owner.organization.slug}/members/"
    client.post(f"{base}add/", {"email": "Grace@example.com", "role": "viewer"})
    membership = Membership.objects.get(user=friend)
    client.post(f"{base}{membership.id}/role/", {"role": "admin"})
    membership.refresh_from_db()
    assert membership.role == Role.ADMIN
    client.post(f"{base}{membership.id}/remove/")
    assert not Membership.objects.filter(user=friend).exists()


def test_the_last_owner_stays_and_is_told_why(client):
    owner = MembershipFactory()
    client.force_login(owner.user)
    base = f"/o/{owner.organization.slug}/members/{owner.id}"
    for path, data in ((f"{base}/role/", {"role": "viewer"}), (f"{base}/remove/", {})):
        page = client.post(path, data, follow=True).content.decode()
        assert "This is the last owner. Make somebody else an owner first." in page
    owner.refresh_from_db()
    assert owner.role == Role.OWNER


def test_adding_somebody_unknown_says_what_to_do(client):
    owner = MembershipFactory()
    client.force_login(owner.user)
    answer = client.post(f"/o/{owner.organization.slug}/members/add/", {"email": "x@example.com", "role": "viewer"})
    assert (answer.status_code, "Ask them to sign up first, then add them" in answer.content.decode()) == (400, True)


@pytest.mark.parametrize(
    "path", ["login/", "signup/", "logout/", "password/reset/", "password/reset/done/", "password/change/", "email/"]
)
def test_each_page_of_an_account_is_in_our_frame(client, path):
    if path in ("logout/", "password/change/", "email/"):
        user = UserFactory()
        user.set_password(PASSWORD)
        user.save(update_fields=["password"])
        client.force_login(user)
    page = client.get(f"/accounts/{path}").content.decode()
    assert 'class="site-head"' in page
    assert "<style" not in page
    assert " style=" not in page


def test_a_forgotten_password_is_replaced_through_a_link_that_works_once(client, mailoutbox):
    user = User.objects.create_user("ada@example.com", "another horse battery")
    page = client.post("/accounts/password/reset/", {"email": user.email}, follow=True)
    assert "Look into your mail" in page.text
    path = re.search(r"/accounts/password/reset/key/\S+", mailoutbox[0].body)[0]
    form = client.get(path, follow=True)
    assert "Choose a new password" in form.text
    saved = client.post(form.request["PATH_INFO"], {"password1": PASSWORD, "password2": PASSWORD}, follow=True)
    assert saved.status_code == 200
    assert "This link is used up" in Client().get(path, follow=True).text
    assert User.objects.get().check_password(PASSWORD)


def test_an_address_is_added_and_confirmed_through_its_link(client, mailoutbox):
    membership = MembershipFactory()
    client.force_login(membership.user)
    client.post("/accounts/email/", {"action_add": "", "email": "on-call@example.com"})
    assert "on-call@example.com" in client.get("/accounts/email/").text
    path = re.search(r"/accounts/confirm-email/\S+", mailoutbox[0].body)[0]
    assert "Is on-call@example.com yours?" in client.get(path).text
    client.post(path)
    assert membership.user.emailaddress_set.get(email="on-call@example.com").verified


@pytest.mark.parametrize("path", ["/accounts/logout/", "/accounts/password/change/", "/accounts/email/"])
def test_the_account_s_pages_open(client, path):
    user = UserFactory()
    user.set_password(PASSWORD)
    user.save(update_fields=["password"])
    client.force_login(user)
    assert client.get(path).status_code == 200


def test_an_owner_shares_delivery_counts_from_now_on_and_stops(client):
    membership = MembershipFactory(role=Role.OWNER)
    client.force_login(membership.user)
    address = f"/o/{membership.organization.slug}/sharing/"
    assert "You do not share your counts" in client.get(address).text
    assert "You share your counts" in client.post(address, {"shares": "yes"}, follow=True).text
    first = Organization.objects.get().shares_counts_since
    client.post(address, {"shares": "yes"})
    assert Organization.objects.get().shares_counts_since == first, "agreeing twice changes nothing"
    assert "You do not share your counts" in client.post(address, {"shares": "no"}, follow=True).text
    assert Organization.objects.get().shares_counts_since is None


def test_sharing_is_for_owners_to_decide(client):
    membership = MembershipFactory(role=Role.ADMIN)
    client.force_login(membership.user)
    address = f"/o/{membership.organization.slug}/sharing/"
    assert "An owner can change this." in client.get(address).text
    assert client.post(address, {"shares": "yes"}).status_code == 403


def test_an_admin_gives_the_organization_another_name_and_zone(client):
    membership = MembershipFactory(role=Role.ADMIN)
    client.force_login(membership.user)
    address = f"/o/{membership.organization.slug}/settings/"
    assert '<option value="America/New_York">America/New York</option>' in client.get(address).text
    assert client.post(address, {"name": " Acme ", "time_zone": "Europe/Berlin"}).status_code == 302
    assert Organization.objects.values_list("name", "time_zone").get() == ("Acme", "Europe/Berlin")
    assert client.post(address, {"name": "Acme", "time_zone": "Mars/Olympus"}).status_code == 422


def test_a_zone_that_the_list_no_longer_has_may_stay(client):
    membership = MembershipFactory(role=Role.ADMIN, organization__time_zone="US/Pacific-New")
    client.force_login(membership.user)
    address = f"/o/{membership.organization.slug}/settings/"
    assert client.post(address, {"name": "Acme", "time_zone": "US/Pacific-New"}).status_code == 302


def test_settings_are_for_admins_to_change_and_for_all_to_read(client):
    plan = Plan.objects.create(name="Small", most_monitors=10, least_interval_s=60, checks_kept_days=30)
    membership = MembershipFactory(role=Role.MEMBER, organization__plan=plan)
    client.force_login(membership.user)
    address = f"/o/{membership.organization.slug}/settings/"
    page = client.get(address).text
    assert ("An admin can change these." in page, "at most 10" in page, "single checks for 30 days" in page) == (
        True,
        True,
        True,
    )
    assert client.post(address, {"name": "Acme", "time_zone": "UTC"}).status_code == 403
