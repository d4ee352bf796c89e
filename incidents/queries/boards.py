"""States and bars of scopes."""

from collections.abc import Iterable
from datetime import datetime

from incidents.queries.shapes import ScopeView
from monitors.models import Scope


def scope_board(scopes: Iterable[Scope], organization_id: int | None, now: datetime) -> dict[int, ScopeView]:
    """Return {scope id: its view} for `scopes`."""
    return {}
