"""What the public may be shown: every page without a login starts here."""

from django.db.models import Exists, F, OuterRef, QuerySet, Value
from django.db.models.fields import CharField
from django.db.models.functions import Cast, Concat

from incidents.models import Incident, Sighting
from incidents.queries.lists import of_audience
from monitors.models import OfficialPost, Provider
from monitors.queries.providers import everybodys


def public_providers() -> "QuerySet[Provider]":
    """Return the providers that everybody may see."""
    return everybodys()


def public_incidents() -> "QuerySet[Incident]":
    """Return the public's records: made of official posts and people's reports, never of a tenant's evidence."""
    return of_audience(None).filter(provider__in=public_providers())


def posts_alone() -> "QuerySet[OfficialPost]":
    """Return vendors' posts that no public record holds: of the time before we watched, and maintenances."""
    ours = Sighting.objects.filter(
        ref=OuterRef("own_ref"), incident__organization=None, incident__provider=OuterRef("provider")
    )
    named = OfficialPost.objects.annotate(own_ref=Concat(Value("post:"), Cast(F("id"), CharField())))
    return named.filter(~Exists(ours), provider__in=public_providers())
