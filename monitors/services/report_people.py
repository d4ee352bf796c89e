"""Who reports: keyed hashes that nobody can turn back, for as long as their key lives."""

import logging
import secrets
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.conf import settings
from django.core.cache import cache
from redis import Redis
from redis.exceptions import RedisError

from kit.hashing import keyed_hash, network_of, wide_network_of

logger = logging.getLogger(__name__)

WINDOW = timedelta(minutes=10)
KEY_LIVES_S = 48 * 3600  # then nobody can tell any more whose hash a hash is


@dataclass(frozen=True, slots=True)
class Person:
    """Who reports, in which window. `browser` is what many people share, `wide` the neighbourhood of their network."""

    voter: str
    network: str
    wide: str
    browser: str
    window: datetime


def person(address: str, browser: str, now: datetime) -> Person:
    """Return who this is today. `browser` is what it tells of itself: its name and languages."""
    key = key_of(now.date())
    try:
        network, wide = network_of(address), wide_network_of(address)
    except ValueError:  # no address, as behind a unix socket: all of those are one network
        network = wide = "nowhere"
    return Person(
        voter=keyed_hash(key, "voter", f"{address} {browser}"),
        network=keyed_hash(key, "network", network),
        wide=keyed_hash(key, "wide", wide),
        browser=keyed_hash(key, "browser", browser),
        window=window_of(now),
    )


def somebody(who: str, group: str, now: datetime) -> Person:
    """Return a person whom somebody else vouches for by a name of their own; `group` is who vouches."""
    key = key_of(now.date())
    mark = keyed_hash(key, "vouched", f"{group} {who}")
    return Person(voter=mark, network=mark, wide=keyed_hash(key, "wide", group), browser=mark, window=window_of(now))


def window_of(now: datetime) -> datetime:
    return now - timedelta(seconds=now.timestamp() % WINDOW.total_seconds())


def key_of(day: date) -> str:
    """Return the random key of a day. It lives in Valkey alone, and only for two days."""
    name = f"reports:key:{day.isoformat()}"
    try:
        key = str(cache.get(name) or cache.get_or_set(name, secrets.token_hex(32), KEY_LIVES_S))
    except RedisError as error:
        logger.warning("The key of today's reports is out of reach, this process uses its own: %s", error)
        if day not in _own_keys:
            _own_keys.clear()
        return _own_keys.setdefault(day, secrets.token_hex(32))
    _own_keys.clear()
    return key


def bury_keys() -> None:
    """Let Valkey write its journal anew, where it keeps one on disk: a key that is long gone stands in it until then."""
    try:
        with Redis.from_url(settings.CACHE_URL) as client:
            if client.info("persistence").get("aof_enabled"):
                client.bgrewriteaof()
    except RedisError as error:  # out of reach, or at it already
        logger.warning("Valkey's journal was not written anew, the next run will see to it: %s", error)


_own_keys: dict[date, str] = {}  # one at most, while the key of everybody is out of reach
