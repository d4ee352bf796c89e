"""Let the operator's own monitors of providers speak to everybody: the only evidence of probes that the public has.

Nothing is told of the monitors themselves: not what they are called, where they look or what they ask. Monitors of
other organizations speak to these alone.
"""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime

from django.conf import settings

from monitors.core.observations import Observation
from monitors.core.public_probes import together
from monitors.core.states import Source, State
from monitors.models import Monitor
from monitors.queries.states import words_by_source
from monitors.services.spans import extend_coverages
from monitors.services.states import observe

INTERVAL_S = 30  # between two tellings
GOOD_FOR_S = 180  # so long a word counts


def tell_everybody(now: datetime) -> int:
    """Say what the monitors of PUBLIC_PROBES_OF see of everybody's providers; return of how many scopes."""
    probes = _probes(settings.PUBLIC_PROBES_OF, now) if settings.PUBLIC_PROBES_OF else {}
    told = [
        Observation(
            source=Source.PROBE,
            ref=f"probes:{provider_id}",
            scope_id=scope_id,
            state=word[0],
            at=now,
            reason=word[1],
            evidence={"probes": len(said)},
            fresh_for_s=GOOD_FOR_S,
        )
        for (provider_id, scope_id), said in sorted(probes.items())
        if (word := together(said))
    ]
    observe(told, now=now)
    extend_coverages({one.ref: INTERVAL_S for one in told}, now=now)
    return len(told)


def _probes(slugs: Sequence[str], now: datetime) -> dict[tuple[int, int], list[State]]:
    """Return {(provider, scope): what each of its probes says}, of those whose checks are recent. Three queries."""
    monitors = Monitor.objects.filter(
        organization__slug__in=slugs,
        is_paused=False,
        scope__provider__isnull=False,
        scope__provider__organization=None,  # not one that an organization added for itself
    )
    scopes = {
        f"monitor:{id_}": (provider_id, scope_id)
        for id_, provider_id, scope_id in monitors.values_list("id", "scope__provider_id", "scope_id")
    }
    found: dict[tuple[int, int], list[State]] = defaultdict(list)
    for (ref, scope_id), word in words_by_source((ref, scope_id) for ref, (_, scope_id) in scopes.items()).items():
        if word.heard.is_fresh(now):
            found[scopes[ref][0], scope_id].append(word.state)
    return found
