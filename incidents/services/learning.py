"""Count how each source did in the incidents that are over. Counted anew each time: running it twice changes nothing."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import reduce
from operator import add

from django.db import transaction

from incidents.core.reliability import Outcome, Tally, judge
from incidents.models import Incident, Reliability
from incidents.queries.reliabilities import outcomes
from incidents.services.correlating import POLICY
from monitors.core.states import Source
from monitors.models import Provider

REMEMBERED = timedelta(days=180)
LATE_WORDS = timedelta(days=3)  # for so long after its end, what is said of an incident changes what it showed


def learn(now: datetime) -> int:
    """Count again for each provider that had an incident end lately; return for how many."""
    until = now - POLICY.reopen_within  # what may still be opened again is not over
    ended = Incident.objects.filter(resolved_at__gte=now - LATE_WORDS, resolved_at__lt=until, provider__isnull=False)
    providers = sorted(set(ended.values_list("provider_id", flat=True)))
    for provider_id in providers:
        _learn(provider_id, until, now)
    return len(providers)


@transaction.atomic
def _learn(provider_id: int, until: datetime, now: datetime) -> None:
    Provider.objects.select_for_update(no_key=True).get(id=provider_id)  # one worker counts at a time
    known = outcomes(provider_id, now - REMEMBERED, until)
    Reliability.objects.filter(provider_id=provider_id).delete()
    Reliability.objects.bulk_create(
        Reliability(
            organization_id=organization_id,
            provider_id=provider_id,
            source=source,
            right=tally.right,
            wrong=tally.wrong,
            prompt=tally.prompt,
            missed=tally.missed,
            counted_at=now,
        )
        for organization_id, over in known.items()
        for source, tally in _tallies(over).items()
    )


def _tallies(over: Sequence[Outcome]) -> dict[Source, Tally]:
    judged = [judge(outcome) for outcome in over]
    return {
        source: reduce(add, (one[source] for one in judged if source in one))
        for source in Source
        if any(source in one for one in judged)
    }
