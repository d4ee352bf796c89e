"""What the public's page of one component shows."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q, QuerySet

from incidents.queries import ScopeView, component_view
from incidents.queries.naming import component_words
from monitors.models import Component, Scope
from pages.queries.record import Record, record
from pages.queries.trouble import Place, Trouble, incidents_of, places, posts_of, public_scopes, troubles
from pages.queries.visible import public_providers


@dataclass(frozen=True, slots=True)
class ComponentPage:
    """`members` are those that the vendor lists under it; `troubles` its scopes that are impaired now."""

    component: Component
    name: str
    view: ScopeView
    members: tuple[Component, ...]
    troubles: tuple[Trouble, ...]
    places: tuple[Place, ...]
    record: Record


def public_components() -> "QuerySet[Component]":
    """Return components of providers that everybody may see, also those that their vendors list no more."""
    return Component.objects.filter(provider__in=public_providers()).select_related("provider", "group")


def component_page(component: Component, now: datetime, *, month: str, number: str) -> ComponentPage:
    """Return the page of a component that was loaded by public_components, in a fixed number of queries."""
    own = public_scopes().filter(Q(component=component) | Q(component__group=component))
    touching = _touching(component)
    return ComponentPage(
        component=component,
        name=component_words(component),
        view=component_view(component, None, now),
        members=tuple(component.children.filter(gone_at=None).order_by("position", "id")),
        troubles=tuple(troubles(own)),
        places=tuple(places(own, now)),
        record=record(incidents_of(touching), posts_of(touching), month=month, number=number),
    )


def _touching(component: Component) -> "QuerySet[Scope]":
    """Return the scopes whose trouble is this component's: its own, its members', its group's, the whole provider's."""
    related = Q(component=component) | Q(component__group=component)
    whole = Q(component=None)
    if component.group_id is not None:
        whole |= Q(component=component.group_id)
    return public_scopes().filter(
        related | (whole & Q(country="", carrier=None, region="")), provider=component.provider
    )
