"""What a monitor is about, as a choice of a form: a provider, a part of one, or a system of one's own."""

from collections.abc import Sequence

from monitors.models import Component, Monitor, Provider, Scope
from monitors.services.scopes import own_scope, scope_of

OWN = "own"
Choices = Sequence[tuple[str, list[tuple[str, str]]]]  # (group, [(value, label)]), as queries.monitors.watchable


def value_of(scope: Scope) -> str:
    """Return the value of the choice that stands for a scope."""
    if scope.provider_id is None:
        return OWN
    return f"component:{scope.component_id}" if scope.component_id else f"provider:{scope.provider_id}"


def value_of_provider(slug: str, choices: Choices) -> str:
    """Return the value that stands for a provider as a whole, or nothing where it is not offered."""
    provider = Provider.objects.filter(slug=slug).first()
    wanted = f"provider:{provider.id}" if provider else ""
    return wanted if wanted in _values(choices) else ""


def with_current(choices: Choices, monitor: Monitor | None) -> Choices:
    """Return the choices with what the monitor watches now, which may no longer be followed."""
    if monitor is None or value_of(monitor.scope) in _values(choices):
        return choices
    scope = monitor.scope
    names = [scope.provider.name if scope.provider else "", scope.component.name if scope.component else ""]
    return [("Now", [(value_of(scope), " — ".join(filter(None, names)))]), *choices]


def scope_of_value(organization_id: int, value: str, system: str) -> Scope:
    """Return the scope that was chosen, made if it is new; `system` is the name of an own one."""
    what, _, id_ = value.partition(":")
    if what == "component":
        component = Component.objects.select_related("provider").get(id=id_, provider__isnull=False)
        assert component.provider is not None
        return scope_of(component.provider, component=component)
    if what == "provider":
        return scope_of(Provider.objects.get(id=id_))
    return own_scope(organization_id, system)


def _values(choices: Choices) -> set[str]:
    return {value for _, group in choices for value, _ in group}
