"""Remember for which stretches of time a source could be read."""

from datetime import datetime, timedelta

from kit.clock import real
from monitors.models import Coverage


def extend_coverage(ref: str, *, now: datetime, interval_s: int) -> None:
    """Add the reading at `now` to the source's last span, or begin a new one after three missed intervals."""
    longest_gap = max(3 * timedelta(seconds=interval_s), real(90))
    last = Coverage.objects.filter(ref=ref).order_by("-ended_at").first()
    if last and last.began_at <= now <= last.ended_at:
        return
    if last and last.ended_at <= now <= last.ended_at + longest_gap:
        Coverage.objects.filter(id=last.id).update(ended_at=now)
        return
    Coverage.objects.create(ref=ref, began_at=now, ended_at=now)


def cover_history(ref: str, *, since: datetime, now: datetime) -> None:
    """Add the span that a history tells of: from its oldest record to our first own reading."""
    first = Coverage.objects.filter(ref=ref).order_by("began_at").first()
    until = first.began_at if first else now
    if first and since < first.began_at:
        Coverage.objects.filter(id=first.id).update(began_at=since)
    elif since < until:
        Coverage.objects.create(ref=ref, began_at=since, ended_at=until)
