"""Whether people who report one provider may mean another that does the same job.

In T-Mobile's outage of 2020 people reported it 113,980 times, and Verizon, whose network worked, 8,619 times.
Only providers that do the same job are confused. A parent's or a cloud's trouble is real trouble for what stands on it.
"""

from django.db.models import Exists, OuterRef, Q, QuerySet

from incidents.models import Sighting
from monitors.core.states import Source, State
from monitors.models import SourceState

LOUDER = 3  # times as many reports, where nobody but people sees the other one's trouble


def confused_with(provider_id: int | None) -> str:
    """Return the name of the provider that reports about this one may be meant for, or "". Two queries.

    It does the same job, people report it now too, and as many, where another source sees its trouble; else many more.
    """
    if provider_id is None:  # an organization's own system
        return ""
    own = _loudness(SourceState.objects.filter(ref=f"crowd:{provider_id}", state__gte=State.DEGRADED))
    others = Sighting.objects.filter(incident=OuterRef("incident"), cleared_at=None, state__gte=State.DEGRADED)
    same_job = Q(incident__provider__alternatives=provider_id) | Q(incident__provider__alternative_to=provider_id)
    rows = Sighting.objects.filter(
        same_job,
        source=Source.CROWD,
        cleared_at=None,
        state__gte=State.DEGRADED,
        incident__organization=None,
        incident__resolved_at=None,
    ).annotate(is_seen=Exists(others.exclude(source=Source.CROWD)))
    said = rows.order_by("id").values_list("incident__provider__name", "evidence__networks", "is_seen")
    louder = [(networks or 0, name) for name, networks, is_seen in said if (networks or 0) >= _needed(own, is_seen)]
    return max(louder, default=(0, ""))[1]


def _needed(own: int, is_seen: bool) -> int:
    return max(1, own if is_seen else LOUDER * own)


def _loudness(rows: "QuerySet[SourceState]") -> int:
    return max((networks or 0 for networks in rows.values_list("evidence__networks", flat=True)), default=0)
