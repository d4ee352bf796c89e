"""Scopes as the pure core knows them, and in words."""

from incidents.core.scope import ScopeKey, ScopeNames, in_words
from kit.countries import NAMES
from monitors.models import Component, Scope

SHORT = 4  # letters: what is longer and in capitals is no abbreviation

# What key_of and words_of read besides the scope's own row.
PARTS = ("provider", "component__group", "carrier")


def key_of(scope: Scope) -> ScopeKey:
    """Return the key of a scope that was loaded with PARTS. A carrier's country counts as the scope's."""
    country = scope.country or (scope.carrier.country if scope.carrier else "")
    return ScopeKey(
        scope.provider_id,
        scope.organization_id,
        scope.component_id,
        country,
        scope.carrier_id,
        scope.region,
        scope.component.group_id if scope.component else None,
    )


def component_key(component: Component) -> ScopeKey:
    return ScopeKey(
        component.provider_id, component.organization_id, component.id, group_id=component.group_id
    )  # fmt: skip


def words_of(scope: Scope) -> str:
    """Return a scope that was loaded with PARTS in words: "SMS to NTT DOCOMO (Japan)"."""
    return in_words(names_of(scope))


def names_of(scope: Scope) -> ScopeNames:
    return ScopeNames(
        provider=scope.provider.name if scope.provider else "",
        component=component_words(scope.component) if scope.component else "",
        service=scope.component.service if scope.component else "",
        country=country_name(scope.country or (scope.carrier.country if scope.carrier else "")),
        carrier=scope.carrier.name if scope.carrier else "",
        region=scope.region,
    )


def component_words(component: Component) -> str:
    """Return a component's name, with its group where the name says little alone: "Canada (SMS)".

    A service ("SMS") speaks for itself.
    """
    group = component.group.name if component.group else ""
    if component.service or not group or group.lower() in component.name.lower():
        return component.name
    # Headings that shout are for the vendor's page, not for a sentence.
    return f"{component.name} ({group.title() if group.isupper() and len(group) > SHORT else group})"


def country_name(code: str) -> str:
    """Return the English name of a country by ISO 3166-1 alpha-2, or the code where there is none."""
    return NAMES.get(code, code)
