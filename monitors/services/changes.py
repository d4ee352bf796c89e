"""The only writer of who changed what about monitors. Callers are in the transaction of the change that they tell of."""

from collections.abc import Iterable, Sequence
from dataclasses import astuple
from datetime import datetime, timedelta

from monitors.core.edits import Edit
from monitors.models import ChangeKind, MonitorChange

# As long as the sums of hours: who asks what last year's slow week was, finds also what was changed before it.
CHANGES_KEPT = timedelta(days=731)
RUNNING, PAUSED = "running", "paused"


def note(done: Iterable[tuple[int, Sequence[Edit]]], *, by: int | None, now: datetime) -> None:
    """Note edits of monitors, (id, what was changed) of each; without an edit nothing is noted. One statement.

    `by` is the id of the user who did it; None: a command of the operators.
    """
    told = [(monitor_id, edits) for monitor_id, edits in done if edits]
    _write(told, ChangeKind.CHANGED, by, now)


def note_new(monitor_ids: Sequence[int], *, by: int | None, now: datetime, imported: bool = False) -> None:
    """Note that monitors were made. One statement."""
    kind = ChangeKind.IMPORTED if imported else ChangeKind.MADE
    _write([(monitor_id, ()) for monitor_id in monitor_ids], kind, by, now)


def checks_edit(*, paused: bool) -> Edit:
    return Edit("Checks", *((RUNNING, PAUSED) if paused else (PAUSED, RUNNING)))


def alerts_edit(before: datetime | None, after: datetime | None, now: datetime) -> Sequence[Edit]:
    """Return what a mute until then, or none, changed; a mute that was over was none."""
    old, new = _alerts(before, now), _alerts(after, now)
    return () if old == new else (Edit("Alerts", old, new),)


def tag_edit(name: str, *, put_on: bool) -> Edit:
    return Edit("Tag", *(("", name) if put_on else (name, "")))


def prune(now: datetime) -> int:
    """Forget changes that are older than CHANGES_KEPT; return how many."""
    return MonitorChange.objects.filter(at__lt=now - CHANGES_KEPT).delete()[0]


def _alerts(muted_until: datetime | None, now: datetime) -> str:
    if muted_until is None or muted_until <= now:
        return "sent"
    return f"muted until {muted_until:%-d %b %Y, %H:%M} UTC"


def _write(done: Sequence[tuple[int, Sequence[Edit]]], kind: ChangeKind, by: int | None, now: datetime) -> None:
    MonitorChange.objects.bulk_create(
        MonitorChange(
            monitor_id=monitor_id, at=now, by_id=by, kind=kind, together=len(done), edits=[*map(astuple, edits)]
        )
        for monitor_id, edits in done
    )
