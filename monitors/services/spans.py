"""Remember for which stretches of time a source could be read."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from django.db import connection

from kit.clock import real
from monitors.models import Coverage

# The last span of each source, moved on where the reading is within its gap; a source without one gets a new span.
_EXTEND = """
    WITH heard AS (SELECT * FROM unnest(%(refs)s::text[], %(gaps)s::interval[]) AS heard (ref, gap)),
    last AS (
        SELECT heard.ref, gap, span.id, span.began_at, span.ended_at
        FROM heard LEFT JOIN LATERAL (
            SELECT id, began_at, ended_at FROM monitors_coverage WHERE ref = heard.ref ORDER BY ended_at DESC LIMIT 1
        ) AS span ON true
    ),
    extended AS (
        UPDATE monitors_coverage AS span SET ended_at = %(now)s FROM last
        WHERE span.id = last.id AND last.ended_at < %(now)s AND %(now)s <= last.ended_at + gap
    )
    INSERT INTO monitors_coverage (ref, began_at, ended_at)
    SELECT ref, %(now)s, %(now)s FROM last
    WHERE id IS NULL OR %(now)s > ended_at + gap OR %(now)s < began_at
"""


def extend_coverages(intervals: Mapping[str, int], *, now: datetime) -> None:
    """Add the readings at `now` to the last spans of sources, by {ref: interval in seconds}; a source that missed
    three intervals begins a new span.
    """
    if intervals:
        gaps = [max(3 * timedelta(seconds=interval_s), real(90)) for interval_s in intervals.values()]
        with connection.cursor() as cursor:
            cursor.execute(_EXTEND, {"refs": list(intervals), "gaps": gaps, "now": now})


def extend_coverage(ref: str, *, now: datetime, interval_s: int) -> None:
    """The same for one source."""
    extend_coverages({ref: interval_s}, now=now)


def cover_history(ref: str, *, since: datetime, now: datetime) -> None:
    """Add the span that a history tells of: from its oldest record to our first own reading."""
    first = Coverage.objects.filter(ref=ref).order_by("began_at").first()
    until = first.began_at if first else now
    if first and since < first.began_at:
        Coverage.objects.filter(id=first.id).update(began_at=since)
    elif since < until:
        Coverage.objects.create(ref=ref, began_at=since, ended_at=until)
