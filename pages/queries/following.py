"""Which of a member's organizations follow a provider already."""

from collections.abc import Sequence
from dataclasses import dataclass

from accounts.models import Organization
from monitors.models import Follow, Provider


@dataclass(frozen=True, slots=True)
class Following:
    """What one organization follows of a provider: all of it, or this many of its parts."""

    organization: Organization
    is_whole: bool
    parts: int


def following(provider: Provider, organizations: Sequence[Organization]) -> list[Following]:
    """Return one line per organization, in the given order. One query for any number."""
    rows = Follow.objects.filter(organization__in=organizations, scope__provider=provider).select_related("scope")
    found = list(rows) if organizations else []
    return [_line(one, [row for row in found if row.organization_id == one.id]) for one in organizations]


def _line(organization: Organization, follows: Sequence[Follow]) -> Following:
    whole = [
        f for f in follows if not (f.scope.component_id or f.scope.carrier_id or f.scope.country or f.scope.region)
    ]
    return Following(organization, bool(whole), len(follows) - len(whole))
