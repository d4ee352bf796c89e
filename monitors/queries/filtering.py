"""What is refused as the senders' own doing, over all organizations, and the steps in it that are known."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection

from monitors.core.filtering import FEWEST_OF_ONE, FEWEST_SENDERS, Sender
from monitors.models import FilteringChange

LATELY = timedelta(hours=1)
BEFORE = timedelta(days=7)

# Few scopes pass the first step, so that the sums of a week are read for those alone.
_SENDERS = """
    WITH lately AS (
        SELECT scope_id, code, organization_id, sum(messages) AS refused FROM monitors_deliveryfailure
        WHERE fault = 'sender' AND at > %(lately)s AND at <= %(now)s GROUP BY 1, 2, 3 HAVING sum(messages) >= %(few)s
    ), wanted AS (
        SELECT *, count(*) OVER (PARTITION BY scope_id, code) AS senders FROM lately
    )
    SELECT w.scope_id, w.code, w.refused,
        (SELECT sum(c.delivered + c.outage + c.ambiguous + c.sender) FROM monitors_deliverycount c
            WHERE c.organization_id = w.organization_id AND c.scope_id = w.scope_id
              AND c.minute > %(lately)s AND c.minute <= %(now)s),
        (SELECT sum(f.messages) FROM monitors_deliveryfailure f
            WHERE f.organization_id = w.organization_id AND f.scope_id = w.scope_id AND f.code = w.code
              AND f.fault = 'sender' AND f.at > %(before)s AND f.at <= %(lately)s),
        (SELECT sum(h.delivered + h.outage + h.ambiguous + h.sender) FROM monitors_deliveryhour h
            WHERE h.organization_id = w.organization_id AND h.scope_id = w.scope_id
              AND h.hour > %(before)s AND h.hour <= %(past)s),
        coalesce(o.shares_counts_since <= %(lately)s, false)
    FROM wanted w JOIN accounts_organization o ON o.id = w.organization_id WHERE w.senders >= %(senders)s
"""


def senders(now: datetime) -> dict[tuple[int, str], list[Sender]]:
    """Return the organizations that were refused often in the last hour, by scope and code, where they are enough."""
    values: dict[str, Any] = {
        "now": now,
        "lately": now - LATELY,
        "before": now - BEFORE,
        "past": now - 2 * LATELY,  # the last hour that was over before
        "few": FEWEST_OF_ONE,
        "senders": FEWEST_SENDERS,
    }
    found: dict[tuple[int, str], list[Sender]] = {}
    with connection.cursor() as cursor:
        cursor.execute(_SENDERS, values)
        for scope_id, code, refused, ended, refused_before, ended_before, shares in cursor.fetchall():
            counts = int(refused), int(ended or 0), int(refused_before or 0), int(ended_before or 0)
            found.setdefault((scope_id, code), []).append(Sender(*counts, bool(shares)))
    return found


@dataclass(frozen=True, slots=True)
class Filtering:
    """A carrier refuses more of many senders' messages to a scope, with one code."""

    scope_id: int
    code: str
    began_at: datetime


def filtering_now(scope_ids: Collection[int]) -> list[Filtering]:
    """Return what organizations may be told of these scopes, the latest first. One query."""
    rows = FilteringChange.objects.filter(scope__in=scope_ids, ended_at=None, may_be_told=True)
    found = rows.order_by("-began_at", "id").values_list("scope_id", "code", "began_at")
    return [Filtering(*row) for row in found]
