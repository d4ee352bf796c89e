"""Take people's reports in: one vote per person and window, one counted vote per network."""

import logging
import secrets
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial

from django.core.cache import cache
from django.db import IntegrityError, connection, transaction
from redis.exceptions import RedisError

from kit.hashing import keyed_hash, network_of
from monitors.models import Carrier, Component, Provider, Report, ReportCount
from monitors.services.scopes import scope_of
from monitors.signals import readings_changed

logger = logging.getLogger(__name__)

WINDOW = timedelta(minutes=10)
KEEP = timedelta(days=90)
KEY_LIVES_S = 48 * 3600  # then nobody can tell any more whose hash a hash is
MOST_STORED = 20  # reports of one network and window, which may have many people; further ones are dropped


@dataclass(frozen=True, slots=True)
class Statement:
    """What a person says is wrong. `carrier_text` is as typed, where it is no carrier that we know."""

    provider: Provider
    problem: str
    component: Component | None = None
    country: str = ""
    carrier: Carrier | None = None
    carrier_text: str = ""


@dataclass(frozen=True, slots=True)
class _Person:
    """Who reports, as hashes that nobody can turn back, in which window."""

    voter: str
    network: str
    window: datetime


def report(said: Statement, *, address: str, browser: str, now: datetime) -> bool:
    """Store what a person says; return False if they have said something about this provider lately.

    Of the address and the browser only keyed hashes are kept, whose key dies after two days.
    """
    person = _person(address, browser, now)
    for _ in range(3):
        try:
            return _vote(said, person, now)
        except IntegrityError:  # somebody of the same network was faster: look again
            continue
    logger.warning("A report about %s was lost to others of its network", said.provider.slug)
    return False


@transaction.atomic
def _vote(said: Statement, person: _Person, now: datetime) -> bool:
    theirs = Report.objects.filter(provider=said.provider, network=person.network, window=person.window)
    before = dict(theirs.values_list("voter", "is_counted"))
    if person.voter in before:
        return False
    if len(before) >= MOST_STORED:
        return True
    counts = not any(before.values())
    scope = scope_of(said.provider, component=said.component, country=said.country, carrier=said.carrier)
    Report.objects.create(
        provider=said.provider,
        scope=scope,
        problem=said.problem,
        country=said.country,
        carrier_text=said.carrier_text[:60],
        voter=person.voter,
        network=person.network,
        window=person.window,
        is_counted=counts,
        at=now,
    )
    if counts:
        _count(scope.id, now.replace(second=0, microsecond=0))
        send = partial(readings_changed.send_robust, Report, provider_id=said.provider.id, organization_id=None)
        transaction.on_commit(send)
    return True


def _count(scope_id: int, minute: datetime) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO monitors_reportcount (scope_id, minute, reports) VALUES (%s, %s, 1)"
            " ON CONFLICT (scope_id, minute) DO UPDATE SET reports = monitors_reportcount.reports + 1",
            [scope_id, minute],
        )


def prune(now: datetime) -> int:
    """Delete what is older than 90 days; return how many rows went."""
    reports, _ = Report.objects.filter(at__lt=now - KEEP).delete()
    counts, _ = ReportCount.objects.filter(minute__lt=now - KEEP).delete()
    return reports + counts


# --- Whose report it is ----------------------------------------------------------------------------------


def _person(address: str, browser: str, now: datetime) -> _Person:
    key = _key_of(now.date())
    try:
        network = network_of(address)
    except ValueError:  # no address, as behind a unix socket: all of those are one network
        network = "nowhere"
    window = now - timedelta(seconds=now.timestamp() % WINDOW.total_seconds())
    return _Person(
        keyed_hash(key, "voter", f"{address} {browser}"), keyed_hash(key, "network", network), window
    )  # fmt: skip


def _key_of(day: date) -> str:
    """Return the random key of a day. It lives in memory alone, and only for two days."""
    name = f"reports:key:{day.isoformat()}"
    try:
        return str(cache.get(name) or cache.get_or_set(name, secrets.token_hex(32), KEY_LIVES_S))
    except RedisError as error:
        logger.warning("The key of today's reports is out of reach, this process uses its own: %s", error)
        return _OWN_KEY


_OWN_KEY = secrets.token_hex(32)
