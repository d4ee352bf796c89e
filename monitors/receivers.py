"""Wake the counting of receipts when some have come in."""

from django.dispatch import receiver

from kit.waking import wake
from monitors.signals import receipts_arrived
from monitors.tasks.receipts import apply_receipts


@receiver(receipts_arrived)
def wake_counting(**_: object) -> None:
    wake(apply_receipts)
