"""Providers as their pages and the directory show them."""

from collections.abc import Iterable
from datetime import datetime

from incidents.core.impact import ScopeState
from incidents.queries.shapes import ProviderView
from monitors.models import Provider


def provider_view(provider: Provider, organization_id: int | None, now: datetime) -> ProviderView:
    """Return a provider with its components by the vendor's groups."""
    raise NotImplementedError


def provider_states(provider_ids: Iterable[int], now: datetime) -> dict[int, ScopeState]:
    """Return {provider id: its state} as the public may know it."""
    return {}
