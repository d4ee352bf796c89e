"""The scopes that an incident touched, with their bars."""

from datetime import datetime

from incidents.queries import PARTS, ScopeView, scope_board
from monitors.models import Scope

MOST = 12  # an incident with more says enough by its list


def affected(uid: str, organization_id: int | None, now: datetime) -> list[ScopeView]:
    """Return the scopes of an incident as rows with 24 hours and 90 days of bars, as this audience knows them."""
    scopes = Scope.objects.filter(impacts__incident__uid=uid).distinct().select_related(*PARTS).order_by("id")
    return list(scope_board(scopes[:MOST], organization_id, now).values())
