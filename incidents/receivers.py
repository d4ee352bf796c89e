"""Wake incidents when monitors has news. A wake-up that is lost costs the time until the sweep."""

import logging

from django.dispatch import receiver
from kombu.exceptions import OperationalError

from incidents.tasks import correlate_pending
from monitors.signals import state_changes_recorded

logger = logging.getLogger(__name__)
_lost = 0  # wake-ups in a row that the broker did not take


@receiver(state_changes_recorded)
def wake_correlation(**_: object) -> None:
    """Ask a worker to correlate; says once per spell that the broker is away."""
    global _lost
    try:
        correlate_pending.delay()
    except OperationalError as error:
        _lost += 1
        if _lost == 1:
            logger.warning("The broker does not take wake-ups, the sweep will correlate: %s", error)
        return
    if _lost:
        logger.info("The broker takes wake-ups again, after %d were left to the sweep", _lost)
        _lost = 0
