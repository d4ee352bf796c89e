"""Find when carriers refuse more of many senders' messages; tell the operators, and those whom it concerns.

It opens no incident: nothing is broken, and what a sender has to do is its own.
"""

from datetime import datetime, timedelta

from django.db import transaction

from monitors.catalogue.error_codes import meaning_of
from monitors.core.filtering import Step, step_of
from monitors.models import FilteringChange, Scope
from monitors.queries.delivery import scope_words
from monitors.queries.filtering import senders
from monitors.services.notices import raise_notice, resolve_notice

NOTICE = "filtering"
OVER_AFTER = timedelta(minutes=30)  # not found for so long
KEEP = timedelta(days=400)


def find_filtering(*, now: datetime) -> None:
    """Look for steps of the last hour, and end those that are over. Safe to repeat."""
    for (scope_id, code), found in senders(now).items():
        if step := step_of(found):
            _see(scope_id, code, step, now)
    for row in FilteringChange.objects.filter(ended_at=None, seen_at__lt=now - OVER_AFTER).order_by("id"):
        FilteringChange.objects.filter(id=row.id).update(ended_at=now)
        resolve_notice(NOTICE, _ref(row.scope_id, row.code), now=now)


def prune(now: datetime) -> int:
    """Forget what was over long ago; return how many rows went."""
    gone, _ = FilteringChange.objects.filter(ended_at__lt=now - KEEP).delete()
    return gone


def _see(scope_id: int, code: str, step: Step, now: datetime) -> None:
    with transaction.atomic():
        row, _ = FilteringChange.objects.get_or_create(
            scope_id=scope_id, code=code, ended_at=None, defaults={"began_at": now, "seen_at": now}
        )
        # What may be told once may be told until it is over: it was true then.
        told = row.may_be_told or step.may_be_told
        FilteringChange.objects.filter(id=row.id).update(seen_at=now, may_be_told=told)
    scope = Scope.objects.select_related("provider", "component", "carrier").get(id=scope_id)
    meaning = meaning_of(scope.provider.slug if scope.provider else "", code)
    raise_notice(
        NOTICE,
        _ref(scope_id, code),
        title=f"Carriers refuse more: {scope_words(scope)}, {code} ({meaning})",
        reason=f"{step.refused} messages of {step.senders} organizations in an hour, far more than each one's usual. "
        "It is no outage, and no incident is opened. Look for news of the carrier's rules.",
        now=now,
    )


def _ref(scope_id: int, code: str) -> str:
    return f"scope:{scope_id}:{code}"
