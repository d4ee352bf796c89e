"""Providers as their pages and the directory show them."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import partial
from typing import TypeVar

from django.db.models import Q

from incidents.core import wording
from incidents.core.impact import Hearing, OpenImpact, ScopeState, effective_state, provider_state
from incidents.core.scope import ScopeKey
from incidents.models import Impact
from incidents.queries.naming import component_key, component_words, key_of
from incidents.queries.picture import open_impacts, picture, provider_hearings
from incidents.queries.shapes import ComponentView, GroupView, ProviderView, ScopeView
from incidents.queries.strips import Strips, official_word
from monitors.core.states import State, worst
from monitors.models import Component, Provider, Scope
from monitors.queries.states import feeds_heard, maintenance_scopes

T = TypeVar("T")

UNLISTED = "Not on the vendor's page"  # heading of the services that we know from titles, reports and receipts


def provider_view(provider: Provider, organization_id: int | None, now: datetime) -> ProviderView:
    """Return a provider with its components by the vendor's groups, in the vendor's order."""
    seen = picture([provider.id], organization_id, now)
    strips = Strips(seen, now)
    scope_ids = _plain_scopes(provider)
    overall = strips.view(ScopeKey(provider.id), provider.name, scope_id=scope_ids.get(None), official=None)
    groups = _groups(_components(provider), strips, scope_ids)
    views = [component.view for group in groups for component in group.components]
    state = provider_state(overall.state, (view.state for view in views))
    impacts = [impact for impact in seen.open if impact.scope.provider_id == provider.id]
    return ProviderView(
        provider_id=provider.id,
        slug=provider.slug,
        name=provider.name,
        state=state,
        sentence=wording.answer(provider.name, state.state, state.reason, [_trouble(impact) for impact in impacts]),
        overall=overall,
        groups=groups,
    )


def provider_states(provider_ids: Iterable[int], now: datetime) -> dict[int, ScopeState]:
    """Return {provider id: its state} as the public may know it, in four queries for any number of providers."""
    wanted = sorted(set(provider_ids))
    impacts, running, troubled = _empty(wanted, OpenImpact), _empty(wanted, ScopeKey), _empty(wanted, Component)
    for impact in open_impacts(wanted, None):
        impacts[impact.scope.provider_id].append(impact)
    for scope in maintenance_scopes(wanted, now):
        running[scope.provider_id].append(key_of(scope))
    for component in _components_in_trouble(wanted):
        troubled[component.provider_id].append(component)
    heard = feeds_heard(wanted)
    return {
        id_: _state_of(id_, impacts[id_], running[id_], troubled[id_], provider_hearings({id_: heard[id_]}), now)
        for id_ in wanted
    }


def component_view(component: Component, organization_id: int | None, now: datetime) -> ScopeView:
    """Return one component's state and bars; load it with its provider and group."""
    strips = Strips(picture([component.provider_id] if component.provider_id else [], organization_id, now), now)
    words, official = component_words(component), official_word(component)
    return strips.view(component_key(component), words, scope_id=None, official=official)


def _empty(provider_ids: Iterable[int], _: type[T]) -> dict[int | None, list[T]]:
    return {id_: [] for id_ in provider_ids}


def _components_in_trouble(provider_ids: Sequence[int]) -> list[Component]:
    """Return the components that an incident or the vendor's own page says are impaired."""
    impaired = Impact.objects.filter(ended_at=None, incident__organization=None, scope__provider__in=provider_ids)
    said = Q(state__gte=State.DEGRADED) & ~Q(external_id="")
    known = Q(id__in=impaired.filter(scope__component__isnull=False).values("scope__component_id"))
    return list(Component.objects.filter(said | known, provider__in=provider_ids, gone_at=None).order_by("id"))


def _state_of(
    provider_id: int,
    impacts: Sequence[OpenImpact],
    running: Sequence[ScopeKey],
    troubled: Sequence[Component],
    hearings: Sequence[Hearing],
    now: datetime,
) -> ScopeState:
    state_of = partial(effective_state, impacts=impacts, maintenance=running, hearings=hearings, now=now)
    parts = (state_of(component_key(c), official=official_word(c)) for c in troubled)
    return provider_state(state_of(ScopeKey(provider_id)), parts)


def _components(provider: Provider) -> list[Component]:
    components = Component.objects.filter(provider=provider, gone_at=None).select_related("group")
    return list(components.order_by("position", "id"))


def _plain_scopes(provider: Provider) -> dict[int | None, int]:
    """Return {component id, or None for the whole provider: id of the scope that is not narrowed further}."""
    plain = Scope.objects.filter(provider=provider, country="", carrier=None, region="")
    return dict(plain.values_list("component_id", "id"))


def _groups(components: Sequence[Component], strips: Strips, scope_ids: dict[int | None, int]) -> tuple[GroupView, ...]:
    """Return the groups where the vendor lists them; components of our own making come last."""
    members: dict[int | None, list[ComponentView]] = {}
    unlisted: list[ComponentView] = []
    headings: dict[int | None, str] = {None: ""}
    for component in components:
        if component.is_group:
            headings.setdefault(component.id, component.name)
            continue
        headings.setdefault(component.group_id, component.group.name if component.group else "")
        view = _component_view(component, strips, scope_ids)
        if component.group_id is None and not view.is_listed:
            unlisted.append(view)
        else:
            members.setdefault(component.group_id, []).append(view)
    found = [(headings[group_id], tuple(views)) for group_id, views in members.items()]
    if unlisted:
        found.append((UNLISTED if found else "", tuple(unlisted)))
    return tuple(GroupView(name, worst(v.view.state.state for v in views), views) for name, views in found)


def _component_view(component: Component, strips: Strips, scope_ids: dict[int | None, int]) -> ComponentView:
    view = strips.view(
        component_key(component),
        component_words(component),
        scope_id=scope_ids.get(component.id),
        official=official_word(component),
    )
    return ComponentView(component.id, component.name, component.description, bool(component.external_id), view)


def _trouble(impact: OpenImpact) -> wording.Trouble:
    return wording.Trouble(impact.words, impact.service, impact.state, impact.scope.depth == 0, impact.symptom)
