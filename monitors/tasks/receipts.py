"""Apply the receipts that came in."""

from celery import shared_task

from kit.clock import clock
from monitors.services import applying


@shared_task(name="monitors.tasks.apply_receipts")
def apply_receipts() -> None:
    """Apply the receipts that wait now. Safe to repeat: an applied one no longer waits.

    Nothing wakes this but its schedule: a wake-up per callback would be more work than applying it.
    """
    newest = applying.newest_waiting()
    while newest is not None and applying.apply_next(now=clock(), up_to=newest):
        pass
    while applying.count_next_minutes(now=clock()):
        pass
