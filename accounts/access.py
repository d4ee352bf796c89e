"""The only door from a request to a tenant."""

from django.core.exceptions import PermissionDenied
from django.http import Http404

from accounts.models import Membership, Organization, Role, User


def membership_for(user: object, slug: str) -> Membership:
    """Return the membership of `user` in the organization `slug`.

    Raises Http404 for strangers and for organizations that do not exist, alike.
    """
    if not isinstance(user, User) or not user.is_active:
        raise Http404
    membership = Membership.objects.select_related("organization").filter(user=user, organization__slug=slug).first()
    if membership is None:
        raise Http404
    return membership


def organization_for(user: object, slug: str, *, at_least: Role = Role.VIEWER) -> Organization:
    """Return the organization `slug` for a member whose role includes `at_least`.

    Raises Http404 for strangers, and PermissionDenied (403) for members of a lesser role.
    """
    membership = membership_for(user, slug)
    if not Role(membership.role).includes(at_least):
        article = "a" if at_least is Role.MEMBER else "an"
        raise PermissionDenied(f"Ask {article} {at_least.label.lower()} of {membership.organization} to do this.")
    return membership.organization


def organizations_of(user: object, *, at_least: Role = Role.VIEWER) -> list[Organization]:
    """Return the organizations that `user` belongs to with a role that includes `at_least`, by name."""
    if not isinstance(user, User):
        return []
    roles = [role for role in Role if role.includes(at_least)]
    mine = Membership.objects.filter(user=user, role__in=roles)
    return list(Organization.objects.filter(memberships__in=mine).order_by("name"))
