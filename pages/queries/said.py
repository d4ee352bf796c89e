"""What sources said of trouble, from when to when: by their own changes, which a sighting only sums up."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from itertools import pairwise

from django.db.models import Q

from incidents.core.timeline import ImpactSpan, Span
from incidents.models import Sighting
from monitors.core.states import Source, State
from monitors.models import StateChange

Said = Mapping[tuple[str, int], Sequence[tuple[datetime, State]]]  # by ref and scope, in order


def changes_of(seen: Sequence[Sighting]) -> Said:
    """Return what the refs of sightings said of their scopes since they first saw it. One query."""
    found: dict[tuple[str, int], list[tuple[datetime, State]]] = defaultdict(list)
    if not seen:
        return found
    since = min(row.first_at for row in seen)
    wanted = {(row.ref, row.scope_id) for row in seen}
    refs, scopes = {ref for ref, _ in wanted}, {scope for _, scope in wanted}
    rows = StateChange.objects.filter(Q(ref__in=refs), scope__in=scopes, at__gte=since).order_by("at", "id")
    for ref, scope, at, new in rows.values_list("ref", "scope_id", "at", "new"):
        if (ref, scope) in wanted:
            found[ref, scope].append((at, State(new)))
    return found


def troubles_of(seen: Iterable[Sighting], source: Source, said: Said, now: datetime) -> list[ImpactSpan]:
    """Return when a source said that there was trouble, and how bad; load the sightings with their incidents.

    A sighting whose changes are kept no longer is one stretch, in the state that it last spoke of.
    """
    found = []
    for row in (row for row in seen if row.source == source):
        ended = row.incident.resolved_at or now
        own = [one for one in said.get((row.ref, row.scope_id), ()) if row.first_at <= one[0] < ended]
        known = own or [(row.first_at, max(row.state, State.DEGRADED)), (row.cleared_at or ended, State.OPERATIONAL)]
        for (began, state), (until, _) in pairwise([*known, (ended, State.UNKNOWN)]):
            if state.is_impaired and began < min(until, ended):
                found.append(ImpactSpan(Span(began, min(until, ended)), state, row.incident_id))
    return found
