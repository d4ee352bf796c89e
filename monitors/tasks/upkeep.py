"""The daily housekeeping of the monitors app."""

from celery import shared_task

from kit.clock import clock
from monitors.services import delivery, receipts, reports, upkeep


@shared_task(name="monitors.tasks.daily_upkeep")
def daily_upkeep() -> None:
    """Make partitions ahead, roll up days, drop what is old. Safe to repeat."""
    now = clock()
    upkeep.keep_results(now=now)
    upkeep.prune(now=now)
    receipts.prune(now)
    reports.prune(now)
    delivery.prune(now)
