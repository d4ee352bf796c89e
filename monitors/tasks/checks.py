"""Wake the checks: claim what falls due, run it in batches, store what came of it."""

from collections.abc import Sequence
from datetime import datetime

from celery import shared_task
from django.conf import settings

from kit.clock import clock
from monitors.services import checks, dispatch, guard, results
from monitors.services.dispatch import Claim

BATCH = 100  # checks per message
# Workers of this queue: `celery -A config worker -Q probe -P threads -c 16`. A batch waits for its slowest
# check and costs next to nothing meanwhile, as all threads share one loop.
QUEUE = "probe"
EXPIRES_S = 10  # a batch that nobody takes up is claimed again when its leases lapse

Message = Sequence[tuple[int, int, str]]


@shared_task(name="monitors.tasks.dispatch_due_checks", expires=5)
def dispatch_due_checks() -> None:
    """Hand every check that falls due to the probe workers. Safe to repeat: a claim is a lease."""
    while claims := dispatch.claim_due(now=clock()):
        for start in range(0, len(claims), BATCH):
            batch = [(id_, fence, slot.isoformat()) for id_, fence, slot in claims[start : start + BATCH]]
            run_checks.apply_async(args=(batch,), queue=QUEUE, expires=EXPIRES_S)


@shared_task(name="monitors.tasks.watch_networks", expires=5)
def watch_networks() -> None:
    """Have every region ask its canaries, where there are any."""
    for region in range(len(settings.PROBE_REGIONS) if settings.CANARIES else 0):
        ask_canaries.apply_async(args=(region,), queue=QUEUE, expires=5)


@shared_task(name="monitors.tasks.ask_canaries")
def ask_canaries(region: int) -> None:
    """Find out whether this region's network works. Safe to repeat: the later round counts."""
    guard.record_round(region, guard.ask_canaries(now=clock()))


@shared_task(name="monitors.tasks.run_checks")
def run_checks(batch: Message) -> None:
    """Make claimed checks and store their results. Safe to repeat: what was taken once is not taken again."""
    claims = [Claim(id_, fence, datetime.fromisoformat(slot)) for id_, fence, slot in batch]
    taken = dispatch.take(claims, now=clock())
    for piece in checks.run(taken, now=clock()):
        results.record(piece, now=clock())
