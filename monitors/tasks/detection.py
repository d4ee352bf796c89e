"""Look for where pages that can no longer be read have gone."""

import logging
import time

from celery import shared_task
from django.conf import settings

from kit.clock import clock
from monitors.models import Feed
from monitors.queries.moves import move_words
from monitors.services import redetection
from monitors.services.detection import detect

logger = logging.getLogger(__name__)

ENOUGH_S = 30  # of real time; the rest is for the next run


@shared_task(name="monitors.tasks.redetect_feeds")
def redetect_feeds() -> None:
    """Look for lost feeds one after the other. Safe to repeat: each is looked for once a day at most."""
    began = time.monotonic()
    while time.monotonic() - began < ENOUGH_S and (feed := redetection.claim_lost(now=clock())):
        _look(feed)


def _look(feed: Feed) -> None:
    for address in redetection.addresses_of(feed):
        found = detect(address, user_agent=settings.USER_AGENT, allowed=settings.ALLOWED_PRIVATE_HOSTS)
        if not found.is_found:
            logger.info("Feed %s: nothing that can be read at %s: %s", feed.id, address, found.reason)
            continue
        move = redetection.take_up(feed, found, now=clock())
        if move:
            logger.warning("Feed %s of %s %s", feed.id, feed.provider, move_words(move))
        return
