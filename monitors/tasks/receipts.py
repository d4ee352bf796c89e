"""Apply the receipts that came in."""

from celery import shared_task

from kit.clock import clock
from monitors.services import receipts


@shared_task(name="monitors.tasks.apply_receipts")
def apply_receipts() -> None:
    """Apply every waiting receipt. Safe to repeat: an applied one no longer waits."""
    while receipts.apply_next(now=clock()):
        pass
