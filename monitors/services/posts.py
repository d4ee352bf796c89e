"""Store what a feed posted: incidents, maintenances, notices, each with every update and its earlier wordings."""

from collections.abc import Iterable, Sequence, Set
from dataclasses import dataclass, field
from datetime import datetime

from monitors.core.moments import past
from monitors.core.states import State
from monitors.formats.base import Phase, PostKind, PostReading, UpdateReading
from monitors.models import Feed, OfficialPost, OfficialRevision, OfficialUpdate

_FIELDS = (
    "kind", "title", "phase", "impact", "url", "posted_at", "began_at", "resolved_at", "scheduled_for",
    "scheduled_until", "gone_at",
)  # fmt: skip


@dataclass(slots=True)
class PostsReport:
    """What a reading did to the stored posts. `touched` are those that have to be placed again, with their reading."""

    new: int = 0
    changed: int = 0
    closed: int = 0
    reopened: int = 0
    gone: int = 0
    updates: int = 0
    revisions: int = 0
    touched: list[tuple[OfficialPost, PostReading]] = field(default_factory=list)


def write_posts(feed: Feed, readings: Sequence[PostReading], gone: Set[str], *, now: datetime) -> PostsReport:
    """Make the stored posts what the feed says, never older than they are already."""
    ids = [reading.external_id for reading in readings]
    known = {row.external_id: row for row in OfficialPost.objects.filter(feed=feed, external_id__in=ids)}
    updates = _stored_updates(known.values())
    report = PostsReport()
    new = []
    for reading in readings:
        row = known.get(reading.external_id)
        if row is None:
            new.append((_new_post(feed, reading, now), reading))
        else:
            _write_post(row, reading, updates.get(row.id, {}), now, report)
    OfficialPost.objects.bulk_create([row for row, _ in new], batch_size=500)
    report.touched += new
    report.new = len(new)
    report.updates += _add_updates([(row, update) for row, reading in new for update in reading.updates], now)
    OfficialPost.objects.filter(id__in=[row.id for row in known.values()]).update(last_seen_at=now)
    vanished = OfficialPost.objects.filter(feed=feed, external_id__in=gone, gone_at=None, resolved_at=None)
    report.gone = vanished.update(gone_at=now)
    return report


def _stored_updates(posts: Iterable[OfficialPost]) -> dict[int, dict[str, OfficialUpdate]]:
    stored: dict[int, dict[str, OfficialUpdate]] = {}
    rows = OfficialUpdate.objects.filter(post__in=[post.id for post in posts]).order_by()
    for update in rows.prefetch_related("revisions"):
        stored.setdefault(update.post_id, {})[update.external_id] = update
    return stored


def _new_post(feed: Feed, reading: PostReading, now: datetime) -> OfficialPost:
    row = OfficialPost(feed=feed, provider_id=feed.provider_id, external_id=reading.external_id)
    row.first_seen_at = row.last_seen_at = now
    # What no reading ever says is taken to be now, once.
    said = min((update.at for update in reading.updates), default=reading.began_at)
    row.posted_at = past(reading.posted_at or said, now)
    row.began_at = row.posted_at
    for name, value in _values(row, reading, now).items():
        setattr(row, name, value)
    return row


def _values(row: OfficialPost, reading: PostReading, now: datetime) -> dict[str, object]:
    """What the post's columns become; where the reading says nothing they stay."""
    is_planned = reading.kind is PostKind.MAINTENANCE
    began_at = reading.began_at or row.began_at
    return {
        "kind": reading.kind.value,
        "title": reading.title[:300],
        "phase": reading.phase.value,
        "impact": row.impact if reading.impact is State.UNKNOWN else reading.impact,
        "url": reading.url or row.url,
        "posted_at": past(reading.posted_at or row.posted_at, now),
        "began_at": began_at if is_planned else past(began_at, now),
        "resolved_at": _resolved_at(row, reading, now),
        "scheduled_for": reading.scheduled_for,
        "scheduled_until": reading.scheduled_until,
        "gone_at": None,
    }


def _resolved_at(row: OfficialPost, reading: PostReading, now: datetime) -> datetime | None:
    if not reading.phase.is_over:
        return None
    last_words = max((update.at for update in reading.updates), default=None)
    return past(reading.resolved_at or row.resolved_at or last_words, now)


def _write_post(
    row: OfficialPost, reading: PostReading, stored: dict[str, OfficialUpdate], now: datetime, report: PostsReport
) -> None:
    was_open = row.resolved_at is None and row.gone_at is None
    moved = {} if _is_older(row, reading, stored) else _moved(row, reading, now)
    for name, value in moved.items():
        setattr(row, name, value)
    if moved:
        row.save(update_fields=[*moved])
        report.changed += 1
        is_open = row.resolved_at is None
        report.closed += was_open and not is_open
        report.reopened += is_open and not was_open
    before = report.updates + report.revisions
    if reading.updates_complete or all(update.external_id == "latest" for update in stored.values()):
        _write_updates(row, reading, stored, now, report)
    if moved or report.updates + report.revisions > before:
        report.touched.append((row, reading))


def _is_older(row: OfficialPost, reading: PostReading, stored: dict[str, OfficialUpdate]) -> bool:
    """Whether a reading knows less than we do: a cached copy, a stored body, or a list of latest words only."""
    if not reading.updates_complete and (row.resolved_at is not None or not reading.phase.is_over):
        return True
    ours = max((update.at for update in stored.values()), default=None)
    theirs = max((update.at for update in reading.updates), default=None)
    return reading.updates_complete and ours is not None and (theirs is None or theirs < ours)


def _moved(row: OfficialPost, reading: PostReading, now: datetime) -> dict[str, object]:
    values = _values(row, reading, now)
    return {name: values[name] for name in _FIELDS if getattr(row, name) != values[name]}


def _write_updates(
    row: OfficialPost, reading: PostReading, stored: dict[str, OfficialUpdate], now: datetime, report: PostsReport
) -> None:
    added = []
    for update in reading.updates:
        known = stored.get(update.external_id)
        if known is None:
            added.append((row, update))
        elif _is_newer(known, update):
            _revise(known, update, now)
            report.revisions += 1
    report.updates += _add_updates(added, now)
    if added and reading.updates_complete and "latest" in stored:
        stored["latest"].delete()  # the history's stand-in; now we have the updates themselves


def _is_newer(known: OfficialUpdate, update: UpdateReading) -> bool:
    """Whether an update reads otherwise than stored, and not in a way that it did before."""
    if (known.body, known.phase) == (update.body, update.phase.value):
        return False
    if update.edited_at and known.edited_at:
        return update.edited_at > known.edited_at
    return not any((old.body, old.phase) == (update.body, update.phase.value) for old in known.revisions.all())


def _revise(known: OfficialUpdate, update: UpdateReading, now: datetime) -> None:
    OfficialRevision.objects.create(update=known, phase=known.phase, body=known.body, replaced_at=now)
    known.phase, known.body = update.phase.value, update.body
    known.edited_at = past(update.edited_at, now)
    known.save(update_fields=["phase", "body", "edited_at"])


def _add_updates(added: Sequence[tuple[OfficialPost, UpdateReading]], now: datetime) -> int:
    rows = [
        OfficialUpdate(
            post=post,
            external_id=update.external_id,
            phase=update.phase.value,
            body=update.body,
            at=past(update.at, now),
            first_seen_at=now,
            edited_at=update.edited_at and past(update.edited_at, now),
        )
        for post, update in added
    ]
    return len(OfficialUpdate.objects.bulk_create(rows, batch_size=500, ignore_conflicts=True))


def open_ids(feed: Feed, kind: PostKind) -> set[str]:
    """The external ids of the feed's posts of one kind that are neither over nor gone."""
    rows = OfficialPost.objects.filter(feed=feed, kind=kind.value, resolved_at=None, gone_at=None)
    return set(
        rows.exclude(phase__in=[phase.value for phase in Phase if phase.is_over]).values_list("external_id", flat=True)
    )
