"""Which of a member's organizations follow a provider, or a part of it, already."""

from collections.abc import Sequence
from dataclasses import dataclass

from accounts.models import Organization
from monitors.models import Component, Follow, Provider


@dataclass(frozen=True, slots=True)
class Following:
    """What one organization follows of a provider or a component: all of it, or this many of its parts."""

    organization: Organization
    is_whole: bool
    parts: int


def following(provider: Provider, organizations: Sequence[Organization]) -> list[Following]:
    """Return one line per organization, in the given order. One query for any number."""
    found = _follows(provider.id, organizations)
    return [_line(one, [row for row in found if row.organization_id == one.id], None) for one in organizations]


def following_component(component: Component, organizations: Sequence[Organization]) -> list[Following]:
    """Return one line per organization: whoever follows the whole provider follows all of the component too."""
    found = [
        row
        for row in _follows(component.provider_id, organizations)
        if row.scope.component_id in (None, component.id, component.group_id)
    ]
    return [_line(one, [row for row in found if row.organization_id == one.id], component) for one in organizations]


def _follows(provider_id: int | None, organizations: Sequence[Organization]) -> list[Follow]:
    rows = Follow.objects.filter(organization__in=organizations, scope__provider=provider_id).select_related("scope")
    return list(rows) if organizations else []


def _line(organization: Organization, follows: Sequence[Follow], component: Component | None) -> Following:
    """`component` None: the whole provider is asked for, and its components are parts of it."""
    whole = [
        follow
        for follow in follows
        if not (follow.scope.carrier_id or follow.scope.country or follow.scope.region)
        and (component is not None or follow.scope.component_id is None)
    ]
    return Following(organization, bool(whole), len(follows) - len(whole))
