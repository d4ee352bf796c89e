"""Where a program says that something is wrong: names in a file or request, made into a scope's parts, or refused."""

from dataclasses import dataclass

from kit.countries import NAMES
from monitors.models import Carrier, Component, Provider
from monitors.queries.crowd import carrier_named
from monitors.queries.providers import everybodys
from monitors.services.scopes import SERVICE_NAMES, component_for


class Refused(Exception):
    """A name that we do not know. The message says which, and what would do."""


@dataclass(frozen=True, slots=True)
class Place:
    provider: Provider
    component: Component | None
    country: str
    carrier: Carrier | None
    carrier_text: str  # as given, where it is no carrier that we know


def place_of(provider: str, component: str = "", country: str = "", carrier: str = "") -> Place:
    """Return the place that these names mean; an empty one means "all". Raises Refused."""
    found = everybodys().filter(slug=provider).first()
    if found is None:
        raise Refused(
            f"There is no provider {_quoted(provider)}. Its slug stands in its page's address: /providers/twilio/."
        )
    code = country.upper()
    if code and code not in NAMES:
        raise Refused(f"{_quoted(country)} is no country. Give two letters of ISO 3166, such as JP.")
    known = carrier_named(code, carrier)
    return Place(found, _component(found, component), code, known, "" if known else carrier)


def _component(provider: Provider, name: str) -> Component | None:
    if not name:
        return None
    if provider.category == "comms" and name.casefold() in SERVICE_NAMES:
        return component_for(provider, name.casefold())
    rows = Component.objects.filter(provider=provider, is_group=False, gone_at=None, name__iexact=name)
    if (found := rows.order_by("id").first()) is None:
        raise Refused(f"{provider.name} has no component {_quoted(name)}. Give a name as on its page, or none.")
    return found


def _quoted(text: str) -> str:
    return f"“{text[:60]}”"
