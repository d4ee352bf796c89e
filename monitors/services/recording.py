"""What a poll came to. Feeds that say nothing new are stored by the batch, others one by one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection, transaction

from kit.clock import real
from monitors.core.schedule import slot_after
from monitors.fetching import Fetched
from monitors.formats import formats
from monitors.formats.base import Snapshot, UnreadableFeed
from monitors.models import Feed, FeedDocument
from monitors.queries.states import MISSED_POLLS
from monitors.services.backfilling import ask_again, is_awaited
from monitors.services.official import IngestReport, announce, ingest, merged
from monitors.services.polling import Claim
from monitors.services.spans import extend_coverage, extend_coverages
from monitors.services.unreadable import said_right, said_wrong, spell_ended, spell_goes_on

LONGEST_PAUSE = timedelta(minutes=30)
SHORTEST_LIST = 20  # records; a list of fewer is a whole one

# A feed that failed, or that lacked something in its last full list, is not steady: it is read one by one.
_STEADY = """
    UPDATE monitors_feed AS feed SET last_read_at = %(now)s,
        next_poll_at = CASE WHEN feed.next_poll_at IS NULL THEN NULL ELSE due.next_poll_at END
    FROM unnest(%(ids)s::int[], %(fences)s::int[], %(nexts)s::timestamptz[]) AS due (id, fence, next_poll_at)
    WHERE feed.id = due.id AND feed.fence = due.fence AND failures = 0 AND absent = '{}' AND last_read_at IS NOT NULL
      AND NOT EXISTS (SELECT FROM monitors_feeddocument AS document WHERE feed_id = feed.id AND document.failures > 0)
    RETURNING feed.id, feed.interval_s
"""


@dataclass(frozen=True, slots=True)
class DocumentOutcome:
    """How reading one document ended; `error` is "" where it could be read."""

    name: str
    status: int | None
    is_unchanged: bool
    error: str


@dataclass(frozen=True, slots=True)
class PollReport:
    """What a poll came to. `ingested` is None where the feed could not be read; then `error` says why.

    `began_failing` and `recovered` mark the two ends of a spell.
    """

    feed_id: int
    documents: tuple[DocumentOutcome, ...]
    error: str = ""
    began_failing: bool = False
    recovered: bool = False
    ingested: IngestReport | None = None


def record_steady(polls: Mapping[Claim, Sequence[Fetched]], *, now: datetime) -> set[Claim]:
    """Store the polls that brought nothing new to feeds that are well, in two statements; return which these were."""
    quiet = [claim for claim, fetched in polls.items() if fetched and all(map(_says_nothing, fetched))]
    if not quiet:
        return set()
    ids, fences = [claim.feed_id for claim in quiet], [claim.fence for claim in quiet]
    nexts = [_next_poll(claim.feed_id, claim.interval_s, now) for claim in quiet]
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_STEADY, {"now": now, "ids": ids, "fences": fences, "nexts": nexts})
        steady = dict(cursor.fetchall())
        extend_coverages({f"feed:{id_}": interval_s for id_, interval_s in steady.items()}, now=now)
    return {claim for claim in quiet if claim.feed_id in steady}


def record_poll(claim: Claim, fetched: Sequence[Fetched], *, now: datetime) -> PollReport | None:
    """Store what a poll saw; None if the feed was claimed again meanwhile, and the result is dropped."""
    name = Feed.objects.values_list("format", flat=True).get(id=claim.feed_id)
    snapshots, errors = _parsed(name, fetched)
    outcomes = tuple(
        DocumentOutcome(f.wanted.name, f.status, f.is_unchanged, errors.get(f.wanted.name, "")) for f in fetched
    )
    fatal = _fatal(name, errors)
    with transaction.atomic():
        feed = _held(claim)
        if feed is None:
            return None
        known = {row.name: row for row in FeedDocument.objects.filter(feed=feed)}
        if _left_out(snapshots, known) and not fatal:
            ask_again(feed)
        _write_documents(feed, known, fetched, errors, is_readable=not fatal, now=now)
        if fatal:
            bad = next((f.body for f in fetched if f.body is not None and f.wanted.name in errors), b"")
            began = _write_failure(feed, fatal, _retry_after(fetched), now, sample=bad or b"")
            return PollReport(feed.id, outcomes, fatal, began_failing=began)
        report = ingest(feed, merged([*snapshots.values()]), now=now, complete=not errors and not is_awaited(feed))
        recovered = _write_success(feed, _retry_after(fetched), now)
    return PollReport(claim.feed_id, outcomes, recovered=recovered, ingested=report)


def record_broken(claim: Claim, *, now: datetime) -> None:
    """A poll's result could not be stored, by a mistake of ours: wait longer with each, as for a bad feed."""
    with transaction.atomic():
        feed = _held(claim)
        if feed:
            _write_failure(feed, "We could not store what it says. The log has the details.", timedelta(0), now)


def mark_read(feed: Feed, *, now: datetime) -> None:
    """The feed could be read at `now`: it is fresh, and its timeline has data."""
    with transaction.atomic():
        Feed.objects.filter(id=feed.id).update(last_read_at=now, failures=0, error="")
        extend_coverage(f"feed:{feed.id}", now=now, interval_s=feed.interval_s)


def _held(claim: Claim) -> Feed | None:
    rows = Feed.objects.select_related("provider").select_for_update(of=("self",), no_key=True)
    return rows.filter(id=claim.feed_id, fence=claim.fence).first()


def _says_nothing(item: Fetched) -> bool:
    return item.is_unchanged and not item.is_verified


def _parsed(format_name: str, fetched: Sequence[Fetched]) -> tuple[dict[str, Snapshot], dict[str, str]]:
    """Parse the new bodies: {document: its snapshot}, and {document: why it could not be read}."""
    snapshots, errors = {}, {}
    for item in fetched:
        if item.error:
            errors[item.wanted.name] = item.error
        elif item.body is not None:
            try:
                snapshots[item.wanted.name] = formats()[format_name].parse(item.body)
            except UnreadableFeed as error:
                errors[item.wanted.name] = f"The document {item.wanted.name} cannot be read: {error}"
    return snapshots, errors


def _left_out(snapshots: Mapping[str, Snapshot], known: Mapping[str, FeedDocument]) -> bool:
    """Whether a list of a page's newest records does not reach back to when it was last read."""
    for name, snapshot in snapshots.items():
        read_at = known[name].fetched_at if name in known else None
        dates = [post.posted_at for post in snapshot.posts if post.posted_at]
        if read_at and len(dates) >= SHORTEST_LIST and min(dates) > read_at:
            return True
    return False


def _fatal(format_name: str, errors: Mapping[str, str]) -> str:
    """Return why the poll as a whole is unreadable, or ""."""
    format_ = formats().get(format_name)
    if not format_:
        return "StatusWire has no format of this name any more."
    required = {document.name for document in format_.documents if document.required}
    return next((errors[name] for name in errors if name in required), "")


def _write_documents(
    feed: Feed,
    known: Mapping[str, FeedDocument],
    fetched: Sequence[Fetched],
    errors: Mapping[str, str],
    *,
    is_readable: bool,
    now: datetime,
) -> None:
    for item in fetched:
        error = errors.get(item.wanted.name, "")
        row = known.get(item.wanted.name) or FeedDocument(feed=feed, name=item.wanted.name)
        row.url = item.wanted.url
        if error:
            row.failures, row.error = row.failures + 1, error[:500]
        elif is_readable:  # else this body was not taken in, and must not count as known
            row.etag, row.last_modified, row.digest = item.etag, item.last_modified, item.digest
            row.failures, row.error = 0, ""
            if item.status == 200:
                row.fetched_at = now
                _judge_honesty(feed, row, item, now)
        row.save()


def _judge_honesty(feed: Feed, row: FeedDocument, item: Fetched, now: datetime) -> None:
    """A page that says "not modified" of a body that was is asked without conditions for a while."""
    if item.is_verified and not item.is_unchanged:
        row.distrusted_at = now
        said_wrong(feed, row, item.body or b"", now=now)
    elif item.is_verified:
        row.distrusted_at = None
        said_right(feed, row, now=now)


def _write_failure(feed: Feed, error: str, retry_after: timedelta, now: datetime, *, sample: bytes = b"") -> bool:
    """Count the failure and wait longer with each but the first, so that one alone costs no freshness; return whether a spell begins with it."""
    pause = min(timedelta(seconds=feed.interval_s) * 2 ** min(feed.failures, 12), LONGEST_PAUSE)
    next_poll_at = now + max(pause, retry_after) if feed.next_poll_at else None
    feed.failures, feed.error = feed.failures + 1, error[:500]
    Feed.objects.filter(id=feed.id).update(failures=feed.failures, error=feed.error, next_poll_at=next_poll_at)
    spell_goes_on(feed, sample, now=now)
    if feed.failures == MISSED_POLLS:
        announce(feed.provider_id)
    return feed.failures == 1


def _write_success(feed: Feed, retry_after: timedelta, now: datetime) -> bool:
    """The feed is fresh; return whether this ends a spell of failures."""
    mark_read(feed, now=now)
    if feed.next_poll_at:
        next_poll_at = _next_poll(feed.id, feed.interval_s, now, retry_after)
        Feed.objects.filter(id=feed.id).update(next_poll_at=next_poll_at)
    if feed.failures or feed.last_read_at is None:
        announce(feed.provider_id)
    if feed.failures:
        spell_ended(feed, now=now)
    return feed.failures > 0


def _next_poll(feed_id: int, interval_s: int, now: datetime, retry_after: timedelta = timedelta(0)) -> datetime:
    """At least half an interval away: a claim that came late does not make the next one early."""
    return slot_after(feed_id, interval_s, now + max(timedelta(seconds=interval_s / 2), retry_after))


def _retry_after(fetched: Sequence[Fetched]) -> timedelta:
    return real(max((item.retry_after_s or 0 for item in fetched), default=0))
