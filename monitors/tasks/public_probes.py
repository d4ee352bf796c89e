"""Tell everybody what the operator's own monitors see."""

from celery import shared_task

from kit.clock import clock
from monitors.services.public_probes import tell_everybody


@shared_task(name="monitors.tasks.tell_public_probes")
def tell_public_probes() -> None:
    """Say what the monitors of PUBLIC_PROBES_OF see. Safe to repeat."""
    tell_everybody(clock())
