"""Wake incidents when monitors has news."""

from django.dispatch import receiver

from incidents.tasks import correlate_pending
from kit.waking import wake
from monitors.signals import state_changes_recorded


@receiver(state_changes_recorded)
def wake_correlation(**_: object) -> None:
    wake(correlate_pending)
