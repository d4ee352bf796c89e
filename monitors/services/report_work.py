"""Proof of work in place of a captcha: ALTCHA's challenges, made and checked here, each good for one report.

A challenge names its provider and when it ends, and is signed with a key derived from SECRET_KEYS; every key that is
still listed is accepted, so that a rotation refuses nobody.
"""

import enum
import logging
import secrets
from datetime import datetime
from typing import Any

from altcha import Payload, create_challenge, verify_solution
from django.conf import settings
from django.core.cache import cache
from redis.exceptions import RedisError

from kit.clock import real
from kit.hashing import keyed_hash
from monitors.core.report_effort import COST, steps
from monitors.services.report_people import Person

logger = logging.getLogger(__name__)

LIVES_S = 1800.0  # of the wall clock: long enough to write a comment in
MOST_ASKED = 300  # challenges of one network and window
LONGEST = 4000  # characters of an answer; a true one has some 700
_ALGORITHM = "PBKDF2/SHA-256"


class Proof(enum.Enum):
    """What a browser showed for its work."""

    DONE = "done"
    MISSING = "missing"  # no JavaScript: such a report works, and few of them count
    SPENT = "spent"  # a second report with the same proof: kept, and never counted
    STALE = "stale"  # issued too long ago: asked for again
    FORGED = "forged"


def issue(provider_slug: str, person: Person, *, now: datetime) -> dict[str, Any] | None:
    """Return a challenge for a report about a provider, dearer for a network that asks for many.

    None after MOST_ASKED in a window: each costs us some milliseconds, and such a network is counted once at most.
    """
    asked = _asked(person)
    if asked > MOST_ASKED:
        return None
    return challenge(provider_slug, steps(asked - 1, settings.REPORT_WORK), COST, until=now + real(LIVES_S))


def challenge(provider_slug: str, effort: int, rounds: int, *, until: datetime) -> dict[str, Any]:
    """Return a signed challenge of `effort` to half as many derivations more, of so many rounds each."""
    made = create_challenge(
        _ALGORITHM,
        rounds,
        counter=effort + secrets.randbelow(effort // 2 + 1),
        data={"provider": provider_slug, "until": int(until.timestamp())},
        hmac_secret=_secret(settings.SECRET_KEYS[0], "challenge"),
        hmac_key_secret=_secret(settings.SECRET_KEYS[0], "solution"),
    )
    return made.to_dict()


def check(answer: str, provider_slug: str, *, now: datetime) -> Proof:
    """Return what an answer proves, and spend it where it proves its work. Never raises."""
    if not answer:
        return Proof.MISSING
    payload = _read(answer)
    data = payload.challenge.parameters.data if payload else None
    if payload is None or not isinstance(data, dict) or not _is_solved(payload):
        return Proof.FORGED
    # What follows was signed by us.
    if data.get("provider") != provider_slug:
        return Proof.FORGED
    if now.timestamp() > data["until"]:
        return Proof.STALE
    return Proof.DONE if _spend(payload.challenge.parameters.nonce) else Proof.SPENT


def _read(answer: str) -> Payload | None:
    if len(answer) > LONGEST:
        return None
    try:
        return Payload.from_base64(answer)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None


def _is_solved(payload: Payload) -> bool:
    if not payload.challenge.parameters.key_signature:  # what we never issue would be worked out here, at their price
        return False
    return any(
        verify_solution(
            payload, _secret(key, "challenge"), hmac_key_secret=_secret(key, "solution")
        ).verified
        for key in settings.SECRET_KEYS
    )  # fmt: skip


def _secret(key: str, purpose: str) -> str:
    return keyed_hash(key, "report-work", purpose)


def _spend(nonce: str) -> bool:
    """Return whether this proof is new. Where nobody can tell, it is: its network still counts only once."""
    try:
        return bool(cache.add(f"reports:spent:{nonce}", 1, int(LIVES_S) * 2))
    except RedisError as error:
        logger.warning("Whether a proof of work was used before cannot be told: %s", error)
        return True


def _asked(person: Person) -> int:
    """Count a challenge of this network; return how many there were in this window."""
    name = f"reports:asked:{person.network}:{int(person.window.timestamp())}"
    try:
        cache.add(name, 0, 1200)
        return int(cache.incr(name))
    except (RedisError, ValueError):  # out of reach, or gone between the two
        return 1
