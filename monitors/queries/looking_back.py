"""How long earlier checks took, for conditions such as p95(5m) < 800ms."""

from collections.abc import Collection
from datetime import datetime, timedelta

from django.db import connection

LEAST_CHECKS = 5  # fewer say nothing about a percentile

_PERCENTILES = """
    SELECT monitor_id, percentile_disc(%s) WITHIN GROUP (ORDER BY total_us)
    FROM monitors_checkresult
    WHERE monitor_id = ANY(%s) AND slot >= %s AND slot <= %s AND state BETWEEN 0 AND 2
    GROUP BY monitor_id HAVING count(*) >= %s
"""


def percentiles(monitor_ids: Collection[int], percent: int, window_s: int, *, now: datetime) -> dict[int, int]:
    """Return a percentile in microseconds of each monitor's answered checks of the last `window_s` seconds.

    Monitors with fewer than LEAST_CHECKS of them are left out.
    """
    since = now - timedelta(seconds=window_s)
    with connection.cursor() as cursor:
        cursor.execute(_PERCENTILES, [percent / 100, list(monitor_ids), since, now, LEAST_CHECKS])
        return dict(cursor.fetchall())
