"""Watch our own network, region by region, so that its failure is nobody's incident."""

import logging
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Q, TextField, Value
from django.db.models.functions import Cast, Concat

from monitors.core.guard import Failing, Round, Watch, after_round
from monitors.core.states import State
from monitors.models import CheckEvidence, Monitor, RegionWatch, RegionWord, SourceState
from monitors.probes.base import ProbeTask, Reason
from monitors.queries.regions import region_name
from monitors.services.checks import engine
from monitors.services.notices import raise_notice, resolve_notice

logger = logging.getLogger(__name__)

CANARY_TIMEOUT_S = 3.0
_UNDER_WAY = timedelta(seconds=30)  # the longest check: one that failed in the dark may have begun this long before
_FIELDS = ("last_good_at", "last_round_at", "blind_since", "good_rounds", "reason", "dark_from", "dark_until")

_FAILING = """
    SELECT word.state, monitor.last_state, monitor.target
    FROM monitors_monitor AS monitor
    JOIN monitors_sourcestate AS word ON word.ref = 'monitor:' || monitor.id AND word.scope_id = monitor.scope_id
    WHERE NOT is_paused AND %s = ANY(regions) AND word.state IN (0, 1) AND last_check_at > %s - interval_s * interval '1 second'
"""
_DISOWN = """
    UPDATE monitors_checkresult SET state = -1, reason = %(reason)s
    WHERE slot > %(since)s::timestamptz - %(margin)s::interval AND state >= 3 AND region = %(region)s
      AND slot + total_us * interval '1 microsecond' > %(since)s
"""


def watches() -> dict[int, Watch]:
    """Return what is known of each region's network. One query."""
    return {row.region: _watch(row) for row in RegionWatch.objects.all()}


def ask_canaries(*, now: datetime) -> Round:
    """Ask every canary at once. They are known names on different networks, so this tests DNS as well."""
    addresses: Sequence[str] = settings.CANARIES
    tasks = [ProbeTask("http", address, {}, CANARY_TIMEOUT_S) for address in addresses]
    failed = [
        addresses[index]
        for piece in engine().stream(tasks)
        for index, result in piece
        if result.state != State.OPERATIONAL
    ]
    return Round(now, len(addresses), tuple(urlsplit(address).netloc for address in failed))


@transaction.atomic
def record_round(region: int, round_: Round) -> Watch:
    """Store a round of canaries; on going blind, take back what failed since the last good one."""
    RegionWatch.objects.get_or_create(region=region)
    row = RegionWatch.objects.select_for_update().get(region=region)
    before = _watch(row)
    if before.last_round_at and round_.at <= before.last_round_at:
        return before  # two workers of one region: the later round counts
    after = after_round(before, round_, failing(region, now=round_.at) if round_.failed else Failing())
    for name, value in asdict(after).items():
        setattr(row, name, value)
    row.save(update_fields=_FIELDS)
    if after.blind_since and not before.blind_since:
        _take_back(region, after.blind_since)
        title = f"Checks from {region_name(region)} are held back: our own network does not work"
        raise_notice("blind_region", region_name(region), title=title, reason=after.reason, now=round_.at)
    if before.blind_since and not after.blind_since:
        if not after.last_good_at:
            logger.error(
                "Region %s was blind for too long and is believed again: %s", region_name(region), after.reason
            )
        resolve_notice("blind_region", region_name(region), now=round_.at)
    return after


def failing(region: int, *, now: datetime) -> Failing:
    """Count the monitors of a region that were up and failed at their last check, within their last interval."""
    with connection.cursor() as cursor:
        cursor.execute(_FAILING, [region, now])
        rows = cursor.fetchall()
    targets = [target for _, last, target in rows if last >= State.PARTIAL_OUTAGE]
    return Failing(len(rows), len(targets), len({urlsplit(target).hostname or target for target in targets}))


def _take_back(region: int, blind_since: datetime) -> None:
    """Take back what a region saw fail since the last good round, before anybody knew: it may have been ours."""
    monitors = Monitor.objects.filter(regions__contains=[region])
    refs = monitors.values_list(Concat(Value("monitor:"), Cast("id", TextField()), output_field=TextField()), flat=True)
    waiting = SourceState.objects.filter(source="probe", pending__gte=State.DEGRADED, ref__in=refs)
    waiting.filter(pending_since__gt=blind_since - _UNDER_WAY).update(pending=None, pending_since=None, agreeing=0)
    said = RegionWord.objects.filter(region=region, state__gte=State.DEGRADED, at__gt=blind_since - _UNDER_WAY)
    said.delete()  # else it would also be suspected, as it disagrees with all others
    seen_here = Q(detail__region__isnull=True) | Q(detail__region=region_name(region))  # named where several check
    CheckEvidence.objects.filter(seen_here, at__gt=blind_since, monitor__in=monitors).delete()
    with connection.cursor() as cursor:
        values: dict[str, Any] = {"reason": Reason.NO_NETWORK, "region": region}
        cursor.execute(_DISOWN, values | {"since": blind_since, "margin": _UNDER_WAY})


def _watch(row: RegionWatch) -> Watch:
    return Watch(**{name: getattr(row, name) for name in _FIELDS})
