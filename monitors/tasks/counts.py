"""Judge what was counted: deliveries and reports."""

import logging

from celery import shared_task

from kit.clock import clock
from monitors.core.delivery import LOOK_BACK
from monitors.queries.counts import crowds, witnesses
from monitors.services.crowd import judge_provider
from monitors.services.delivery import judge_witness
from monitors.services.delivery_rules import judge_rules
from monitors.services.filtering import find_filtering
from monitors.tasks.receipts import apply_receipts

logger = logging.getLogger(__name__)


@shared_task(name="monitors.tasks.evaluate_counts")
def evaluate_counts() -> None:
    """Judge the counts of the last hour. Safe to repeat, however often or seldom it runs.

    A bug that one organization's or provider's counts bring out must not keep the others from being judged.
    """
    apply_receipts()  # what has come in counts, also where its wake-up was lost
    now = clock()
    for witness in witnesses(now - LOOK_BACK):
        try:
            judge_witness(witness, now=now)
            judge_rules(witness, now=now)
        except Exception:
            logger.exception("%s: judging its deliveries broke", witness.ref)
    try:
        find_filtering(now=now)
    except Exception:
        logger.exception("looking for what carriers refuse of many senders broke")
    for provider_id, votes in crowds(now).items():
        try:
            judge_provider(provider_id, votes, now=now)
        except Exception:
            logger.exception("crowd:%s: judging its reports broke", provider_id)
