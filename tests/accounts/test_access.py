import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.http import Http404

from accounts.access import organization_for
from accounts.models import Role
from tests.factories import MembershipFactory, OrganizationFactory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("role", "at_least", "enters"),
    [
        (Role.VIEWER, Role.VIEWER, True),
        (Role.VIEWER, Role.MEMBER, False),
        (Role.MEMBER, Role.ADMIN, False),
        (Role.ADMIN, Role.MEMBER, True),
        (Role.ADMIN, Role.OWNER, False),
        (Role.OWNER, Role.OWNER, True),
    ],
)
def test_a_role_includes_those_below_it(role, at_least, enters):
    membership = MembershipFactory(role=role)
    slug = membership.organization.slug
    if enters:
        assert organization_for(membership.user, slug, at_least=at_least) == membership.organization
    else:
        with pytest.raises(PermissionDenied):
            organization_for(membership.user, slug, at_least=at_least)


def test_a_stranger_cannot_tell_an_organization_from_one_that_does_not_exist():
    organization = OrganizationFactory()
    for user in (UserFactory(), AnonymousUser()):
        for slug in (organization.slug, "no-such"):
            with pytest.raises(Http404):
                organization_for(user, slug)


def test_somebody_who_was_switched_off_is_a_stranger():
    membership = MembershipFactory(user__is_active=False)
    with pytest.raises(Http404):
        organization_for(membership.user, membership.organization.slug)
