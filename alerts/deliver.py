"""The one sender: reads a notification's rows, writes its message, sends it, reads the answer."""

import logging
import time
import traceback
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime
from urllib.parse import urlsplit

from django.conf import settings
from django.db import close_old_connections, connections

from alerts import queries, services
from alerts.channels.base import HttpRequest, MailRequest, Outcome, Rejected, Request, Retry
from alerts.core.pacing import superseded
from alerts.mail import send_mail
from alerts.models import Notification
from alerts.services import Claimed, Superseded
from kit.clock import clock, real
from kit.guarded_http import AddressRefused, FetchFailed, GuardedClient
from kit.secrets import SecretUnreadable

logger = logging.getLogger(__name__)

Read = Callable[[int, Mapping[str, str], bytes], Outcome]

TIMEOUT_S = 10.0  # for one HTTP send in all
SENDERS = 8  # threads: a far side that hangs holds one or two of them
CLAIM_FOR_S = 30.0  # after this a round ends, so that a task never runs into its time limit


def deliver_all(*, senders: int = SENDERS, timeout_s: float = TIMEOUT_S) -> int:
    """Send what is due with several senders, and return how many notifications got an outcome.

    A process that is killed leaves at most one notification per sender whose outcome nobody knows.
    """
    until = time.monotonic() + CLAIM_FOR_S
    client = GuardedClient(timeout_s=timeout_s, allowed=settings.ALLOWED_PRIVATE_HOSTS)
    with ThreadPoolExecutor(senders, thread_name_prefix="sender") as pool:
        return sum(pool.map(lambda _: _sender(client, until), range(senders)))


def _sender(client: GuardedClient, until: float) -> int:
    sent = 0
    try:
        while time.monotonic() < until:
            now = clock()
            claimed = services.claim_next(now=now)
            if claimed is None:
                break
            sent += _survived(claimed, client, now)
            close_old_connections()  # a database that was restarted meanwhile costs one send, not the round
    finally:
        connections.close_all()  # this thread ends, and its connection would stay open
    return sent


def _survived(claimed: Claimed, client: GuardedClient, now: datetime) -> bool:
    """Send one; a bug in the way is logged and counted against this notification alone.

    Its lease runs out and it is tried again, a few times: see MOST_UNANSWERED. Of the error only the
    kind and the place are logged, because its words could hold an address.
    """
    try:
        deliver_one(claimed, client, now=now)
    except Exception as error:  # the top of this thread
        frame = traceback.extract_tb(error.__traceback__)[-1]
        logger.error(
            "notification %s: %s at %s:%s", claimed.notification_id, type(error).__name__, frame.filename, frame.lineno
        )
        return False
    return True


def deliver_one(claimed: Claimed, client: GuardedClient, *, now: datetime) -> Outcome | Superseded:
    """Send one notification that was claimed at `now`, and record what came of it."""
    began = time.monotonic()
    outcome = deliver(claimed, client, now=now)
    took_s = time.monotonic() - began
    services.record_outcome(claimed, outcome, now=now + real(took_s), took_ms=int(took_s * 1000))
    logger.info(
        "notification %s to channel %s: %s in %d ms",
        claimed.notification_id, claimed.channel_id, type(outcome).__name__.lower(), took_s * 1000,
    )  # fmt: skip
    return outcome


def deliver(claimed: Claimed, client: GuardedClient, *, now: datetime) -> Outcome | Superseded:
    """Send one claimed notification, unless something later tells it better."""
    row = (
        Notification.objects.select_related("channel", "organization", "incident", "event__incident")
        .filter(id=claimed.notification_id)
        .first()
    )
    if row is None:
        return Rejected("It was deleted.")
    if row.incident and (reason := superseded(queries.waiting_of(row, now))):
        return Superseded(reason)
    try:
        return _send(row, client, now)
    except SecretUnreadable:
        # A key that is missing now may be back: nothing is lost while the operator looks.
        return Retry("The channel's settings cannot be read with the keys in SECRET_KEYS.")
    except queries.NothingToTell as error:
        return Rejected(str(error))


def _send(row: Notification, client: GuardedClient, now: datetime) -> Outcome:
    kind = services.channel_kinds().get(row.channel.kind)
    if kind is None:
        return Rejected(f"This installation has no channels of the kind {row.channel.kind}.")
    config = services.config_of(row.channel)
    request: Request = kind.write(queries.message_of(row, now), config)
    match request:
        case MailRequest():
            return send_mail(request)
        case HttpRequest():
            return _without_secrets(
                _post(request, client, kind.read), [config[f.name] for f in kind.fields if f.secret]
            )


def _without_secrets(outcome: Outcome, secrets: list[str]) -> Outcome:
    """Blacken what the far side may have echoed of its own address: the log is for all members to read."""
    detail = outcome.detail
    for piece in sorted({piece for secret in secrets for piece in _pieces(secret)}, key=len, reverse=True):
        detail = detail.replace(piece, "•••")
    return replace(outcome, detail=detail)


def _pieces(secret: str) -> Iterator[str]:
    """Give a secret and the parts of an address that open it: its path, and each long part of that."""
    yield secret
    if secret.startswith(("https://", "http://")):
        parts = urlsplit(secret)
        yield from (part for part in (parts.path, parts.query, *parts.path.split("/")) if len(part) >= 8)


def _post(request: HttpRequest, client: GuardedClient, read: Read) -> Outcome:
    headers = {"User-Agent": settings.USER_AGENT, **request.headers}
    try:
        answer = client.send(request.method, request.url, headers=headers, body=request.body)
    except AddressRefused as error:
        return Rejected(str(error))
    except FetchFailed as error:
        return Retry(str(error))
    return read(answer.status, answer.headers, answer.body)
