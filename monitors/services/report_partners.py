"""Partners: who sends us what their own users report, with a key, at a rate, and each request once."""

import hashlib
import json
import logging
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.core.cache import cache
from django.db import IntegrityError, transaction
from redis.exceptions import RedisError

from monitors.core.problems import WORKS, problems
from monitors.core.report_comments import cleaned, printable
from monitors.models import PartnerKey, PartnerRequest, Report, Via
from monitors.services.report_people import Person, somebody
from monitors.services.report_places import Refused, place_of
from monitors.services.report_work import Proof
from monitors.services.reports import Statement, take

logger = logging.getLogger(__name__)

PREFIX = "swp_"
LONGEST_BODY = 10_000  # bytes
LONGEST_KEY = 80  # characters of an Idempotency-Key
# name -> most characters
FIELDS = {"provider": 60, "problem": 40, "reporter": 200, "component": 200, "country": 2, "carrier": 60, "comment": 280}
REQUIRED = ("provider", "problem", "reporter")


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    body: Mapping[str, Any]
    headers: Mapping[str, str] = field(default_factory=dict)


def make_key(name: str) -> tuple[PartnerKey, str]:
    """Make a partner; return it and its key, which nobody can read again."""
    key = PREFIX + secrets.token_urlsafe(32)
    return PartnerKey.objects.create(name=name, prefix=key[: len(PREFIX) + 6], hashed=_sha256(key.encode())), key


def partner_of(key: str) -> PartnerKey | None:
    """Return whose key this is; None for a wrong or revoked one."""
    if not key.startswith(PREFIX) or len(key) > 100:
        return None
    return PartnerKey.objects.filter(hashed=_sha256(key.encode()), revoked_at=None).first()


def respond(partner: PartnerKey, idempotency_key: str, body: bytes, now: datetime) -> Answer:
    """Take a request in and answer it; the same key and body again gets the same answer and has no effect."""
    if (wait_s := _too_fast(partner, now)) is not None:
        words = f"At most {partner.per_minute} requests in a minute. Try again in {wait_s} s."
        return Answer(429, {"error": words}, {"Retry-After": str(wait_s)})
    PartnerKey.objects.filter(id=partner.id).update(last_used_at=now)
    if not idempotency_key:
        return _take(partner, body, now)
    if len(idempotency_key) > LONGEST_KEY or not idempotency_key.isprintable():
        return Answer(400, {"error": f"An Idempotency-Key has at most {LONGEST_KEY} printable characters."})
    try:
        return _take_once(partner, idempotency_key, body, now)
    except IntegrityError:  # the same key was here before, or is being answered at this moment
        return _as_before(partner, idempotency_key, body)


@transaction.atomic
def _take_once(partner: PartnerKey, key: str, body: bytes, now: datetime) -> Answer:
    # Whoever comes second with this key waits here until the first is done.
    row = PartnerRequest.objects.create(
        partner=partner, idempotency_key=key, body=_sha256(body), status=0, answer={}, at=now
    )
    answer = _take(partner, body, now)
    row.status, row.answer = answer.status, dict(answer.body)
    row.save(update_fields=["status", "answer"])
    return answer


def _as_before(partner: PartnerKey, key: str, body: bytes) -> Answer:
    row = PartnerRequest.objects.get(partner=partner, idempotency_key=key)
    if row.body != _sha256(body):
        words = "This Idempotency-Key came with another body before. Send each report with a key of its own."
        return Answer(409, {"error": words})
    return Answer(row.status, row.answer, {"Idempotent-Replay": "true"})


def _take(partner: PartnerKey, body: bytes, now: datetime) -> Answer:
    try:
        said = _read(body)
        statement = _statement(said)
    except Refused as refusal:
        return Answer(400, {"error": str(refusal)})
    who = somebody(said["reporter"], f"partner:{partner.id}", now)
    counts = _counted(statement, who) < partner.trusted_networks
    take(statement, who, proof=Proof.DONE, via=Via.PARTNER, now=now, may_count=counts)
    return Answer(202, {"status": "taken"})


def _read(body: bytes) -> dict[str, str]:
    try:
        document = json.loads(body)
    except (ValueError, RecursionError):
        raise Refused("The body is no JSON.") from None
    if not isinstance(document, dict) or not all(isinstance(value, str) for value in document.values()):
        raise Refused(f"The body must be an object of texts: {', '.join(FIELDS)}.")
    if unknown := sorted(set(document) - set(FIELDS)):
        raise Refused(f"There is no field “{unknown[0][:60]}”. There are: {', '.join(FIELDS)}.")
    said = {name: printable(str(document.get(name, ""))) for name in FIELDS}
    for name, most in FIELDS.items():
        if name in REQUIRED and not said[name]:
            raise Refused(f"“{name}” is missing.")
        if len(said[name]) > most:
            raise Refused(f"“{name}” has {len(said[name])} characters; at most {most} may be.")
    return said


def _statement(said: Mapping[str, str]) -> Statement:
    place = place_of(said["provider"], said["component"], said["country"], said["carrier"])
    allowed = [*problems(place.provider.category), WORKS]
    if said["problem"] not in allowed:
        raise Refused(f"“{said['problem']}” is no problem of {place.provider.name}. There are: {', '.join(allowed)}.")
    return Statement(
        place.provider, said["problem"], place.component, place.country, place.carrier, place.carrier_text,
        cleaned(said["comment"]),
    )  # fmt: skip


def _counted(said: Statement, who: Person) -> int:
    rows = Report.objects.filter(provider=said.provider, window=who.window, is_counted=True, via=Via.PARTNER)
    return rows.filter(wide=who.wide).count()


def _too_fast(partner: PartnerKey, now: datetime) -> int | None:
    """Return the seconds to wait, or None. Where nobody can count, nobody is refused."""
    minute, second = divmod(int(now.timestamp()), 60)
    name = f"partner:{partner.id}:{minute}"
    try:
        cache.add(name, 0, 120)
        return 60 - second if cache.incr(name) > partner.per_minute else None
    except (RedisError, ValueError) as error:
        logger.warning("How often a partner asks cannot be told: %s", error)
        return None


def _sha256(value: bytes) -> str:
    return hashlib.sha256(value).hexdigest()
