"""Poll official feeds, and once ask for their history."""

import logging
import time
from collections.abc import Sequence

from celery import shared_task
from django.conf import settings

from kit.clock import clock
from monitors.fetching import Fetched, Wanted, fetch_all
from monitors.services import backfilling, polling, recording
from monitors.services.polling import Claim
from monitors.services.recording import PollReport

logger = logging.getLogger(__name__)

ENOUGH_S = 30  # of real time; a task that has worked so long leaves the rest to the next one
NAMED = 5  # feeds that one line of the log names


@shared_task(name="monitors.tasks.poll_due_feeds")
def poll_due_feeds() -> None:
    """Poll every feed that is due. Safe to run at any time and many at once: a claim leases its feed."""
    began = time.monotonic()
    while time.monotonic() - began < ENOUGH_S and (claims := polling.claim_due(now=clock())):
        report_spells(poll(claims))


@shared_task(name="monitors.tasks.backfill_feeds")
def backfill_feeds() -> None:
    """Ask for the history of feeds that are new, one after the other. Safe to repeat: each is asked once."""
    began = time.monotonic()
    while time.monotonic() - began < ENOUGH_S and (feed := backfilling.claim_backfill(now=clock())):
        fetched = ask(backfilling.wanted_history(feed))
        if backfilling.record_backfill(feed, fetched, now=clock()) is None and any(f.error for f in fetched):
            logger.info("Feed %s has no history for now: %s", feed.id, next(f.error for f in fetched if f.error))
            return  # unreachable ones are asked again by the next run, and not over and over by this one


def ask(wanted: Sequence[Wanted]) -> list[Fetched]:
    return fetch_all(wanted, user_agent=settings.USER_AGENT, allowed=settings.ALLOWED_PRIVATE_HOSTS)


def poll(claims: Sequence[Claim]) -> list[PollReport]:
    """Ask for the documents of the claimed feeds at once, then store: what is unchanged together, the rest feed by feed.

    Reports are of the rest.
    """
    fetched = ask(polling.wanted_documents(claims, now=clock()))
    fetched += ask(polling.wanted_further(claims, fetched, now=clock()))
    by_feed: dict[int, list[Fetched]] = {claim.feed_id: [] for claim in claims}
    for item in fetched:
        by_feed[item.wanted.feed_id].append(item)
    steady = recording.record_steady({claim: by_feed[claim.feed_id] for claim in claims}, now=clock())
    reports = [_stored(claim, by_feed[claim.feed_id]) for claim in claims if claim not in steady]
    return [report for report in reports if report]


def _stored(claim: Claim, fetched: Sequence[Fetched]) -> PollReport | None:
    try:
        return recording.record_poll(claim, fetched, now=clock())
    except Exception:
        # A bug that one vendor's words bring out must not keep the others from being read.
        logger.exception("Feed %s: storing what it says broke", claim.feed_id)
        recording.record_broken(claim, now=clock())
        return None


def report_spells(reports: Sequence[PollReport]) -> None:
    """One line for all feeds that became unreadable in a batch: our own network may be what failed."""
    failing = [report for report in reports if report.began_failing]
    if failing:
        shown = "; ".join(f"feed {report.feed_id}: {report.error}" for report in failing[:NAMED])
        more = f"; and {len(failing) - NAMED} more" if len(failing) > NAMED else ""
        logger.warning("%d of %d feeds became unreadable: %s%s", len(failing), len(reports), shown, more)
    if recovered := [report.feed_id for report in reports if report.recovered]:
        logger.info("Feeds that can be read again: %s", ", ".join(map(str, recovered)))
