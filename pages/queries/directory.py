"""The directory of providers: search, filter, trouble first."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q

from incidents.queries import ScopeState, provider_states
from monitors.core.states import State
from monitors.queries.providers import seen_by

# What a reader looks for first.
ORDER = (
    State.MAJOR_OUTAGE,
    State.PARTIAL_OUTAGE,
    State.DEGRADED,
    State.MAINTENANCE,
    State.OPERATIONAL,
    State.UNKNOWN,
)


@dataclass(frozen=True, slots=True)
class ProviderRow:
    slug: str
    name: str
    category: str
    state: ScopeState


def directory(
    now: datetime,
    *,
    search: str = "",
    category: str = "",
    state: State | None = None,
    organization_ids: Collection[int] = (),
) -> list[ProviderRow]:
    """Return the providers that fit, trouble first, then by name. Five queries for any number of them.

    The reader belongs to `organization_ids`, whose own providers are among them.
    """
    rows = seen_by(*organization_ids).order_by("name")
    if search:
        rows = rows.filter(Q(name__icontains=search) | Q(slug__icontains=search))
    if category:
        rows = rows.filter(category=category)
    providers = list(rows)
    states = provider_states([provider.id for provider in providers], now)
    found = [ProviderRow(p.slug, p.name, p.category, states[p.id]) for p in providers]
    wanted = [row for row in found if state is None or row.state.state is state]
    return sorted(wanted, key=lambda row: (ORDER.index(row.state.state), row.name.casefold()))
