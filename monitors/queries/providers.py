"""Which providers somebody may see: everybody's, and those that an organization added for itself."""

from collections.abc import Collection

from django.db.models import Q, QuerySet

from monitors.models import Provider, Scope


def everybodys() -> "QuerySet[Provider]":
    """Return the providers that everybody may see."""
    return Provider.objects.filter(organization=None)


def seen_by(*organization_ids: int) -> "QuerySet[Provider]":
    """Return everybody's providers and the organizations' own."""
    return Provider.objects.filter(_seen_by(organization_ids))


def scopes_seen_by(organization_id: int) -> "QuerySet[Scope]":
    """Return the scopes of the organization's own systems and of the providers that it may see."""
    of_providers = Q(organization=None) & _seen_by([organization_id], "provider__")
    return Scope.objects.filter(of_providers | Q(organization=organization_id))


def own(organization_id: int) -> "QuerySet[Provider]":
    """Return the providers that the organization added for itself, by name."""
    return Provider.objects.filter(organization=organization_id).order_by("name", "id")


def _seen_by(organization_ids: Collection[int], prefix: str = "") -> Q:
    return Q(**{f"{prefix}organization": None}) | Q(**{f"{prefix}organization__in": list(organization_ids)})
