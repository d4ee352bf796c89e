"""Pause, resume, mute and tag many monitors of an organization at once, in a few statements.

`by` is the id of the user who asks for it, for the record of changes; None: a command.
"""

from collections.abc import Collection
from datetime import datetime

from django.db import connection, transaction
from django.db.models import F

from monitors.core.schedule import first_slot_after
from monitors.core.states import State
from monitors.models import Monitor, RegionWord, SourceState
from monitors.services.changes import alerts_edit, checks_edit, note, tag_edit
from monitors.services.heartbeats import wait_anew
from monitors.services.monitors import withdraw

MOST_TAGS = 10
PAUSED = "The monitor is paused."

# What is put on and taken off is kept: a window for a tag covers what bore it at the time.
_TAG = """
    WITH moved AS (
        UPDATE monitors_monitor SET tags = array_append(tags, %(name)s)
        WHERE organization_id = %(organization)s AND id = ANY(%(ids)s)
          AND NOT %(name)s = ANY(tags) AND cardinality(tags) < %(most)s
        RETURNING id
    )
    INSERT INTO monitors_tagmove (monitor_id, name, at, is_put_on) SELECT id, %(name)s, %(now)s, true FROM moved
    RETURNING monitor_id
"""
_UNTAG = """
    WITH moved AS (
        UPDATE monitors_monitor SET tags = array_remove(tags, %(name)s)
        WHERE organization_id = %(organization)s AND id = ANY(%(ids)s) AND %(name)s = ANY(tags)
        RETURNING id
    )
    INSERT INTO monitors_tagmove (monitor_id, name, at, is_put_on) SELECT id, %(name)s, %(now)s, false FROM moved
    RETURNING monitor_id
"""
_RESUME = """
    UPDATE monitors_monitor AS monitor SET is_paused = false, next_check_at = first_at
    FROM unnest(%s::bigint[], %s::timestamptz[]) AS resumed (id, first_at) WHERE monitor.id = resumed.id
"""


def pause(organization_id: int, ids: Collection[int], *, now: datetime, by: int | None = None) -> int:
    """Stop checking these; return how many were not paused. What they last said no longer counts."""
    with transaction.atomic():
        running = Monitor.objects.filter(organization_id=organization_id, id__in=ids, is_paused=False)
        monitors = list(running.select_for_update(no_key=True).order_by("id"))
        paused = [monitor.id for monitor in monitors]
        Monitor.objects.filter(id__in=paused).update(is_paused=True, fence=F("fence") + 1, leased_until=None)
        RegionWord.objects.filter(monitor__in=paused).delete()
        words = SourceState.objects.filter(ref__in=[f"monitor:{id_}" for id_ in paused])
        # Only the end of trouble is news to anybody: each of those is told by itself, the others at once.
        troubled = set(words.filter(state__gte=State.DEGRADED).values_list("ref", flat=True))
        words.exclude(ref__in=troubled).update(
            state=State.UNKNOWN, since=now, observed_at=now, pending=None, pending_since=None, agreeing=0, reason=PAUSED
        )
        for monitor in monitors:
            if f"monitor:{monitor.id}" in troubled:
                withdraw(monitor, PAUSED, now)
        note(((id_, [checks_edit(paused=True)]) for id_ in paused), by=by, now=now)
    return len(paused)


def resume(organization_id: int, ids: Collection[int], *, now: datetime, by: int | None = None) -> int:
    """Check these again: one at once, each of several from its own slot on; return how many were paused."""
    paused = Monitor.objects.filter(organization_id=organization_id, id__in=ids, is_paused=True)
    with transaction.atomic():
        intervals = paused.select_for_update(no_key=True).order_by("id").values_list("id", "interval_s")
        firsts = {id_: first_slot_after(id_, interval_s, now) for id_, interval_s in intervals}
        if len(firsts) == 1:
            firsts = dict.fromkeys(firsts, now)
        with connection.cursor() as cursor:
            cursor.execute(_RESUME, [list(firsts), list(firsts.values())])
        wait_anew(firsts, now=now)
        note(((id_, [checks_edit(paused=False)]) for id_ in firsts), by=by, now=now)
    return len(firsts)


def mute(organization_id: int, ids: Collection[int], *, until: datetime | None, by: int | None, now: datetime) -> int:
    """Keep back alerts about trouble that only these see, until then; None: tell again. Return how many."""
    monitors = Monitor.objects.filter(organization_id=organization_id, id__in=ids)
    with transaction.atomic():
        locked = monitors.select_for_update(no_key=True).order_by("id")
        before = list(locked.values_list("id", "muted_until"))
        note(((id_, alerts_edit(old, until, now)) for id_, old in before), by=by, now=now)
        return monitors.update(muted_until=until, muted_by=by, muted_at=now)


def tag(organization_id: int, ids: Collection[int], name: str, *, now: datetime, by: int | None = None) -> int:
    """Put a tag on these; return how many did not have it. One with MOST_TAGS takes no more."""
    return _move(organization_id, ids, name, now, by, put_on=True)


def untag(organization_id: int, ids: Collection[int], name: str, *, now: datetime, by: int | None = None) -> int:
    """Take a tag off these; return how many had it."""
    return _move(organization_id, ids, name, now, by, put_on=False)


def _move(organization_id: int, ids: Collection[int], name: str, now: datetime, by: int | None, *, put_on: bool) -> int:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            _TAG if put_on else _UNTAG,
            {"organization": organization_id, "ids": list(ids), "name": name, "now": now, "most": MOST_TAGS},
        )
        moved = [id_ for (id_,) in cursor.fetchall()]
        note(((id_, [tag_edit(name, put_on=put_on)]) for id_ in moved), by=by, now=now)
    return len(moved)
