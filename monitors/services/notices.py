"""Tell the operators what they should look at: once per cause, counted after that, and said when it is over."""

from collections.abc import Collection
from datetime import datetime

from django.db import transaction

from kit.clock import real
from monitors.formats.text import clean
from monitors.models import OperatorNotice

SAMPLE_BYTES = 2048  # of a body that a notice keeps
LEASE_S = 120  # of notices that are being mailed; a mailer that dies delays them by this much
MOST_TOLD = 50  # notices in one mail

# Two that raise the same cause at once: one inserts, the other counts. A sample stays until there is another one.
_RAISE = """
    INSERT INTO monitors_operatornotice AS notice (kind, ref, title, reason, sample, raised_at, seen_at, tell_at, count)
    VALUES (%s, %s, %s, %s, %s, %s, %s, %s, 1)
    ON CONFLICT (kind, ref) WHERE resolved_at IS NULL DO UPDATE SET title = excluded.title, reason = excluded.reason,
        sample = coalesce(nullif(excluded.sample, ''), notice.sample), seen_at = excluded.seen_at, count = notice.count + 1
    RETURNING *
"""


def raise_notice(
    kind: str, ref: str, *, title: str, reason: str = "", sample: bytes = b"", now: datetime
) -> OperatorNotice:
    """Raise the cause `kind` of `ref`, or count it once more while it is not over. The latest words are kept."""
    words = [clean(title)[:200], clean(reason)[:2000], sample_text(sample)]
    (notice,) = OperatorNotice.objects.raw(_RAISE, [kind, ref, *words, now, now, now])
    return notice


def resolve_notice(kind: str, ref: str, *, now: datetime) -> bool:
    """The cause is over; return whether there was one. Operators hear of an end if they heard of the beginning."""
    with transaction.atomic():
        rows = OperatorNotice.objects.filter(kind=kind, ref=ref, resolved_at=None)
        untold = rows.filter(told_at=None).update(resolved_at=now, tell_at=None)
        return bool(untold or rows.update(resolved_at=now, tell_at=now))


def settle_notice(kind: str, ref: str, *, now: datetime) -> None:
    """The cause is over because operators saw to it: they need no word about it."""
    OperatorNotice.objects.filter(kind=kind, ref=ref, resolved_at=None).update(resolved_at=now, tell_at=None)


def claim_untold(*, now: datetime) -> list[OperatorNotice]:
    """Take the notices that operators are to be written about, oldest first, and lease them to the caller."""
    with transaction.atomic():
        due = OperatorNotice.objects.filter(tell_at__lte=now).order_by("tell_at", "id")
        notices = list(due.select_for_update(skip_locked=True)[:MOST_TOLD])
        OperatorNotice.objects.filter(id__in=[n.id for n in notices]).update(tell_at=now + real(LEASE_S))
    return notices


def mark_told(notices: Collection[OperatorNotice], *, now: datetime) -> None:
    """The operators were written to; an end that came meanwhile is told by the next mail."""
    rows = OperatorNotice.objects.filter(id__in=[notice.id for notice in notices])
    ended = rows.filter(id__in=[n.id for n in notices if n.resolved_at is None], resolved_at__isnull=False)
    with transaction.atomic():
        rows.update(told_at=now, tell_at=None)
        ended.update(tell_at=now)


def sample_text(body: bytes) -> str:
    """Return the beginning of a body as text that a page and the database can hold."""
    mark = body[:2]
    encoding = "utf-16" if mark in (b"\xff\xfe", b"\xfe\xff") else "utf-8"
    return clean(body[:SAMPLE_BYTES].decode(encoding, errors="replace")).strip()
