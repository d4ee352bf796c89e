"""Which regions have a prober at work: what is to be checked from one that has none, others check, and operators hear of it."""

from datetime import datetime

from django.conf import settings
from django.db import connection

from kit.clock import real
from monitors.models import OperatorNotice, RegionWatch
from monitors.queries.regions import region_name
from monitors.services.notices import raise_notice, resolve_notice

ATTEND_EVERY_S = 5.0
ABSENT_S = 30.0  # without a word, before others take a region's turns without waiting for it
_NOTICE = "absent_region"

_CHECKED_FROM = """
    SELECT region, count(*), count(*) FILTER (WHERE cardinality(regions) = 1)
    FROM monitors_monitor, unnest(regions) AS region WHERE NOT is_paused GROUP BY region ORDER BY region
"""


def attend(region: int, *, now: datetime) -> frozenset[int]:
    """Note that a prober of this region is at work, and return the regions that have none. Two queries."""
    seen = dict(RegionWatch.objects.values_list("region", "attended_at"))
    RegionWatch.objects.bulk_create(
        [RegionWatch(region=region, attended_at=now)],
        update_conflicts=True,
        unique_fields=["region"],
        update_fields=["attended_at"],
    )
    absent = frozenset(each for each in range(len(settings.PROBE_REGIONS)) if _is_absent(seen.get(each), now))
    if region in absent:
        resolve_notice(_NOTICE, region_name(region), now=now)
    return absent - {region}


def judge_attendance(*, now: datetime) -> None:
    """Raise a notice for each region that monitors are checked from and no prober works in."""
    with connection.cursor() as cursor:
        cursor.execute(_CHECKED_FROM)
        wanted = cursor.fetchall()
    seen = dict(RegionWatch.objects.values_list("region", "attended_at"))
    missing = {region_name(row[0]): row for row in wanted if _is_absent(seen.get(row[0]), now)}
    for name, (_, monitors, alone) in missing.items():
        title = f"No prober works in {name}, from where {monitors} monitors are to be checked"
        unchecked = f"{alone} of them are not checked at all. " if alone else ""
        rest = f"Other regions make the checks of {'the others' if alone else 'them all'}. " if alone < monitors else ""
        reason = f"{unchecked}{rest}Start one there: manage.py probe --region {name}"
        raise_notice(_NOTICE, name, title=title, reason=reason, now=now)
    for notice in OperatorNotice.objects.filter(kind=_NOTICE, resolved_at=None).exclude(ref__in=missing):
        resolve_notice(_NOTICE, notice.ref, now=now)


def _is_absent(seen_at: datetime | None, now: datetime) -> bool:
    return seen_at is None or seen_at < now - real(ABSENT_S)
