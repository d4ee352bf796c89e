"""What other organizations' messages to the same places did, as far as they share it and enough of them do."""

from collections.abc import Collection
from datetime import datetime, timedelta

from django.db import connection

from monitors.core.delivery_cells import Sums
from monitors.core.receipts import PROMPT
from monitors.queries.evidence import FEWEST_MESSAGES, FEWEST_SENDERS

LOOK_BACK = timedelta(hours=1)
_OTHERS = """
    SELECT c.scope_id, sum(c.started), sum(c.prompt), sum(c.delivered), sum(c.outage), sum(c.ambiguous), sum(c.sender)
    FROM monitors_deliverycount c
    JOIN accounts_organization o ON o.id = c.organization_id AND o.shares_counts_since <= c.minute
    WHERE c.scope_id = ANY(%s) AND c.organization_id <> %s AND c.minute >= %s AND c.minute < %s
    GROUP BY c.scope_id
    HAVING count(DISTINCT c.organization_id) >= %s AND sum(c.started) >= %s
"""


def others_sums(organization_id: int, scope_ids: Collection[int], now: datetime) -> dict[int, Sums]:
    """Return {scope id: what others' messages of the last hour did}; scopes of which too few share are left out.

    The last minutes are left out too: their messages may be late yet. One query, none without a scope.
    """
    if not scope_ids:
        return {}
    until = now - PROMPT - timedelta(minutes=1)
    with connection.cursor() as cursor:
        cursor.execute(
            _OTHERS, [list(scope_ids), organization_id, now - LOOK_BACK, until, FEWEST_SENDERS, FEWEST_MESSAGES]
        )
        return {scope_id: Sums(*map(int, sums)) for scope_id, *sums in cursor.fetchall()}
