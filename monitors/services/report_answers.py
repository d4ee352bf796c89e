"""Answers to the question in an alert. The signed link stands in for the work of a browser, a few times."""

import logging
from datetime import datetime

from django.core.cache import cache
from redis.exceptions import RedisError

from kit.hashing import keyed_hash
from monitors.core.problems import ME_TOO, WORKS
from monitors.models import Via
from monitors.queries.report_questions import LIVES, Question
from monitors.services.report_people import Person
from monitors.services.report_work import Proof
from monitors.services.reports import Statement, take

logger = logging.getLogger(__name__)

MOST_OF_ONE_LINK = 5  # counted answers: an alert goes to a team, and a link that was passed on is no crowd


def answer(question: Question, *, is_me_too: bool, token: str, who: Person, now: datetime) -> bool:
    """Store an answer; return False if this person has given it lately."""
    scope = question.scope
    assert scope.provider is not None
    said = Statement(
        provider=scope.provider,
        problem=ME_TOO if is_me_too else WORKS,
        component=scope.component,
        country=scope.country,
        carrier=scope.carrier,
    )
    return take(said, who, proof=Proof.DONE, via=Via.LINK, now=now, may_count=_uses(token) <= MOST_OF_ONE_LINK)


def _uses(token: str) -> int:
    name = f"reports:link:{keyed_hash('', 'link', token)}"
    try:
        cache.add(name, 0, int(LIVES.total_seconds()))
        return int(cache.incr(name))
    except (RedisError, ValueError) as error:
        logger.warning("How often a link was used cannot be told: %s", error)
        return 1
