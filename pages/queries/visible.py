"""What a page may show: everybody's providers by the public's records, an organization's own ones by its own.

`owner` is an organization whose own providers are asked about; None: everybody's. Who may ask is the view's to
decide, by monitors.queries.providers.seen_by.
"""

from django.db.models import Exists, F, OuterRef, Q, QuerySet, Value
from django.db.models.fields import CharField
from django.db.models.functions import Cast, Concat

from incidents.models import Impact, Incident, Sighting
from incidents.queries.lists import of_audience
from monitors.models import Component, OfficialPost, Provider, Scope


def providers(owner: int | None = None) -> "QuerySet[Provider]":
    """Return the providers that everybody may see, or those that `owner` added for itself."""
    return Provider.objects.filter(Q(organization=owner))


def scopes(owner: int | None = None) -> "QuerySet[Scope]":
    """Return the scopes of such providers; an organization's own systems have none."""
    return Scope.objects.filter(provider__in=providers(owner))


def components(owner: int | None = None) -> "QuerySet[Component]":
    """Return components of such providers, also those that their vendors list no more."""
    return Component.objects.filter(provider__in=providers(owner)).select_related("provider", "group")


def incidents(owner: int | None = None) -> "QuerySet[Incident]":
    """Return records of such providers. The public's are made of what everybody may know alone."""
    return of_audience(owner).filter(provider__in=providers(owner))


def impacts(owner: int | None = None) -> "QuerySet[Impact]":
    """Return what those records say of scopes."""
    return Impact.objects.filter(Q(incident__organization=owner), scope__provider__in=providers(owner))


def posts_alone(owner: int | None = None) -> "QuerySet[OfficialPost]":
    """Return vendors' posts that none of those records holds: of the time before we watched, and maintenances."""
    held = Sighting.objects.filter(
        Q(incident__organization=owner), ref=OuterRef("own_ref"), incident__provider=OuterRef("provider")
    )
    named = OfficialPost.objects.annotate(own_ref=Concat(Value("post:"), Cast(F("id"), CharField())))
    return named.filter(~Exists(held), provider__in=providers(owner))
