"""How well this installation is: what /healthz, /metrics and the operator's page show."""

import socket
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from django.conf import settings
from django.core.cache import caches
from django.db import DatabaseError, connection
from kombu import Connection

from kit.clock import real

# Rows that wait longer than this many seconds of machine time mean that nobody works.
PATIENCE_S = {"changes": 60, "events": 60, "notifications": 120, "receipts": 120}

# The age of the oldest row in each outbox, in one round trip; NULL: nothing waits.
_WAITING = """
SELECT (SELECT min(created_at) FROM monitors_pendingchange WHERE correlated_at IS NULL),
       (SELECT min(at) FROM incidents_incidentevent WHERE routed_at IS NULL),
       (SELECT min(next_attempt_at) FROM alerts_notification WHERE state = 'queued' AND next_attempt_at <= %(now)s),
       (SELECT min(at) FROM monitors_receipt WHERE applied_at IS NULL),
       (SELECT max(last_poll_at) FROM monitors_feed),
       (SELECT max(last_read_at) FROM monitors_feed),
       (SELECT max(last_check_at) FROM monitors_monitor)
"""


@dataclass(frozen=True, slots=True)
class Vitals:
    """What was found. `problems` are sentences; none means that we are well. Ages are seconds, None: nothing waits."""

    problems: tuple[str, ...]
    services: dict[str, bool]
    oldest_s: dict[str, float | None]
    last_poll_s: float | None = None
    last_read_s: float | None = None
    last_check_s: float | None = None

    @property
    def is_well(self) -> bool:
        return not self.problems


def vitals(now: datetime) -> Vitals:
    """Ask the database, the broker and the cache, each within two seconds, and judge what waits."""
    services = {"database": True, "broker": _answers(_ask_broker), "cache": _answers(_ask_cache)}
    try:
        moments = _waiting(now)
    except DatabaseError as error:
        services["database"] = False
        reason = str(error).splitlines()[0][:120] if str(error) else "no answer"
        return Vitals((f"The database does not answer: {reason}", *_missing(services)), services, {})
    ages = [None if moment is None else max(0.0, (now - moment).total_seconds()) for moment in moments]
    oldest = dict(zip(PATIENCE_S, ages[:4], strict=True))
    problems = [*_missing(services), *_stuck(oldest)]
    return Vitals(tuple(problems), services, oldest, *ages[4:])


def _waiting(now: datetime) -> list[datetime | None]:
    with connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = '2s'")
        try:
            cursor.execute(_WAITING, {"now": now})
            return list(cursor.fetchone() or [])
        finally:
            cursor.execute("SET statement_timeout = '30s'")


def _stuck(oldest: dict[str, float | None]) -> list[str]:
    found = []
    for name, age in oldest.items():
        limit = real(PATIENCE_S[name]).total_seconds()
        if age is not None and age > limit:
            found.append(
                f"The oldest of the waiting {name} is {age:.0f} s old; more than {limit:.0f} s means nobody takes them."
            )
    return found


def _missing(services: dict[str, bool]) -> list[str]:
    return [f"The {name} does not answer." for name, answers in services.items() if not answers and name != "database"]


def _answers(ask: Callable[[], None]) -> bool:
    try:
        ask()
    except Exception:  # whatever a driver raises, here it means one thing: it does not answer
        return False
    return True


def _ask_broker() -> None:
    address = urlsplit(settings.CELERY_BROKER_URL)
    if address.hostname:  # a port that is closed is known at once, where a driver would retry
        socket.create_connection((address.hostname, address.port or _port(address.scheme)), timeout=2).close()
    with Connection(settings.CELERY_BROKER_URL, connect_timeout=2) as broker:
        broker.ensure_connection(max_retries=1, timeout=2)


def _port(scheme: str) -> int:
    return {"amqp": 5672, "amqps": 5671}.get(scheme, 6379)


def _ask_cache() -> None:
    caches["default"].get("healthz")
