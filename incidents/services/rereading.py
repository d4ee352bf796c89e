"""Read changes again that were refused, once what refused them no longer holds.

A change is written when a word moves. A source that goes on saying the same would otherwise stay refused for
good: because of a maintenance window that is over, or of what another source said against it that has gone stale.
"""

import logging
from collections.abc import Iterator
from datetime import datetime

from django.db import OperationalError
from django.db.models import F, Q

from incidents.core.correlate import IN_MAINTENANCE, TOO_LITTLE, Ignore, refusal
from incidents.queries.naming import PARTS
from incidents.queries.weighing import weighed, words_near
from monitors.core.states import State
from monitors.models import PendingChange
from monitors.queries.states import words_by_source

logger = logging.getLogger(__name__)


def read_again(now: datetime) -> int:
    """Queue what would no longer be refused; return how much. Safe to repeat."""
    again = [pending.id for pending in _still_said(now) if _may_count(pending, now)]
    return PendingChange.objects.filter(id__in=again, decision=_IGNORED).update(correlated_at=None)


_IGNORED = Ignore.__name__.lower()


def _still_said(now: datetime) -> Iterator[PendingChange]:
    """Give what was refused and is still the latest word of its source, which can be heard."""
    refused = PendingChange.objects.filter(
        Q(reason__startswith=TOO_LITTLE) | Q(reason=IN_MAINTENANCE),
        decision=_IGNORED,
        correlated_at__isnull=False,
        change__scope__source_states__state__gte=State.DEGRADED,
        change__scope__source_states__ref=F("change__ref"),
        change__scope__source_states__since=F("change__at"),
        change__new=F("change__scope__source_states__state"),
    )
    rows = list(refused.select_related("change", *(f"change__scope__{part}" for part in PARTS)).order_by("id"))
    words = words_by_source((row.change.ref, row.change.scope_id) for row in rows)
    for row in rows:
        word = words.get((row.change.ref, row.change.scope_id))
        if word and word.heard.is_fresh(now):
            yield row


def _may_count(pending: PendingChange, now: datetime) -> bool:
    try:
        words = words_near(pending.organization_id, pending.change, ())
        return refusal(weighed(pending.organization_id, pending.change, words, now)) is None
    except OperationalError:
        raise  # the database's trouble, not the change's
    except Exception:
        logger.exception("Change %d could not be weighed again", pending.change_id)
        return False
