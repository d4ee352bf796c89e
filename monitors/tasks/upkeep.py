"""The daily housekeeping of the monitors app."""

from celery import shared_task

from kit.clock import clock
from monitors.services import (
    applying,
    changes,
    delivery,
    filtering,
    lookups,
    report_people,
    reports,
    storage,
    synthetic,
    upkeep,
)  # fmt: skip


@shared_task(name="monitors.tasks.pack_closed_hours")
def pack_closed_hours() -> None:
    """Pack the check results of the hours that are over. Safe to repeat: each hour is packed once."""
    storage.pack_closed_hours(now=clock())


@shared_task(name="monitors.tasks.daily_upkeep")
def daily_upkeep() -> None:
    """Make partitions ahead, drop what is old. Safe to repeat."""
    now = clock()
    upkeep.keep_results(now=now)
    upkeep.prune(now=now)
    applying.prune(now)
    reports.prune(now)
    report_people.bury_keys()
    delivery.prune(now)
    synthetic.prune(now)
    filtering.prune(now)
    lookups.prune(now)
    changes.prune(now)
