"""Who reads a page that is public, and what that makes of it."""

from django.http import HttpRequest

from accounts.access import organizations_of
from accounts.models import Organization, Role
from monitors.models import Provider


def organization_ids_of(request: HttpRequest) -> list[int]:
    """Return the reader's organizations, whose own providers they may see; none for a stranger."""
    return [organization.id for organization in organizations_of(request.user)]


def may_follow(request: HttpRequest, provider: Provider) -> list[Organization]:
    """Return the reader's organizations that may follow the provider: anybody's, or their own."""
    members = organizations_of(request.user, at_least=Role.MEMBER)
    return [one for one in members if provider.organization_id in (None, one.id)]
