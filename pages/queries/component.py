"""What the public's page of one component shows."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q, QuerySet

from incidents.queries import ScopeView, component_view
from incidents.queries.naming import component_words
from monitors.models import Component, Scope
from pages.queries import visible
from pages.queries.record import Record, record
from pages.queries.trouble import Place, Trouble, incidents_of, places, posts_of, troubles


@dataclass(frozen=True, slots=True)
class ComponentPage:
    """`members` are those that the vendor lists under it; `troubles` what impairs it now."""

    component: Component
    name: str
    view: ScopeView
    members: tuple[Component, ...]
    troubles: tuple[Trouble, ...]
    places: tuple[Place, ...]
    record: Record


def component_page(component: Component, now: datetime, *, month: str, number: str) -> ComponentPage:
    """Return the page of a component that was loaded with its provider and group, in a fixed number of queries."""
    owner = component.provider.organization_id if component.provider else None
    own = visible.scopes(owner).filter(Q(component=component) | Q(component__group=component))
    touching = _touching(component, owner)
    return ComponentPage(
        component=component,
        name=component_words(component),
        view=component_view(component, owner, now),
        members=tuple(component.children.filter(gone_at=None).order_by("position", "id")),
        troubles=tuple(troubles(touching, owner)),
        places=tuple(places(own, now, owner=owner)),
        record=record(incidents_of(touching, owner), posts_of(touching, owner), month=month, number=number),
    )


def _touching(component: Component, owner: int | None) -> "QuerySet[Scope]":
    """Return the scopes whose trouble is this component's: its own, its members', its group's, the whole provider's."""
    related = Q(component=component) | Q(component__group=component)
    whole = Q(component=None)
    if component.group_id is not None:
        whole |= Q(component=component.group_id)
    return visible.scopes(owner).filter(
        related | (whole & Q(country="", carrier=None, region="")), provider=component.provider
    )
