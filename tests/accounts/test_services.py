from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from accounts import services
from accounts.models import Membership, Organization, Role, User
from kit.clock import clock
from tests.factories import MembershipFactory, OrganizationFactory, UserFactory


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("wish", "slug"), [("Acme GmbH", "acme-gmbh"), ("admin", "admin-team"), ("---", "organization"), ("Ä Ö", "a-o")]
)
def test_a_slug_is_made_of_the_name(wish, slug):
    assert services.free_slug(wish) == slug


@pytest.mark.django_db
def test_a_slug_that_is_taken_gets_a_number():
    OrganizationFactory(slug="acme")
    OrganizationFactory(slug="acme-2")
    assert services.free_slug("Acme") == "acme-3"


@pytest.mark.parametrize(
    ("email", "name"), [("ada@acme-labs.example", "Acme Labs"), ("ada@gmail.com", ""), ("ada@icloud.com", "")]
)
def test_the_name_of_an_organization_is_guessed_from_the_address(email, name):
    assert services.guessed_name(email) == name


@pytest.mark.django_db
def test_a_reserved_or_taken_address_is_refused_with_the_reason():
    user = UserFactory()
    OrganizationFactory(slug="acme")
    for slug in ("admin", "acme"):
        with pytest.raises(services.NotAllowed, match=slug):
            services.create_organization("Acme", user, now=clock(), slug=slug)


@pytest.mark.django_db
def test_the_first_owner_is_created_once_and_their_password_works():
    user, password = services.create_first_owner("owner@example.com", now=clock())
    assert user.check_password(password)
    assert Membership.objects.get(user=user).role == Role.OWNER
    assert services.create_first_owner("owner@example.com", now=clock()) is None


@pytest.mark.django_db
def test_the_last_owner_stays():
    owner = MembershipFactory()
    for attempt in (
        lambda: services.change_role(owner.organization, owner.id, Role.ADMIN),
        lambda: services.remove_member(owner.organization, owner.id),
    ):
        with pytest.raises(services.NotAllowed, match="last owner"):
            attempt()
    assert Membership.objects.get(id=owner.id).role == Role.OWNER


@pytest.mark.django_db
def test_a_member_is_added_by_address_whatever_its_case():
    organization, user = OrganizationFactory(), UserFactory(email="ada@example.com")
    membership = services.add_member(organization, " ADA@example.com", Role.VIEWER, now=clock())
    assert (membership.user, membership.role) == (user, Role.VIEWER)
    with pytest.raises(services.NotAllowed, match="already"):
        services.add_member(organization, "ada@example.com", Role.ADMIN, now=clock())
    with pytest.raises(services.NotAllowed, match="sign up"):
        services.add_member(organization, "nobody@example.com", Role.ADMIN, now=clock())


@pytest.mark.django_db(transaction=True)
def test_two_owners_who_demote_each_other_at_once_leave_one():
    organization = OrganizationFactory()
    owners = [MembershipFactory(organization=organization) for _ in range(2)]

    def demote(membership):
        try:
            services.change_role(organization, membership.id, Role.VIEWER)
        except services.NotAllowed:
            return False
        finally:
            connection.close()
        return True

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(demote, owners)) == [False, True]
    assert Membership.objects.filter(organization=organization, role=Role.OWNER).count() == 1


@pytest.mark.django_db(transaction=True)
def test_eight_machines_that_start_at_once_make_one_first_owner():
    def start(_):
        try:
            return services.create_first_owner("owner@example.com", now=clock()) is not None
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(start, range(8))) == 1
    assert (User.objects.count(), Organization.objects.count()) == (1, 1)
