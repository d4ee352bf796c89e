"""The directory of providers: search, filter, trouble first."""

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
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


@dataclass(frozen=True, slots=True)
class Directory:
    """The providers that fit. Each count says how many there would be with that choice and the other filters."""

    rows: Sequence[ProviderRow]
    of_state: Sequence[tuple[State, int]]  # in ORDER, those that have any
    of_category: Sequence[tuple[str, int]]  # by name

    @property
    def in_any_state(self) -> int:
        return sum(number for _, number in self.of_state)

    @property
    def in_any_category(self) -> int:
        return sum(number for _, number in self.of_category)


def directory(
    now: datetime,
    *,
    search: str = "",
    category: str = "",
    state: State | None = None,
    organization_ids: Collection[int] = (),
) -> Directory:
    """Return the providers that fit, trouble first, then by name. Five queries for any number of them.

    The reader belongs to `organization_ids`, whose own providers are among them.
    """
    found = _found(now, search, organization_ids)
    in_category = [row for row in found if not category or row.category == category]
    in_state = [row for row in found if state is None or row.state.state is state]
    states = Counter(row.state.state for row in in_category)
    categories = Counter(row.category for row in in_state)
    if category:
        categories.setdefault(category, 0)  # what is chosen stays on offer
    if state is not None:
        states.setdefault(state, 0)
    return Directory(
        rows=[row for row in in_category if state is None or row.state.state is state],
        of_state=[(one, states[one]) for one in ORDER if one in states],
        of_category=sorted(categories.items()),
    )


def _found(now: datetime, search: str, organization_ids: Collection[int]) -> list[ProviderRow]:
    """Return the providers whose name or slug has `search` in it, in the directory's order."""
    providers = seen_by(*organization_ids)
    if search:
        providers = providers.filter(Q(name__icontains=search) | Q(slug__icontains=search))
    known = list(providers.only("id", "slug", "name", "category"))
    states = provider_states((provider.id for provider in known), now)
    return _in_order(ProviderRow(p.slug, p.name, p.category, states[p.id]) for p in known)


def _in_order(rows: Iterable[ProviderRow]) -> list[ProviderRow]:
    return sorted(rows, key=lambda row: (ORDER.index(row.state.state), row.name.casefold(), row.slug))
