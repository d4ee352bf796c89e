"""Send the messages that are due, and ask what became of those under way."""

import asyncio
import logging
from collections.abc import Sequence

from celery import shared_task
from django.conf import settings

from kit.clock import clock
from kit.guarded_http import AddressRefused, Answer, FetchFailed, fetch
from monitors.probes.synthetic_api import Call, question, read, submission
from monitors.services import synthetic
from monitors.services.synthetic import Ours

logger = logging.getLogger(__name__)

DEADLINE_S = 10.0  # of one request
MAX_BODY = 64_000
MOST_SENDS = 20  # in one run; the next is seconds away
NEVER_SENT = frozenset({"dns", "connect", "tls", "bad_header"})  # failures before a request was out


@shared_task(name="monitors.tasks.send_synthetic")
def send_synthetic() -> None:
    """Send and ask. Safe to repeat, also twice at once: each message is one row, written before it is sent."""
    _ask(synthetic.under_way())
    synthetic.give_up_old(now=clock())
    for _ in range(MOST_SENDS):
        if (ours := synthetic.reserve_next(now=clock())) is None:
            return
        _send(ours)


def _send(ours: Ours) -> None:
    valid_s = int(ours.terms.within.total_seconds())
    try:
        call = submission(ours.target, ours.options, valid_s, settings.ALLOWED_PRIVATE_HOSTS)
        answer = asyncio.run(_made(call))
    except AddressRefused as error:
        synthetic.record_refused(ours.send_id, str(error), is_unsent=True, now=clock())
        return
    except FetchFailed as error:
        # After a time-out nobody knows whether it was sent, so its money stays spent.
        synthetic.record_refused(ours.send_id, str(error), is_unsent=error.reason in NEVER_SENT, now=clock())
        return
    progress = read(answer.status, answer.body, ours.options)
    if progress.sid:
        synthetic.record_progress(ours, progress, now=clock())
    else:
        is_unsent = 300 <= answer.status < 500
        synthetic.record_refused(ours.send_id, progress.words, is_unsent=is_unsent, now=clock())


def _ask(messages: Sequence[Ours]) -> None:
    """Ask for all of them together; one that cannot be asked for now is asked for again at the next run."""
    for ours, found in zip(messages, asyncio.run(_asked(messages)), strict=True):
        if isinstance(found, Answer):
            synthetic.record_progress(ours, read(found.status, found.body, ours.options), now=clock())
        else:
            logger.info("The message %s could not be asked for: %s", ours.send_id, found)


async def _asked(messages: Sequence[Ours]) -> list[Answer | AddressRefused | FetchFailed]:
    return list(await asyncio.gather(*map(_answer_to, messages)))


async def _answer_to(ours: Ours) -> Answer | AddressRefused | FetchFailed:
    try:
        return await _made(question(ours.target, ours.options, ours.sid, settings.ALLOWED_PRIVATE_HOSTS))
    except (AddressRefused, FetchFailed) as error:
        return error


async def _made(call: Call) -> Answer:
    return await fetch(
        call.url,
        method=call.method,
        headers={"User-Agent": settings.USER_AGENT, **call.headers},
        body=call.body,
        deadline_s=DEADLINE_S,
        max_bytes=MAX_BODY,
        truncate=True,
        allowed=settings.ALLOWED_PRIVATE_HOSTS,
    )
