"""What regions say of the monitors that they check in turn, and which region is left out as the others contradict it."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db import connection, transaction

from monitors.core.debounce import Track
from monitors.core.guard import Sight, Watch, sight
from monitors.core.quorum import Panel, View, suspects, wanted_of
from monitors.core.states import State
from monitors.models import Monitor, RegionWatch, RegionWord
from monitors.queries.regions import region_name
from monitors.services.notices import raise_notice, resolve_notice

WORD_LASTS = 3  # turns of a region: after that its word is no longer counted

_SAY = """
    INSERT INTO monitors_regionword AS word (monitor_id, region, state, since, at, total_us)
    SELECT id, region, state, at, at, total_us
    FROM unnest(%s::bigint[], %s::smallint[], %s::smallint[], %s::timestamptz[], %s::int[])
        AS said (id, region, state, at, total_us)
    ORDER BY id
    ON CONFLICT (monitor_id, region) DO UPDATE SET state = excluded.state, at = excluded.at, total_us = excluded.total_us,
        since = CASE WHEN word.state = excluded.state THEN word.since ELSE excluded.since END
    WHERE word.at <= excluded.at
"""


@dataclass(frozen=True, slots=True)
class Regions:
    """What is known of regions when results come in: their networks, and their last words by monitor."""

    watches: Mapping[int, Watch] = field(default_factory=dict)
    suspected: frozenset[int] = frozenset()
    words: Mapping[int, Sequence[RegionWord]] = field(default_factory=dict)


def is_shared(monitor: Monitor) -> bool:
    """Whether several regions check a monitor, in turn."""
    return len(monitor.regions) > 1


def suspected_regions() -> frozenset[int]:
    """Return the regions that are left out. One query."""
    return frozenset(RegionWatch.objects.filter(suspected_since__isnull=False).values_list("region", flat=True))


def last_words(monitors: Sequence[Monitor]) -> dict[int, list[RegionWord]]:
    """Return what each region last said of those that several check. One query, or none."""
    found: dict[int, list[RegionWord]] = defaultdict(list)
    if shared := [monitor.id for monitor in monitors if is_shared(monitor)]:
        for word in RegionWord.objects.filter(monitor_id__in=shared):
            found[word.monitor_id].append(word)
    return found


def is_left_out(monitor: Monitor, region: int, suspected: frozenset[int]) -> bool:
    """Whether a region's word does not count, as the others contradict it; never all of a monitor's."""
    return is_shared(monitor) and region in suspected and not suspected.issuperset(monitor.regions)


def panel_of(monitor: Monitor, view: View, known: Regions, track: Track, *, up_after: int, now: datetime) -> Panel:
    """Return who may speak of a monitor now, and what each of them last said."""
    suspected = known.suspected
    blind = {region for region, watch in known.watches.items() if watch.blind_since is not None}
    heard = [
        r for r in monitor.regions if not is_left_out(monitor, r, suspected) and (r not in blind or r == view.region)
    ]
    words = {word.region: word for word in known.words.get(monitor.id, ()) if word.region in heard}
    before = words.pop(view.region, None)
    oldest = now - timedelta(seconds=WORD_LASTS * len(monitor.regions) * monitor.interval_s + monitor.timeout_s)
    fresh = [word for word in words.values() if word.at > oldest]
    sure = [word for word in fresh if not _is_doubtful(word, known.watches.get(word.region), now)]
    return Panel(
        count=len(heard),
        wanted=wanted_of(len(heard), monitor.quorum),
        views=[view, *(View(word.region, State(word.state), word.at) for word in sure)],
        is_new=before is None or State(before.state).is_impaired != view.state.is_impaired,
        waits=track.pending_since is not None
        and any(word.at >= track.pending_since for word in set(fresh) - set(sure)),
        up_after=up_after,
    )


def say(words: Sequence[tuple[int, View, int]]) -> None:
    """Store what regions said: monitor, view, microseconds; at most one of a monitor. Within a transaction."""
    if not words:
        return
    rows = [(id_, view.region, int(view.state), view.at, total_us) for id_, view, total_us in words]
    with connection.cursor() as cursor:
        cursor.execute(_SAY, [list(column) for column in zip(*rows, strict=True)])


@transaction.atomic
def judge_regions(*, now: datetime) -> None:
    """Leave out the regions that are alone with their word, and believe again those that no longer are."""
    odd = suspects(_views(now))
    for region in odd:
        RegionWatch.objects.get_or_create(region=region)
    for row in RegionWatch.objects.order_by("region").select_for_update():
        name = region_name(row.region)
        if row.region in odd and row.suspected_since is None:
            title = f"Checks from {name} are left out: it disagrees with all other regions"
            reason = f"It is alone with what it says of {odd[row.region]} monitors. Look at its network, DNS and clock."
            raise_notice("suspected_region", name, title=title, reason=reason, now=now)
            RegionWatch.objects.filter(region=row.region).update(suspected_since=now)
        elif row.region not in odd and row.suspected_since is not None:
            RegionWatch.objects.filter(region=row.region).update(suspected_since=None)
            resolve_notice("suspected_region", name, now=now)


_FRESH = """
    SELECT word.monitor_id, word.region, word.state, word.at, word.since
    FROM monitors_regionword AS word JOIN monitors_monitor AS monitor ON monitor.id = word.monitor_id
    WHERE NOT is_paused AND cardinality(regions) > 2 AND word.region = ANY(regions)
      AND word.at > %s - (%s * cardinality(regions) * interval_s + timeout_s) * interval '1 second'
"""


def _views(now: datetime) -> list[list[View]]:
    """Return what regions said lately of the monitors that three or more check, monitor by monitor."""
    with connection.cursor() as cursor:
        cursor.execute(_FRESH, [now, WORD_LASTS])
        rows = cursor.fetchall()
    views: dict[int, list[View]] = defaultdict(list)
    for monitor_id, region, state, at, since in rows:
        views[monitor_id].append(View(region, State(state), at, since))
    return list(views.values())


def _is_doubtful(word: RegionWord, watch: Watch | None, now: datetime) -> bool:
    """Whether a region's failure may be that of its own network: not known before its next round of canaries."""
    if not State(word.state).is_impaired:
        return False
    ended = word.at + timedelta(microseconds=word.total_us)
    return sight(watch, began=word.at, ended=ended, now=now) is not Sight.CLEAR
