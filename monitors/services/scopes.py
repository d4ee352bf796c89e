"""Find or make the scopes and components that observations are about."""

from monitors.core.cells import Cell
from monitors.models import Carrier, Component, Provider, Scope

# The components that stand for a messaging service, made when the first evidence about one comes in.
SERVICE_NAMES = {
    "sms": "SMS", "mms": "MMS", "voice": "Voice", "verify": "Verify", "email": "Email", "whatsapp": "WhatsApp",
    "rcs": "RCS", "lookup": "Lookup", "numbers": "Phone Numbers", "video": "Video", "flex": "Flex",
    "conversations": "Conversations", "console": "Console", "api": "REST API", "billing": "Billing",
    "sip": "SIP Trunking", "fax": "Fax", "wireless": "Wireless", "other": "Other",
}  # fmt: skip


def scope_of(
    provider: Provider,
    *,
    component: Component | None = None,
    country: str = "",
    carrier: Carrier | None = None,
    region: str = "",
) -> Scope:
    """Return the scope of `provider` with these narrowings, made if it is new.

    `country` is ISO 3166-1 alpha-2 in capitals; everything left out means "all".
    """
    scope, _ = Scope.objects.get_or_create(
        provider=provider,
        organization=None,
        component=component,
        country=country,
        carrier=carrier,
        region=region,
    )
    return scope


def scope_of_cell(provider_id: int, cell: Cell) -> Scope:
    """Return the scope of a provider that a cell means, made if it is new."""
    scope, _ = Scope.objects.get_or_create(  # type: ignore[misc]
        provider_id=provider_id,
        organization=None,
        component_id=cell.component_id or None,
        country=cell.country,
        carrier_id=cell.carrier_id or None,
        region="",
    )
    return scope


def own_scope(organization_id: int, name: str) -> Scope:
    """Return the scope of an organization's own system called `name`, made if it is new."""
    component, _ = Component.objects.get_or_create(organization_id=organization_id, provider=None, name=name)
    scope, _ = Scope.objects.get_or_create(organization_id=organization_id, provider=None, component=component)
    return scope


def component_for(provider: Provider, service: str) -> Component:
    """Return the component that stands for `service` (a key of SERVICE_NAMES) at `provider`.

    That is the vendor's own component of that name where its page lists one, else one of ours.
    """
    component = Component.objects.filter(provider=provider, service=service).first()
    if component:
        return component
    name = SERVICE_NAMES[service]
    component = Component.objects.filter(provider=provider, name__iexact=name, service="", is_group=False).first()
    if component:
        Component.objects.filter(id=component.id, service="").update(service=service)
        return Component.objects.get(provider=provider, service=service)
    component, _ = Component.objects.get_or_create(provider=provider, service=service, defaults={"name": name})
    return component
