"""What Celery beat wakes, and how often: about a dozen fixed lines, never one per monitor.

The table is brought into the database after every `migrate`, not by a migration of its own: a
migration would freeze the table as it was on one day, and each later edit would need another one.
A schedule that is no longer in the table is switched off; those that an operator added are left alone.
"""

from dataclasses import dataclass
from datetime import UTC, datetime

from django.conf import settings

PREFIX = "statuswire: "  # of the names of our own schedules


@dataclass(frozen=True, slots=True)
class Schedule:
    """A task without arguments, safe to run at any time and twice at once: it claims rows."""

    task: str
    every_s: int

    @property
    def name(self) -> str:
        return PREFIX + self.task


SCHEDULES = (
    Schedule("monitors.tasks.poll_due_feeds", 5),
    Schedule("monitors.tasks.backfill_feeds", 60),  # the history of feeds that are new
    Schedule("monitors.tasks.redetect_feeds", 600),  # where pages have gone that cannot be read any more
    Schedule("monitors.tasks.apply_receipts", 5),
    Schedule("monitors.tasks.send_synthetic", 10),  # messages at an owner's cost, within their cap
    Schedule("monitors.tasks.evaluate_counts", 60),
    Schedule("monitors.tasks.tell_public_probes", 30),
    Schedule("monitors.tasks.pack_closed_hours", 300),
    Schedule("monitors.tasks.tell_operators", 60),  # of sources that stay unreadable, and the like
    Schedule("monitors.tasks.daily_upkeep", 3600),  # partitions ahead, pruning
    Schedule("incidents.tasks.correlate_pending", 5),  # sweeps outbox 1
    Schedule("incidents.tasks.tend_incidents", 30),
    Schedule("incidents.tasks.learn_reliabilities", 21_600),
    Schedule("alerts.tasks.route_pending", 5),  # sweeps outbox 2
    Schedule("alerts.tasks.deliver_due", 5),  # sweeps outbox 3
)


def paced(every_s: int, speed: float) -> int:
    """Return an interval in seconds of the machine, where the product's clock runs `speed` times as fast."""
    return max(1, round(every_s / max(1.0, speed)))


def install(**signal: object) -> None:
    """Bring the table into the database; writes only what differs, so beat reloads only then."""
    from django_celery_beat.models import IntervalSchedule, PeriodicTask, PeriodicTasks

    writes = 0
    for schedule in SCHEDULES:
        every_s = paced(schedule.every_s, settings.CLOCK_SPEED)
        interval = IntervalSchedule.objects.filter(every=every_s, period=IntervalSchedule.SECONDS).first()
        interval = interval or IntervalSchedule.objects.create(every=every_s, period=IntervalSchedule.SECONDS)
        # A wake-up that waited for longer than its interval is one too many: the next is already there.
        wanted = {"task": schedule.task, "interval_id": interval.id, "expire_seconds": every_s}
        writes += _put(PeriodicTask.objects, schedule.name, wanted)
    gone = PeriodicTask.objects.filter(name__startswith=PREFIX, enabled=True)
    writes += gone.exclude(name__in=[schedule.name for schedule in SCHEDULES]).update(enabled=False)
    if writes:
        PeriodicTasks.objects.update_or_create(ident=1, defaults={"last_update": datetime.now(UTC)})


def _put(rows: object, name: str, wanted: dict[str, object]) -> int:
    """Make the row `name` hold `wanted`; return the number of rows written."""
    current = rows.filter(name=name)  # type: ignore[attr-defined]
    if current.filter(**wanted).exists():
        return 0
    return current.update(**wanted) or bool(rows.create(name=name, **wanted))  # type: ignore[attr-defined]
